package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// minToken keeps a token from being guessed: 16 characters of hex are 64 bits.
const minToken = 16

// ErrToken reports an admin token that is too short to protect anything.
var ErrToken = errors.New("admin token shorter than 16 characters")

// AdminOptions of the admin handler.
type AdminOptions struct {
	Token      string                  // bearer token, at least 16 characters
	Collectors []prometheus.Collector  // figures of other parts (pages and errors by platform)
	Registry   *Registry               // what operators say; nil: they cannot say anything here
	Routes     map[string]http.Handler // more, by pattern ("GET /v1/backup")
}

// Admin returns the handler for the admin listener, which must not be public: /metrics, /debug/pprof and the routes of
// admin.yaml, for those who hold the token. Errors: ErrToken, and collectors that contradict each other.
func (s *Server) Admin(o AdminOptions) (http.Handler, error) {
	if len(o.Token) < minToken {
		return nil, ErrToken
	}
	for _, c := range o.Collectors {
		if err := s.metrics.registry.Register(c); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelError),
	}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	if o.Registry != nil {
		o.Registry.mount(mux, s.fail)
	}
	for pattern, handler := range o.Routes {
		mux.Handle(pattern, handler)
	}
	return http.NewCrossOriginProtection().Handler(bearer(o.Token, mux)), nil
}

// bearer lets through who has the token. Hashes are compared, so that neither content nor length shows in the time.
func bearer(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = valueNosniff
		h["Referrer-Policy"] = valueNoRefer
		h["Cache-Control"] = valueNoStore
		scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !strings.EqualFold(scheme, "Bearer") {
			h.Set("WWW-Authenticate", `Bearer realm="onair admin"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
