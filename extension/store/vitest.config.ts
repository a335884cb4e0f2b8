import { defineConfig } from "vitest/config";

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: `${import.meta.dirname}/../node_modules/.vite-e2e`,
  test: { include: ["pictures.ts"], testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false },
});
