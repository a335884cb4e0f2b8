package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// disturb serves a request with whatever is wrong at present.
func (s *Server) disturb(platform string, w http.ResponseWriter, r *http.Request, h http.HandlerFunc) {
	faults, shut := s.struck(platform, r)
	if shut {
		refuse(platform, w, http.StatusForbidden)
		return
	}
	var spoil []Fault
	for _, f := range faults {
		switch f.Kind {
		case Slow:
			wait := time.NewTimer(time.Duration(f.Millis) * time.Millisecond)
			select {
			case <-wait.C:
			case <-r.Context().Done():
				wait.Stop()
				return
			}
		case TooManyRequests:
			if f.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
			}
			refuse(platform, w, http.StatusTooManyRequests)
			return
		case Forbidden:
			refuse(platform, w, http.StatusForbidden)
			return
		case BrowsersOnly:
			if !fromBrowser(r) {
				refuse(platform, w, http.StatusForbidden)
				return
			}
		case ServerError:
			refuse(platform, w, cmp.Or(f.Status, http.StatusServiceUnavailable))
			return
		case QuotaExceeded:
			youtubeRefuse(w, quotaExceeded())
			return
		case HTMLPage:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, blockPage)
			return
		default:
			spoil = append(spoil, f)
		}
	}
	if len(spoil) == 0 {
		h(w, r)
		return
	}
	caught := &capture{header: w.Header(), status: http.StatusOK}
	h(caught, r)
	caught.spoil(platform, spoil, w)
}

const blockPage = `<!DOCTYPE html><html lang="ko"><head><meta charset="utf-8"><title>접속이 제한되었습니다</title></head>
<body><h1>비정상적인 접근이 감지되었습니다</h1><p>잠시 후 다시 시도해 주세요.</p></body></html>
`

// capture keeps a response back so that it can be spoilt.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *capture) Header() http.Header         { return c.header }
func (c *capture) WriteHeader(status int)      { c.status = status }
func (c *capture) Write(b []byte) (int, error) { return c.body.Write(b) }

func (c *capture) spoil(platform string, faults []Fault, w http.ResponseWriter) {
	body, cut := c.body.Bytes(), false
	for _, f := range faults {
		switch f.Kind {
		case Schema:
			key := f.Key
			if key == "" {
				key = mainKey(platform)
			}
			body = bytes.ReplaceAll(body, []byte(`"`+key+`"`), []byte(`"`+key+`V2"`))
		case Truncated:
			body = body[:len(body)/2]
		case Cut:
			cut = true
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(c.status)
	if cut {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush() // so that half of it arrives
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// mainKey is the key whose loss hurts a platform's parser most.
func mainKey(platform string) string {
	switch platform {
	case "chzzk":
		return "concurrentUserCount"
	case "soop":
		return "broad"
	case "twitch":
		return "data"
	}
	return "items"
}

// refuse answers an error in the platform's own form.
func refuse(platform string, w http.ResponseWriter, status int) {
	text := http.StatusText(status)
	switch platform {
	case "chzzk":
		write(w, status, jsonType, chzzkError{status, text})
	case "twitch":
		write(w, status, jsonType, twitchError{text, status, text})
	case "youtube":
		youtubeRefuse(w, youtubeFailure{status: status, message: text, domain: "usageLimits", reason: refusalReason(status)})
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<html><head><title>%d %s</title></head><body><center><h1>%d %s</h1></center></body></html>\n", status, text, status, text)
	}
}

func refusalReason(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "rateLimitExceeded"
	case http.StatusForbidden:
		return "forbidden"
	}
	return "backendError"
}
