package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"onair/live"
)

// AdminContract is the OpenAPI document of the admin listener.
//
//go:embed admin.yaml
var AdminContract []byte

const (
	// maxAdminBody is far above a creator with all channels; without it a request could take the hub's memory.
	maxAdminBody = 64 << 10
	// maxReason in runes: a reason is a line in a list.
	maxReason = 300
)

// Problems of the admin listener beside those of the public one.
var (
	kindAdminMethod = kind{"method-not-allowed", "Method not allowed", http.StatusMethodNotAllowed}
	kindConflict    = kind{"conflict", "Conflict", http.StatusConflict}
	kindChanged     = kind{"changed", "Changed meanwhile", http.StatusPreconditionFailed}
	kindUnguarded   = kind{"precondition-required", "Precondition required", http.StatusPreconditionRequired}
	kindTooLarge    = kind{"too-large", "Body too large", http.StatusRequestEntityTooLarge}
	kindMedia       = kind{"unsupported-media-type", "Unsupported media type", http.StatusUnsupportedMediaType}
	kindBody        = kind{"bad-body", "Bad body", http.StatusBadRequest}
	kindField       = kind{"bad-field", "Bad field", http.StatusUnprocessableEntity}
	kindFull        = kind{"full", "Full", http.StatusInsufficientStorage}
	kindAway        = kind{"away", "Not available", http.StatusServiceUnavailable}
)

// badField reports a body's field that cannot be right; path is as in "channels[1].id".
func badField(path, format string, a ...any) error {
	return &problem{kind: kindField, parameter: path, detail: fmt.Sprintf(format, a...)}
}

// readBody reads a JSON body into v. Fields that v does not know are refused: a name that is misspelt would else be left out
// silently.
func readBody(w http.ResponseWriter, r *http.Request, v any) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != contentJSON {
		return &problem{kind: kindMedia, detail: "the body must be application/json"}
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAdminBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &problem{kind: kindTooLarge, detail: fmt.Sprintf("the body is larger than %d bytes", maxAdminBody)}
	case err != nil:
		return &problem{kind: kindBody, detail: "the body was cut off"}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(v)
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typ):
		return badField(typ.Field, "a %s cannot stand here", typ.Value)
	case err != nil:
		text := err.Error()
		if field, ok := strings.CutPrefix(text, "json: unknown field "); ok {
			field, _ = strconv.Unquote(field)
			return badField(live.CleanText(field, live.MaxName), "there is no such field")
		}
		return &problem{kind: kindBody, detail: "the body is not one JSON document"}
	case d.Decode(&struct{}{}) != io.EOF:
		return &problem{kind: kindBody, detail: "more follows the JSON document"}
	}
	return nil
}

// noBody wants a request without a body, or with an empty object.
func noBody(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	return readBody(w, r, &struct{}{})
}

// line cleans a text of one line. Empty is an error where it is needed.
func line(field, text string, limit int, needed bool) (string, error) {
	clean := live.CleanText(text, limit+1)
	switch n := len([]rune(clean)); {
	case n > limit:
		return "", badField(field, "longer than %d characters", limit)
	case n == 0 && needed:
		return "", badField(field, "must not be empty")
	}
	return clean, nil
}

// revTag is the ETag of a revision.
func revTag(rev uint64) string { return `"` + strconv.FormatUint(rev, 10) + `"` }

// matches checks If-Match and If-None-Match against the revision that is there, 0 when none is. needed says that replacing
// something wants If-Match.
func matches(r *http.Request, rev uint64, needed bool) error {
	if none := r.Header.Get("If-None-Match"); none != "" && rev > 0 && (none == "*" || strings.Contains(none, revTag(rev))) {
		return &problem{kind: kindChanged, detail: "it is there already"}
	}
	match := r.Header.Get("If-Match")
	switch {
	case match == "" && rev > 0 && needed:
		return &problem{kind: kindUnguarded, detail: "it is there already: say with If-Match which revision is to be replaced"}
	case match == "":
		return nil
	case rev == 0, match != "*" && match != revTag(rev):
		return &problem{kind: kindChanged, detail: "it is not as If-Match says; read it again"}
	}
	return nil
}

// sendJSON writes v; rev > 0 becomes its ETag.
func sendJSON(w http.ResponseWriter, status int, rev uint64, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", contentJSON)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if rev > 0 {
		h.Set("ETag", revTag(rev))
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader has gone: nobody is left to tell
	return nil
}

func sendNothing(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
