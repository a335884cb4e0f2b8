package sim

import (
	"fmt"
	"html"
	"net/http"
)

// The list pages of Chzzk and SOOP, as far as somebody who watches their requests can tell: each asks for its list from a
// script, and for the next page when the reader has come to the end.

// site serves a list page. script defines first, the address of the first answer, and after(answer), the address of the
// next or null, and rows(answer), titles with viewers.
func (s *Server) site(title, script string) http.HandlerFunc {
	page := fmt.Sprintf(sitePage, html.EscapeString(title), script)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}
}

const sitePage = `<!DOCTYPE html>
<html lang="ko"><head><meta charset="utf-8"><title>%s</title>
<style>li { height: 96px } footer { height: 200px }</style></head>
<body><ul id="list"></ul><footer id="end">불러오는 중</footer>
<script>
%s
let next = first, busy = false;
async function load() {
  if (busy || !next) return;
  busy = true;
  try {
    const response = await fetch(next);
    if (!response.ok) { next = null; return; }
    const answer = await response.json();
    for (const [title, viewers] of rows(answer)) {
      const li = document.createElement("li");
      li.textContent = viewers + " " + title;
      document.getElementById("list").append(li);
    }
    next = after(answer);
  } finally { busy = false; }
}
addEventListener("scroll", () => {
  const room = document.documentElement;
  if (room.scrollTop + room.clientHeight > room.scrollHeight - 400) load();
});
load();
</script></body></html>
`

const chzzkScript = `
const first = "../api/service/v1/lives?size=30&sortType=POPULAR";
const rows = (a) => a.content.data.map((d) => [d.liveTitle, d.concurrentUserCount]);
const after = (a) => a.content.page.next && first +
  "&concurrentUserCount=" + a.content.page.next.concurrentUserCount + "&liveId=" + a.content.page.next.liveId;`

const soopScript = `
const address = (n) => "../live/api/main_broad_list_api.php?selectType=action&selectValue=all&orderType=view_cnt&lang=ko_KR&pageNo=" + n;
const first = address(1);
let at = 1;
const rows = (a) => a.broad.map((d) => [d.broad_title, d.total_view_cnt]);
const after = (a) => a.broad.length < 60 ? null : address(++at);`

// fromBrowser tells a browser's requests, for a page or from a script of one, by headers that only a browser sets; it does
// so for https and for loopback.
func fromBrowser(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Mode") {
	case "navigate":
		return r.Header.Get("Sec-Fetch-Dest") == "document"
	case "cors", "same-origin", "no-cors":
		return r.Header.Get("Sec-Fetch-Site") == "same-origin" || r.Header.Get("Sec-Fetch-Site") == "same-site"
	}
	return false
}
