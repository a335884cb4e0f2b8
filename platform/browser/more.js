// What a reader does who wants more rows: to the end of everything that scrolls, and on the button that says so.
(() => {
  const end = (e) => { e.scrollTop = e.scrollHeight; };
  end(document.scrollingElement || document.documentElement);
  let seen = 0;
  for (const e of document.querySelectorAll("main, section, div, ul")) {
    if (++seen > 2000) break;
    if (e.scrollHeight > e.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(e).overflowY)) end(e);
  }
  const more = [...document.querySelectorAll("button, a[role=button]")].slice(-50)
    .filter((b) => /^\s*(더\s*보기|더보기|more|show more|load more)\s*$/i.test(b.textContent) && b.offsetParent !== null);
  if (more.length) more[more.length - 1].click();
})()
