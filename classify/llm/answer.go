package llm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
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
	Usage struct {
		Total int64 `json:"total_tokens"`
	} `json:"usage"`
}

type label struct {
	N        *int   `json:"n"`
	Lang     string `json:"lang"`
	Category string `json:"category"`
}

// decode reads the answer about n items. An endpoint need not keep to the schema that it was given, so all is checked
// here: an answer that names an item twice, or one that was not asked about, or a word that is on no list, is wrong as
// a whole, for nobody can tell which part of it is right. Items that it leaves out have no verdict.
func decode(body []byte, n int) (verdicts []*Verdict, u Usage, err error) {
	var a chatAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, Usage{}, fmt.Errorf("%w: not JSON", ErrAnswer)
	}
	u = Usage{Tokens: a.Usage.Total}
	switch {
	case len(a.Choices) == 0:
		return nil, u, fmt.Errorf("%w: no choice", ErrAnswer)
	case a.Choices[0].Message.Refusal != "":
		return nil, u, fmt.Errorf("%w: it refused", ErrAnswer)
	case a.Choices[0].Finish == "length":
		return nil, u, fmt.Errorf("%w: cut off", ErrAnswer)
	}
	var content struct {
		Labels []label `json:"labels"`
	}
	d := json.NewDecoder(bytes.NewReader([]byte(a.Choices[0].Message.Content)))
	d.DisallowUnknownFields()
	if err := d.Decode(&content); err != nil {
		return nil, u, fmt.Errorf("%w: labels are not JSON of the schema", ErrAnswer)
	}
	if d.More() {
		return nil, u, fmt.Errorf("%w: text after the labels", ErrAnswer)
	}
	verdicts = make([]*Verdict, n)
	categories := groups()
	for _, l := range content.Labels {
		switch {
		case l.N == nil || *l.N < 1 || *l.N > n:
			return nil, u, fmt.Errorf("%w: a label for nothing that was asked", ErrAnswer)
		case verdicts[*l.N-1] != nil:
			return nil, u, fmt.Errorf("%w: two labels for item %d", ErrAnswer, *l.N)
		case l.Lang != langKorean && l.Lang != langOther && l.Lang != unsaid:
			return nil, u, fmt.Errorf("%w: language %.20q", ErrAnswer, l.Lang)
		case l.Category != unsaid && !slices.Contains(categories, l.Category):
			return nil, u, fmt.Errorf("%w: category %.40q", ErrAnswer, l.Category)
		}
		v := Verdict{Lang: l.Lang, Category: l.Category}
		if v.Lang == unsaid {
			v.Lang = ""
		}
		if v.Category == unsaid {
			v.Category = ""
		}
		verdicts[*l.N-1] = &v
	}
	return verdicts, u, nil
}
