// Numbers and times for people, by Intl.

/** Building a formatter costs more than using it a thousand times. */
const made = new Map<string, Intl.NumberFormat | Intl.RelativeTimeFormat>();

function once<T extends Intl.NumberFormat | Intl.RelativeTimeFormat>(key: string, make: () => T): T {
  const f = made.get(key) ?? make();
  made.set(key, f);
  return f as T;
}

/** 9,027 · 1.2만 · 36만 in Korean; 9,027 · 12K · 362K in English: never more than it is. Numbers below 10,000 are written out. */
export function compact(n: number, lang: string): string {
  if (n < 10_000) return once(`n${lang}`, () => new Intl.NumberFormat(lang)).format(n);
  return once(
    `c${lang}`,
    () => new Intl.NumberFormat(lang, { notation: "compact", roundingMode: "floor" } as Intl.NumberFormatOptions),
  ).format(n);
}

const two = (n: number): string => String(n).padStart(2, "0");

/** How long it runs: 0:07, 3:25, 27:03 (hours:minutes). Never negative. */
export function uptime(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago: 37초 전 / 37 sec. ago; below one second "지금" / "now". */
export function age(ms: number, lang: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [unit, size] = units.find(([, s]) => seconds >= s) ?? ["second", 1];
  return once(`a${lang}`, () => new Intl.RelativeTimeFormat(lang, { style: "short", numeric: "auto" })).format(
    -Math.floor(seconds / (size as number)),
    unit as Intl.RelativeTimeFormatUnit,
  );
}
