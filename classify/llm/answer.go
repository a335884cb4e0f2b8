package llm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// chatAnswer is what is read of the endpoint's answer.
type chatAnswer struct {
	Choices []struct {
		Finish  string `json:"finish_reason"`
		Message struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
		} `json:"message"`
	} `json:"choices"`
	Usage json.RawMessage `json:"usage"`
	Error json.RawMessage `json:"error"` // some send a status of 200 with it
}

// maxTold bounds what an endpoint may say that a request cost, so that sums of it fit.
const maxTold = 1 << 40

// told reads a usage; 0 when it says nothing that can be.
func told(usage json.RawMessage) int64 {
	var u struct {
		Total      int64 `json:"total_tokens"`
		Prompt     int64 `json:"prompt_tokens"`
		Completion int64 `json:"completion_tokens"`
	}
	if json.Unmarshal(usage, &u) != nil {
		return 0
	}
	clamp := func(n int64) int64 { return min(max(n, 0), maxTold) }
	return max(clamp(u.Total), clamp(clamp(u.Prompt)+clamp(u.Completion)))
}

// label is one of the answer. Servers without a schema write numbers as strings too.
type label struct {
	N        json.RawMessage `json:"n"`
	Lang     string          `json:"lang"`
	Category string          `json:"category"`
}

// decode reads the answer about n items that are numbered from first. An endpoint need not keep to the schema that it was
// given, so all is checked here. An answer that names an item twice, or one that was not asked about, is wrong as a
// whole, for nobody can tell which part of it is right. A label that cannot be read or chose a word that is on no list is
// none; nor have items that it leaves out one.
func (r *reply) decode(body []byte, first, n int) ([]*Verdict, error) {
	var a chatAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("%w: not JSON of the API", ErrAnswer)
	}
	r.tokens = told(a.Usage)
	if len(a.Choices) == 0 {
		return nil, r.wrapped(a.Error)
	}
	r.api = true
	switch {
	case a.Choices[0].Message.Refusal != "":
		return nil, fmt.Errorf("%w: it refused", ErrAnswer)
	case a.Choices[0].Finish == "length":
		r.cut = true
		return nil, fmt.Errorf("%w: cut off", ErrAnswer)
	case a.Choices[0].Finish == "content_filter":
		return nil, fmt.Errorf("%w: filtered", ErrAnswer)
	}
	var content struct {
		Labels []json.RawMessage `json:"labels"`
	}
	if err := json.Unmarshal([]byte(object(a.Choices[0].Message.Content)), &content); err != nil {
		return nil, fmt.Errorf("%w: labels are not JSON of the schema", ErrAnswer)
	}
	verdicts, seen := make([]*Verdict, n), make([]bool, n)
	for _, raw := range content.Labels {
		var l label
		if json.Unmarshal(raw, &l) != nil {
			continue
		}
		number, err := strconv.Atoi(strings.Trim(string(l.N), `"`))
		if err != nil {
			continue
		}
		switch i := number - first; {
		case i < 0 || i >= n:
			return nil, fmt.Errorf("%w: a label for nothing that was asked", ErrAnswer)
		case seen[i]:
			return nil, fmt.Errorf("%w: two labels for one item", ErrAnswer)
		default:
			seen[i] = true
			verdicts[i] = l.verdict()
		}
	}
	return verdicts, nil
}

// wrapped is the error of an answer without a choice.
func (r *reply) wrapped(inner json.RawMessage) error {
	if len(inner) == 0 || string(inner) == "null" {
		return fmt.Errorf("%w: no choice", ErrAnswer)
	}
	r.free = true
	var e struct {
		Code json.RawMessage `json:"code"` // a number or a word
	}
	if json.Unmarshal(inner, &e) == nil {
		switch n, _ := strconv.Atoi(strings.Trim(string(e.Code), `"`)); {
		case n == 429:
			return &BusyError{}
		case n >= 500 && n < 600:
			return fmt.Errorf("%w: error %d", ErrDown, n)
		}
	}
	return fmt.Errorf("%w: an error", ErrAnswer)
}

// object cuts the JSON object out of a model's words: some think aloud before it, some set it in a fence. Where there are
// two objects the result is none, for nobody knows which is meant.
func object(words string) string {
	if i := strings.LastIndex(words, "</think>"); i >= 0 {
		words = words[i:]
	}
	from, to := strings.IndexByte(words, '{'), strings.LastIndexByte(words, '}')
	if from < 0 || to < from {
		return ""
	}
	return words[from : to+1]
}

// verdict is nil when a word is on no list.
func (l label) verdict() *Verdict {
	v := Verdict{Lang: word(l.Lang), Category: word(l.Category)}
	if v.Lang != "" && v.Lang != langKorean && v.Lang != langOther || v.Category != "" && !slices.Contains(groups(), v.Category) {
		return nil
	}
	return &v
}

// word is what the model chose, "" when it did not say.
func word(s string) string {
	if s = strings.ToLower(strings.TrimSpace(s)); s == unsaid {
		return ""
	}
	return s
}
