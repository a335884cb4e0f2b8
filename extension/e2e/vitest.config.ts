import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: `${import.meta.dirname}/../node_modules/.vite-e2e`,
  test: {
    include: ["*.test.ts"],
    globalSetup: ["./build.ts"],
    // One browser and one hub at a time: the machine that runs this has two cores.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
