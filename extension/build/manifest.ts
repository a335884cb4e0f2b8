// The manifests of the two extension builds, made from one base. The new tab build's only install warning is the override itself;
// the panel build has none. Whatever warns (notifications, a server's address) is optional and asked for on first use.

export type ExtensionTarget = "newtab" | "panel";

/** Nothing is allowed but the package's own code and styles, pictures, and talking to a server that the user chose. */
export const extensionPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https: http://127.0.0.1:* http://localhost:* data:",
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const base = {
  manifest_version: 3,
  default_locale: "en",
  minimum_chrome_version: "125",
  icons: { 16: "icons/16.png", 32: "icons/32.png", 48: "icons/48.png", 128: "icons/128.png" },
  background: { service_worker: "background.js", type: "module" },
  optional_permissions: ["notifications"],
  optional_host_permissions: ["https://*/*", "http://localhost/*", "http://127.0.0.1/*"],
  content_security_policy: { extension_pages: extensionPolicy },
};

const action = { default_icon: { 16: "icons/16.png", 32: "icons/32.png" }, default_title: "__MSG_action__" };

const command = (description: string) => ({
  _execute_action: { suggested_key: { default: "Alt+Shift+O" }, description },
});

/** The manifest.json of one build. */
export function manifest(target: ExtensionTarget, version: string): Record<string, unknown> {
  if (target === "newtab")
    return {
      ...base,
      name: "__MSG_name_newtab__",
      short_name: "onair",
      description: "__MSG_description_newtab__",
      version,
      permissions: ["alarms", "storage"],
      chrome_url_overrides: { newtab: "newtab.html" },
      action,
      commands: command("__MSG_command_newtab__"),
    };
  return {
    ...base,
    name: "__MSG_name_panel__",
    short_name: "onair",
    description: "__MSG_description_panel__",
    version,
    permissions: ["alarms", "sidePanel", "storage"],
    side_panel: { default_path: "panel.html" },
    action,
    commands: command("__MSG_command_panel__"),
  };
}
