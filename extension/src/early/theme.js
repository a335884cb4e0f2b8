// Runs before the first paint: puts the look on the page that was chosen (a mirror of the settings), or the system's, without waiting
// for anything. Theme and contrast are resolved here, so that the style sheets hold each theme once. `wear` stays: ui/look.ts calls
// it when the settings change.
var wear = ({ theme, contrast, motion, lang }) => {
  const root = document.documentElement;
  const is = (query) => matchMedia(`(prefers-${query})`).matches;
  const put = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
  };
  put("theme", /^(light|dark)$/.test(theme) ? theme : is("color-scheme: dark") ? "dark" : "light");
  // "custom" is what a system that forces colours prefers.
  put("contrast", (contrast === "more" || is("contrast: more") || is("contrast: custom")) && "more");
  put("motion", motion === "reduce" && motion);
  wear.lang = /^(ko|en)$/.test(lang) ? lang : "system";
  if (wear.lang !== "system") root.lang = lang;
};
try {
  wear(JSON.parse(localStorage.getItem("onair.look") || "{}") || {});
} catch {
  wear({}); // no storage, or not ours: the system's look is right
}
