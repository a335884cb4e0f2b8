// Before all journeys: the hub's program, and the unpacked extension with the permissions that a person would be asked for
// (no test can press "Allow" in Chromium's own dialog). Builds nothing of the extension itself: `npm run e2e` does.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export interface Built {
  hub: string;
  newtab: string;
  panel: string;
  /** The panel build in a browser that has no side panel. */
  popup: string;
  web: string;
  out: string;
}

export function build(): { built: Built; clean: () => void } {
  const dir = mkdtempSync(join(tmpdir(), "onair-e2e-"));
  const hub = process.env.ONAIR_HUB ?? join(dir, "onair");
  if (!process.env.ONAIR_HUB) execFileSync("go", ["build", "-o", hub, "./cmd/onair"], { cwd: root, stdio: "inherit" });
  const dist = resolve(process.env.ONAIR_DIST ?? join(root, "extension/dist"));
  const granted = (target: string, name = target, without = ""): string => {
    const from = join(dist, target);
    if (!existsSync(join(from, "manifest.json"))) throw new Error(`${from} is not built: npm run build`);
    const to = join(dir, name);
    cpSync(from, to, { recursive: true });
    const path = join(to, "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    manifest.permissions = [...manifest.permissions.filter((p: string) => p !== without), "notifications"];
    manifest.host_permissions = ["http://127.0.0.1/*", "http://localhost/*"];
    writeFileSync(path, JSON.stringify(manifest));
    return to;
  };
  const out = join(import.meta.dirname, "out");
  const built = {
    hub,
    newtab: granted("newtab"),
    panel: granted("panel"),
    popup: granted("panel", "popup", "sidePanel"),
    web: join(dist, "web"),
    out,
  };
  return { built, clean: () => rmSync(dir, { recursive: true, force: true }) };
}

export default function setup(): () => void {
  const { built, clean } = build();
  rmSync(built.out, { recursive: true, force: true });
  mkdirSync(built.out, { recursive: true });
  process.env.ONAIR_E2E = JSON.stringify(built);
  return clean;
}
