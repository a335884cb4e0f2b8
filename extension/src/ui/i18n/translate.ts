// Words in the language of the page.

export type Lang = "ko" | "en";
export type Values = Record<string, string | number>;
export type Translate<K extends string> = (key: K, values?: string | number | Values) => string;

/** The language to use: the chosen one, or the browser's where it is Korean, or English. */
export function languageOf(chosen: "system" | Lang, browser: string): Lang {
  return chosen !== "system" ? chosen : /^ko\b/i.test(browser) ? "ko" : "en";
}

/** A function from keys to words. A number is written by the language's rules; `{n|one|many}` follows its plural rule. */
export function translator<K extends string>(words: Readonly<Record<K, string>>, lang: Lang): Translate<K> {
  const digits = new Intl.NumberFormat(lang);
  const plural = new Intl.PluralRules(lang);
  return (key, values) => {
    if (values === undefined) return words[key];
    const all: Values = typeof values === "object" ? values : { n: values };
    return words[key].replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
      const value = all[name] ?? "";
      if (many !== undefined) return (plural.select(Number(value)) === "one" ? one : many) as string;
      return typeof value === "number" ? digits.format(value) : value;
    });
  };
}
