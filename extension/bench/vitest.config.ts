import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  test: { include: ["*.bench.test.ts"], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
});
