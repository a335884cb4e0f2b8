package api

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// health is schema Health.
type health struct {
	Status   string          `json:"status"`
	Version  string          `json:"version"`
	Problems []healthProblem `json:"problems"`
}

type healthProblem struct {
	Part   string `json:"part"`
	Detail string `json:"detail"`
}

func healthProblems(list []Problem) []healthProblem {
	out := make([]healthProblem, 0, len(list))
	for _, p := range list {
		out = append(out, healthProblem{p.Part, p.Detail})
	}
	return out
}

// serveLive answers as long as the process can answer at all.
func (s *Server) serveLive(w http.ResponseWriter, r *http.Request) error {
	return s.sendHealth(w, r, nil)
}

// serveReady says whether readers should come here: there is a list, and no part calls itself unready.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) error {
	var list []Problem
	if s.o.Health != nil {
		list = s.o.Health()
	}
	if s.o.View.Current() == nil {
		list = append(list, Problem{Part: "view", Detail: errNotReady.detail, Unready: true})
	}
	for _, p := range list {
		if p.Unready {
			return &problem{kind: kindNotReady, detail: p.Part + ": " + p.Detail, retry: errNotReady.retry, health: list}
		}
	}
	return s.sendHealth(w, r, list)
}

func (s *Server) sendHealth(w http.ResponseWriter, r *http.Request, list []Problem) error {
	body := health{Status: "ok", Version: s.o.Version, Problems: healthProblems(list)}
	if len(list) > 0 {
		body.Status = "degraded"
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", contentJSON)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h["Cache-Control"] = valueNoStore
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b)
	}
	return nil
}
