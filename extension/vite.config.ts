import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { minify } from "terser";
import { build, defineConfig, minifySync, type Plugin } from "vite";
import { type ExtensionTarget, manifest } from "./build/manifest.ts";
import { nest } from "./build/nest.ts";
import { leanPreact } from "./build/preact.ts";
import { inner, shortNames } from "./build/shortnames.ts";

const root = import.meta.dirname;
const version: string = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")).version;

const pages = { newtab: "newtab.html", panel: "panel.html", web: "index.html" } as const;
type Page = keyof typeof pages;

/** The oldest browser that the manifests allow. */
const target = "chrome125";

/** dist/web keeps one tracked file, so that the Go package that embeds the folder builds before npm ran. */
const tracked = "unbuilt.html";

function emptyFolder(): Plugin {
  let dir = "";
  return {
    name: "onair-empty",
    configResolved(config) {
      dir = resolve(config.root, config.build.outDir);
    },
    buildStart() {
      if (!existsSync(dir)) return;
      for (const name of readdirSync(dir)) if (name !== tracked) rmSync(resolve(dir, name), { recursive: true });
    },
  };
}

function writeManifest(target: ExtensionTarget): Plugin {
  return {
    name: "onair-manifest",
    generateBundle() {
      this.emitFile({
        type: "asset",
        fileName: "manifest.json",
        source: `${JSON.stringify(manifest(target, version), null, 2)}\n`,
      });
    },
  };
}

/**
 * Lazy chunks here ask for their style sheets themselves (ui/styles/load.ts), so an import needs nothing around it: Vite's own
 * steps would wrap each in code that preloads, a kilobyte of the first script.
 */
function plainImports(): Plugin {
  return {
    name: "onair-plain-imports",
    configResolved({ plugins }) {
      const list = plugins as Plugin[];
      for (const name of ["vite:build-import-analysis", "native:import-analysis-build"]) {
        const at = list.findIndex((p) => p.name === name);
        if (at >= 0) list.splice(at, 1);
      }
    },
  };
}

/** The modules that a page needs at once, in one chunk: names that only they use are then shortened, and no lists of imports are left. */
function oneChunk(): { plugin: Plugin; name: (id: string) => string | null } {
  const atOnce = new Set<string>();
  return {
    plugin: {
      name: "onair-one-chunk",
      buildEnd() {
        const add = (id: string) => {
          if (atOnce.has(id)) return;
          atOnce.add(id);
          for (const next of this.getModuleInfo(id)?.importedIds ?? []) add(next);
        };
        for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) add(id);
      },
    },
    name: (id) => (atOnce.has(id) ? "page" : null),
  };
}

/** The extension's worker, a build of its own: what it alone needs of a shared module is then no part of what the pages load. */
function writeWorker(define: Record<string, string>): Plugin {
  let outDir = "";
  return {
    name: "onair-worker",
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      const input = resolve(root, "src/background/index.ts");
      await build({
        root,
        configFile: false,
        publicDir: false,
        logLevel: "warn",
        define,
        plugins: [plainImports()],
        build: {
          outDir,
          emptyOutDir: false,
          target,
          modulePreload: false,
          rollupOptions: {
            input,
            output: { entryFileNames: "background.js", chunkFileNames: "assets/worker-[name]-[hash].js" },
          },
        },
      });
    },
  };
}

/** A second pass over the scripts with another tool: each finds what the other leaves. */
function minifyAgain(): Plugin {
  return {
    name: "onair-minify-again",
    enforce: "post",
    async generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const { code } = await minify(file.code, {
          module: true,
          ecma: 2020,
          nameCache: { props: { props: shortNames() } },
          mangle: { properties: { regex: new RegExp(`^(${inner.join("|")})$`) } },
          compress: { passes: 3, hoist_funs: true, unsafe: true, unsafe_arrows: true, pure_getters: true },
        });
        file.code = code as string;
      }
    },
  };
}

/** Custom properties of tokens.css get short names, and style sheets lose the last spaces that Vite leaves. */
function shortStyles(): Plugin {
  const tokens = readFileSync(resolve(root, "src/ui/styles/tokens.css"), "utf8");
  const names = [...new Set([...tokens.matchAll(/^ {2}(--[\w-]+):/gm)].map(([, name]) => name as string))];
  const short = new Map(names.map((name, i) => [name, `--${i.toString(36)}`]));
  return {
    name: "onair-short-styles",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === "asset" && file.fileName.endsWith(".css"))
          file.source = nest(String(file.source))
            .replace(/--[\w-]+/g, (name) => short.get(name) ?? name)
            .replace(/"[^"]*"|([,/]) | (?=[/])/g, (all, sign?: string) => sign ?? (all === " " ? "" : all));
    },
  };
}

/** theme.js is a classic script that runs before the first paint, so it is no part of the bundle. */
function writeTheme(): Plugin {
  const source = readFileSync(resolve(root, "src/early/theme.js"), "utf8");
  return {
    name: "onair-theme",
    generateBundle() {
      this.emitFile({
        type: "asset",
        fileName: "theme.js",
        source: minifySync("theme.js", source, { module: false, mangle: { toplevel: false } }).code,
      });
    },
    configureServer(server) {
      server.middlewares.use("/theme.js", (_, response) => void response.end(source));
    },
  };
}

/** The web page's worker, with the names of all that the page consists of. */
function writeKeeper(): Plugin {
  const source = readFileSync(resolve(root, "src/early/sw.js"), "utf8");
  return {
    name: "onair-keeper",
    enforce: "post",
    generateBundle(_, bundle) {
      const parts = Object.values(bundle);
      const files = [
        ...parts.map((f) => f.fileName).filter((f) => f !== pages.web),
        ...readdirSync(resolve(root, "public/web")),
      ];
      const version = createHash("sha256");
      for (const f of parts) version.update(f.fileName).update(f.type === "chunk" ? f.code : f.source);
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: minifySync(
          "sw.js",
          source.replace("VERSION", version.digest("hex").slice(0, 12)).replace("FILES", JSON.stringify(files.sort())),
          { module: false },
        ).code,
      });
    },
  };
}

export default defineConfig(({ mode }) => {
  const page: Page = mode in pages ? (mode as Page) : "web";
  const outDir = resolve(root, "dist", page);
  const first = oneChunk();
  const define = { __VERSION__: JSON.stringify(version), __TARGET__: JSON.stringify(page) };
  return {
    root,
    base: "./",
    publicDir: resolve(root, page === "web" ? "public/web" : "public/extension"),
    define,
    plugins: [
      emptyFolder(),
      writeTheme(),
      plainImports(),
      leanPreact(),
      shortStyles(),
      minifyAgain(),
      first.plugin,
      ...(page === "web" ? [writeKeeper()] : [writeManifest(page), writeWorker(define)]),
    ],
    // `h("p", …)` is shorter than what the automatic runtime writes, and needs no runtime. The name is one that no code shadows.
    oxc: {
      jsx: { runtime: "classic", pragma: "__h", pragmaFrag: "__fragment" },
      jsxInject: 'import { h as __h, Fragment as __fragment } from "preact";',
    },
    build: {
      outDir,
      emptyOutDir: false,
      target,
      assetsInlineLimit: 0,
      modulePreload: false,
      cssCodeSplit: true,
      rollupOptions: {
        input: { [page]: resolve(root, pages[page]) },
        output: {
          codeSplitting: { groups: [{ name: first.name }] },
          entryFileNames: "assets/[name]-[hash].js",
          chunkFileNames: "assets/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
        },
      },
    },
    test: {
      environment: "node",
      include: ["src/**/*.test.ts", "src/**/*.test.tsx", "build/**/*.test.ts"],
      testTimeout: 60_000,
    },
  };
});
