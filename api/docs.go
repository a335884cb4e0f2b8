package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed docs.html
var docsSource string

var docsTemplate = template.Must(template.New("docs").Parse(docsSource))

// renderDocs makes the readable page of an OpenAPI document: plain HTML, nothing to load. It panics when the document
// is broken, which is a mistake of ours that every test finds.
func renderDocs(source []byte) []byte {
	var root yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(source, &root, yaml.UseOrderedMap()); err != nil {
		panic(fmt.Errorf("openapi.yaml: %w", err))
	}
	var b bytes.Buffer
	if err := docsTemplate.Execute(&b, docsOf(node{root})); err != nil {
		panic(fmt.Errorf("docs: %w", err))
	}
	return b.Bytes()
}

// node is a place in the document. Looking for what is not there gives an empty node.
type node struct{ v any }

func (n node) get(path ...string) node {
	for _, key := range path {
		m, _ := n.v.(yaml.MapSlice)
		n = node{}
		for _, item := range m {
			if fmt.Sprint(item.Key) == key {
				n = node{item.Value}
				break
			}
		}
	}
	return n
}

// each gives the fields in the order written.
func (n node) each(f func(key string, value node)) {
	m, _ := n.v.(yaml.MapSlice)
	for _, item := range m {
		f(fmt.Sprint(item.Key), node{item.Value})
	}
}

func (n node) list() (out []node) {
	l, _ := n.v.([]any)
	for _, v := range l {
		out = append(out, node{v})
	}
	return out
}

func (n node) text() string {
	if n.v == nil {
		return ""
	}
	return fmt.Sprint(n.v)
}

type docsPage struct {
	Style          template.CSS
	Title, Version string
	Description    []block
	Operations     []docsOperation
	Schemas        []docsField
	Problems       []docsProblem
}

type docsOperation struct {
	Anchor, Method, Path, Summary string
	Description                   []block
	Parameters                    []docsParameter
	Responses                     []docsResponse
}

type docsParameter struct {
	Name, In string
	Type     typeText
	Text     []block
}

type docsResponse struct {
	Status string
	Bodies []docsBody
	Text   []block
}

type docsBody struct {
	Media string
	Type  typeText
}

// docsField is a schema, or a property of one.
type docsField struct {
	Name     string
	Optional bool
	Type     typeText
	Text     []block
	Example  string
	Fields   []docsField
}

type docsProblem struct {
	Anchor, Type, Title string
	Status              int
}

func docsOf(root node) docsPage {
	page := docsPage{
		Style: template.CSS(pageStyle),
		Title: root.get("info", "title").text(), Version: root.get("info", "version").text(),
		Description: blocks(root.get("info", "description").text()),
	}
	resolve := func(n node) node {
		if ref := n.get("$ref").text(); ref != "" {
			return root.get(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		}
		return n
	}
	root.get("paths").each(func(path string, item node) {
		item.each(func(method string, op node) {
			o := docsOperation{
				Anchor: op.get("operationId").text(), Method: strings.ToUpper(method), Path: path,
				Summary: op.get("summary").text(), Description: blocks(op.get("description").text()),
			}
			for _, p := range op.get("parameters").list() {
				p = resolve(p)
				o.Parameters = append(o.Parameters, docsParameter{p.get("name").text(), p.get("in").text(), typeOf(p.get("schema")), blocks(p.get("description").text())})
			}
			op.get("responses").each(func(status string, resp node) {
				resp = resolve(resp)
				d := docsResponse{Status: status, Text: blocks(resp.get("description").text())}
				resp.get("content").each(func(media string, c node) {
					d.Bodies = append(d.Bodies, docsBody{media, typeOf(c.get("schema"))})
				})
				o.Responses = append(o.Responses, d)
			})
			page.Operations = append(page.Operations, o)
		})
	})
	root.get("components", "schemas").each(func(name string, schema node) {
		f := fieldOf(name, schema)
		var required []string
		for _, r := range schema.get("required").list() {
			required = append(required, r.text())
		}
		schema.get("properties").each(func(name string, prop node) {
			p := fieldOf(name, prop)
			p.Optional = !slices.Contains(required, name)
			f.Fields = append(f.Fields, p)
		})
		page.Schemas = append(page.Schemas, f)
	})
	for _, k := range kinds {
		page.Problems = append(page.Problems, docsProblem{"problem-" + k.slug, "/docs#problem-" + k.slug, k.title, k.status})
	}
	return page
}

func fieldOf(name string, schema node) docsField {
	f := docsField{Name: name, Type: typeOf(schema), Text: blocks(schema.get("description").text())}
	if e := schema.get("example"); e.v != nil {
		f.Example = e.text()
	}
	return f
}

// typeText is a type in words around at most one link to a schema.
type typeText struct{ Before, Ref, After string }

func typeOf(s node) typeText {
	if ref := s.get("$ref").text(); ref != "" {
		return typeText{Ref: ref[strings.LastIndexByte(ref, '/')+1:]}
	}
	var t typeText
	switch kind := s.get("type").text(); {
	case s.get("allOf").v != nil:
		t = typeOf(s.get("allOf").list()[0])
	case kind == "array":
		t = typeOf(s.get("items"))
		t.Before = "list of " + t.Before
	default:
		t.Before = kind
	}
	if enum := s.get("enum").list(); enum != nil {
		words := make([]string, len(enum))
		for i, e := range enum {
			words[i] = e.text()
		}
		t.After += ": " + strings.Join(words, ", ")
	}
	low, high := s.get("minimum").text(), s.get("maximum").text()
	switch {
	case low != "" && high != "":
		t.After += ", " + low + " to " + high
	case low != "":
		t.After += ", from " + low
	}
	if d := s.get("default").text(); d != "" {
		t.After += ", default " + d
	}
	if s.get("nullable").text() == "true" {
		t.After += ", or null"
	}
	return t
}

// block is a paragraph, or the items of a list.
type block struct {
	Spans []span
	Items [][]span
}

// span is text, or code.
type span struct {
	Text string
	Code bool
}

// blocks reads the little of Markdown that the document uses: paragraphs, lists with "- ", code in backticks.
func blocks(text string) (out []block) {
	for _, para := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if para = strings.TrimSpace(para); para == "" {
			continue
		}
		if !strings.HasPrefix(para, "- ") {
			out = append(out, block{Spans: spans(para)})
			continue
		}
		var list block
		for _, item := range strings.Split(para[2:], "\n- ") {
			list.Items = append(list.Items, spans(item))
		}
		out = append(out, list)
	}
	return out
}

func spans(text string) (out []span) {
	for i, part := range strings.Split(strings.Join(strings.Fields(text), " "), "`") {
		if part != "" {
			out = append(out, span{part, i%2 == 1})
		}
	}
	return out
}
