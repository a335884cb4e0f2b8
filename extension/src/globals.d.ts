/** The version in package.json; set by the build. */
declare const __VERSION__: string;
/** Which of the three builds this is; set by the build. */
declare const __TARGET__: "newtab" | "panel" | "web";
/** Left by early/theme.js: puts a look on the page. */
declare const wear: {
  (look: Pick<import("./model/index.ts").Prefs, "theme" | "contrast" | "motion" | "lang">): void;
  /** The language of the look. */
  lang: "system" | "ko" | "en";
};
