package tray

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// change is one value of the file that has to say something else.
type change struct {
	path  string // "$.alerts.hot"
	value any    // nil: take it out
}

// changes lists what differs. Lists are replaced whole.
func changes(was, now Settings) []change {
	var out []change
	add := func(path string, a, b, value any) {
		if !reflect.DeepEqual(a, b) {
			out = append(out, change{path, value})
		}
	}
	add("$.server", was.Server, now.Server, now.Server)
	add("$.language", was.Language, now.Language, now.Language)
	add("$.prefer", nonNil(was.Prefer), nonNil(now.Prefer), nonNil(now.Prefer))
	add("$.width", was.Width, now.Width, now.Width)
	add("$.thumbnails", was.Thumbnails, now.Thumbnails, now.Thumbnails)
	add("$.alerts.live", was.Alerts.Live, now.Alerts.Live, now.Alerts.Live)
	add("$.alerts.hot", was.Alerts.Hot, now.Alerts.Hot, now.Alerts.Hot)
	add("$.alerts.viewers", was.Alerts.Viewers, now.Alerts.Viewers, now.Alerts.Viewers)
	add("$.alerts.categories", nonNil(was.Alerts.Categories), nonNil(now.Alerts.Categories), quote(now.Alerts.Categories))
	add("$.creators", nonNil(was.Creators), nonNil(now.Creators), nonNil(now.Creators))
	return out
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// edit gives the file's text with now in place of was. Comments stay, except inside a list that changed. Should the
// edit not say what it should, the file is written anew: wrong settings are worse than lost comments.
func edit(b []byte, was, now Settings) ([]byte, error) {
	text := string(b)
	for _, c := range changes(was, now) {
		next, err := set(text, c)
		if err != nil {
			text = ""
			break
		}
		text = next
	}
	if got, err := ParseSettings([]byte(text)); err == nil && text != "" && len(changes(got, now)) == 0 {
		return []byte(text), nil
	}
	out, err := yaml.MarshalWithOptions(now, yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	if got, err := ParseSettings(out); err != nil {
		return nil, err
	} else if d := changes(got, now); len(d) > 0 {
		return nil, fmt.Errorf("%s does not survive writing", d[0].path)
	}
	return out, nil
}

// set puts one value into the text.
func set(text string, c change) (string, error) {
	value, err := yaml.MarshalWithOptions(c.value, yaml.IndentSequence(true))
	if err != nil {
		return "", err
	}
	file, err := parseFile([]byte(text))
	if err != nil {
		return "", err
	}
	path, err := yaml.PathString(c.path)
	if err != nil {
		return "", err
	}
	if n, err := path.FilterFile(file); err == nil && n != nil {
		comment := n.GetComment()
		if err := path.ReplaceWithReader(file, strings.NewReader(string(value))); err != nil {
			return "", err
		}
		if n, err := path.FilterFile(file); err == nil && comment != nil && n != nil && n.GetComment() == nil {
			_ = n.SetComment(comment)
		}
		return ended(file.String()), nil
	} else if err != nil && !errors.Is(err, yaml.ErrNotFoundNode) {
		return "", err
	}
	// The key is not there: add it below its parent, or at the end.
	keys := strings.Split(strings.TrimPrefix(c.path, "$."), ".")
	if len(keys) == 2 {
		parent, err := yaml.PathString("$." + keys[0])
		if err != nil {
			return "", err
		}
		if n, err := parent.FilterFile(file); err == nil && n != nil {
			inner, err := yaml.MarshalWithOptions(map[string]any{keys[1]: c.value}, yaml.IndentSequence(true))
			if err != nil {
				return "", err
			}
			if err := parent.MergeFromReader(file, strings.NewReader(string(inner))); err != nil {
				return "", err
			}
			return ended(file.String()), nil
		}
	}
	var whole any = c.value
	for i := len(keys) - 1; i >= 0; i-- {
		whole = map[string]any{keys[i]: whole}
	}
	tail, err := yaml.MarshalWithOptions(whole, yaml.IndentSequence(true))
	if err != nil {
		return "", err
	}
	return ended(text) + string(tail), nil
}

func ended(s string) string { return strings.TrimRight(s, "\n") + "\n" }

func parseFile(b []byte) (*ast.File, error) { return parser.ParseBytes(b, parser.ParseComments) }

// quoted is a string in double quotes. The encoder leaves some texts bare that read back as something else ("? A"),
// and names come from anybody.
type quoted string

func (q quoted) MarshalYAML() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(string(q)); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func quote(s []string) []quoted {
	out := make([]quoted, len(s))
	for i := range s {
		out[i] = quoted(s[i])
	}
	return out
}

// MarshalYAML writes the creator with its texts quoted.
func (c Creator) MarshalYAML() (any, error) {
	return struct {
		Name  quoted   `yaml:"name,omitempty"`
		Is    []quoted `yaml:"is,flow"`
		Level Level    `yaml:"level"`
	}{quoted(c.Name), quote(c.Is), c.Level}, nil
}

// MarshalYAML writes the rules with their texts quoted.
func (r Rules) MarshalYAML() (any, error) {
	return struct {
		Live       bool     `yaml:"live"`
		Hot        bool     `yaml:"hot"`
		Viewers    int64    `yaml:"viewers"`
		Categories []quoted `yaml:"categories,flow"`
	}{r.Live, r.Hot, r.Viewers, quote(r.Categories)}, nil
}
