package llm

import (
	"net/http"
	"strings"
)

// dialect is the part of the API that an endpoint takes. All of them call it OpenAI's, and they differ: models that think
// take max_completion_tokens and no temperature, small servers know no JSON schema, some have no "/v1". The zero dialect
// asks for everything; what is refused is left out one by one, and what was taken is remembered.
type dialect struct {
	bare       bool // no "/v1" behind a base URL that is a host alone
	completion bool // max_completion_tokens in place of max_tokens
	warm       bool // no temperature
	form       form
	roomy      bool // room to think before the answer
	proven     bool // it was answered once: what an unclear refusal is about is not the dialect
}

// form is how the answer's form is asked for. The instructions tell it in any case.
type form int

const (
	formSchema form = iota
	formObject      // any JSON object
	formNone
)

func (c *Client) dialect() dialect {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spoken
}

// learn keeps a dialect that was answered.
func (c *Client) learn(d dialect) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.proven = true
	c.spoken = d
}

// without leaves out what r may be about; false when nothing is. Each step is taken once, so they end.
func (d dialect) without(r reply, pathless bool) (dialect, bool) {
	about := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(r.complaint, w) {
				return true
			}
		}
		return false
	}
	switch r.status {
	case http.StatusOK:
		if !r.cut || d.roomy {
			return d, false
		}
		d.roomy = true
		return d, true
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		if !pathless || d.bare || d.proven {
			return d, false
		}
		d.bare = true
		return d, true
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
	default:
		return d, false
	}
	switch {
	case !d.completion && about("max_completion_tokens", "max_tokens"):
		d.completion, d.roomy = true, true
	case !d.warm && about("temperature"):
		d.warm = true
	case d.form < formNone && (about("response_format", "response format", "json_schema", "schema") || !d.proven):
		d.form++
	default:
		return d, false
	}
	return d, true
}
