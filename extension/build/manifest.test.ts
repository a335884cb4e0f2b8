import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ExtensionTarget, extensionPolicy, manifest } from "./manifest.ts";

// Permissions that Chrome installs without a word. Anything else warns and has to be optional.
const silent = ["alarms", "sidePanel", "storage"];

describe.each<ExtensionTarget>(["newtab", "panel"])("manifest of %s", (target) => {
  const m = manifest(target, "1.2.3");

  it("warns of nothing at the installation but the override", () => {
    for (const p of m.permissions as string[]) expect(silent).toContain(p);
    expect(m.host_permissions).toBeUndefined();
    expect(m.content_scripts).toBeUndefined();
    expect(m.chrome_url_overrides).toEqual(target === "newtab" ? { newtab: "newtab.html" } : undefined);
  });

  it("allows no code, style or frame from elsewhere", () => {
    expect(m.content_security_policy).toEqual({ extension_pages: extensionPolicy });
    expect(extensionPolicy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(extensionPolicy).not.toMatch(/unsafe| \*[ ;]|script-src[^;]*(http|data)/);
  });

  it("has its words in both languages", () => {
    const keys = [...JSON.stringify(m).matchAll(/__MSG_(\w+)__/g)].map((k) => k[1] as string);
    expect(keys.length).toBeGreaterThan(3);
    for (const lang of ["ko", "en"]) {
      const file = new URL(`../public/extension/_locales/${lang}/messages.json`, import.meta.url);
      const messages = JSON.parse(readFileSync(file, "utf8"));
      for (const key of keys) expect(messages[key]?.message, `${lang} ${key}`).toBeTruthy();
      expect(messages[`description_${target}`].message.length).toBeLessThanOrEqual(132);
      expect(messages[`name_${target}`].message.length).toBeLessThanOrEqual(75);
    }
  });
});
