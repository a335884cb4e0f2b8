package api

import "net/http"

const (
	contentJSON    = "application/json"
	contentHTML    = "text/html; charset=utf-8"
	contentProblem = "application/problem+json"

	// dataPolicy is for responses that are not pages: if a browser shows one anyway, it may do nothing.
	dataPolicy = "default-src 'none'; frame-ancestors 'none'"
)

// Header values are shared between responses: net/http reads them and writes to none.
var (
	valueAny       = []string{"*"}
	valueNosniff   = []string{"nosniff"}
	valueNoRefer   = []string{"no-referrer"}
	valuePolicy    = []string{dataPolicy}
	valueCross     = []string{"cross-origin"}
	valueExpose    = []string{"ETag, Date, Age, Retry-After"}
	valueFresh     = []string{"public, max-age=5, stale-while-revalidate=30"}
	valueVary      = []string{"Accept-Encoding"}
	valueNoStore   = []string{"no-store"}
	valueMethods   = []string{"GET, HEAD, OPTIONS"}
	valueAllowed   = []string{"If-None-Match, Last-Event-ID"}
	valuePreflight = []string{"86400"}
)

// commonHeaders are on every response. Everything is public and cookie-less, so any origin may read it; a page of
// ours sets its own policy over dataPolicy.
func commonHeaders(h http.Header) {
	h["Access-Control-Allow-Origin"] = valueAny
	h["Access-Control-Expose-Headers"] = valueExpose
	h["Cross-Origin-Resource-Policy"] = valueCross
	h["X-Content-Type-Options"] = valueNosniff
	h["Referrer-Policy"] = valueNoRefer
	h["Content-Security-Policy"] = valuePolicy
}

// servePreflight answers a browser that asks before it sends If-None-Match or Last-Event-ID.
func (s *Server) servePreflight(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h["Allow"] = valueMethods
	h["Access-Control-Allow-Methods"] = valueMethods
	h["Access-Control-Allow-Headers"] = valueAllowed
	h["Access-Control-Max-Age"] = valuePreflight
	w.WriteHeader(http.StatusNoContent)
	return nil
}
