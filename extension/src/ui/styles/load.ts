// Style sheets of parts that are loaded late.

const asked = new Map<string, Promise<void>>();

/** Adds a style sheet to the page, once; done when it is in force, or cannot be. */
export function loadStyles(href: string): Promise<void> {
  let done = asked.get(href);
  if (!done) {
    done = new Promise((resolve) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = href;
      link.onload = link.onerror = () => resolve();
      document.head.append(link);
    });
    asked.set(href, done);
  }
  return done;
}
