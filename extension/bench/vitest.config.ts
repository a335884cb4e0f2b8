import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: `${import.meta.dirname}/../node_modules/.vite-e2e`,
  test: { include: ["*.bench.test.ts"], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
});
