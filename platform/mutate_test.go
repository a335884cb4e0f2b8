package platform

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// gone stands for taking a key out.
var gone any = struct{ gone bool }{true}

// mutate gives body with the value at a path like "content.data.0.liveId" replaced or taken out. ok is false when
// there is nothing at that path.
func mutate(tb testing.TB, body []byte, path string, with any) (b []byte, ok bool) {
	tb.Helper()
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return body, false
	}
	doc, ok = replace(doc, strings.Split(path, "."), with)
	b, err := json.Marshal(doc)
	if err != nil {
		tb.Fatal(err)
	}
	return b, ok
}

// rowPath splits a path like "content.data.0.liveId" at the number of the row; number is "" when there is none.
func rowPath(path string) (list, number string) {
	steps := strings.Split(path, ".")
	for i, s := range steps {
		if digits(s) {
			return strings.Join(steps[:i], "."), s
		}
	}
	return "", ""
}

// rowsAt is how many rows the list has that path leads into, 0 when it leads into none.
func rowsAt(tb testing.TB, body []byte, path string) int {
	tb.Helper()
	list, number := rowPath(path)
	var doc any
	if number == "" || json.Unmarshal(body, &doc) != nil {
		return 0
	}
	for _, step := range strings.Split(list, ".") {
		d, _ := doc.(map[string]any)
		doc = d[step]
	}
	rows, _ := doc.([]any)
	return len(rows)
}

// mutateRows is mutate for all rows of the list that path leads into. ok is false when one has nothing there.
func mutateRows(tb testing.TB, body []byte, path string, with any) (b []byte, ok bool) {
	tb.Helper()
	list, number := rowPath(path)
	rest := strings.TrimPrefix(path, list+"."+number)
	for n := range rowsAt(tb, body, path) {
		if body, ok = mutate(tb, body, list+"."+strconv.Itoa(n)+rest, with); !ok {
			return body, false
		}
	}
	return body, true
}

// wrongFor lists what may not stand at a required path: nothing, and other types than the one that is there.
func wrongFor(tb testing.TB, body []byte, path string) []any {
	tb.Helper()
	var doc any
	if err := json.Unmarshal(body, &doc); err != nil {
		tb.Fatal(err)
	}
	for _, step := range strings.Split(path, ".") {
		switch d := doc.(type) {
		case map[string]any:
			doc = d[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(d) {
				tb.Fatalf("no %s", path)
			}
			doc = d[i]
		}
	}
	switch doc.(type) {
	case map[string]any, []any:
		return []any{gone, true, "x", 7.0}
	}
	wrong := []any{gone, true, map[string]any{"x": 1.0}, []any{}}
	for _, count := range []string{"Count", "cnt", "viewer"} {
		if strings.Contains(path, count) {
			wrong = append(wrong, -1.0, 1.5, 1e12, "many", "", "2,509")
		}
	}
	return wrong
}

func replace(doc any, path []string, with any) (any, bool) {
	if len(path) == 0 {
		return with, true
	}
	ok := false
	switch d := doc.(type) {
	case map[string]any:
		if v, found := d[path[0]]; found {
			if len(path) == 1 && with == gone {
				delete(d, path[0])
				return d, true
			}
			d[path[0]], ok = replace(v, path[1:], with)
		}
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(d) {
			if len(path) == 1 && with == gone {
				return slices.Delete(d, i, i+1), true
			}
			d[i], ok = replace(d[i], path[1:], with)
		}
	}
	return doc, ok
}

// paths lists every place in a JSON document, of arrays only the first element.
func paths(tb testing.TB, body []byte) []string {
	tb.Helper()
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return nil
	}
	var list []string
	var visit func(prefix string, v any)
	visit = func(prefix string, v any) {
		switch d := v.(type) {
		case map[string]any:
			for k, child := range d {
				list = append(list, prefix+k)
				visit(prefix+k+".", child)
			}
		case []any:
			if len(d) > 0 {
				list = append(list, fmt.Sprintf("%s0", prefix))
				visit(prefix+"0.", d[0])
			}
		}
	}
	visit("", doc)
	slices.Sort(list)
	return list
}
