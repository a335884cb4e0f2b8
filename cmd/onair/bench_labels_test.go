package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/classify"
)

// labelled is a file of invented rows with every column.
const labelled = `{"title":"오늘은 배그 솔쿼드","channel":"졸린수달","lang":"ko","which":"ko","category":"game","raw_category":"20","src":"a","evidence":"desc","tricky":"","chkey":"UC1","tags":["배그"]}
{"title":"MOON 'TIDE' M/V","channel":"Harbor","lang":"ko","which":"ko","category":"music","raw_category":"10","src":"a","evidence":"hand","tricky":"ko_no_hangul","chkey":"UC2","tags":[]}
{"title":"새 앨범 이야기","channel":"Harbor","lang":"ko","which":"ko","category":"talk","raw_category":"22","src":"yt_trending_1","evidence":"desc","tricky":"","chkey":"UC2","tags":["앨범"]}
{"title":"まったり雑談","channel":"ねこ","lang":"other","which":"ja","category":"talk","raw_category":"22","src":"yt_trending_1","evidence":"country","tricky":"","chkey":"UC3","tags":[]}
{"title":"Why everyone needs 하린 in their life","channel":"stan","lang":"other","which":"en","category":"entertainment","raw_category":"24","src":"b","evidence":"country","tricky":"foreign_with_hangul","chkey":"UC4","tags":[]}
{"title":"0","channel":"zero","lang":"ko","which":"ko","category":"talk","raw_category":"talk","src":"b","evidence":"channel","tricky":"ko_no_hangul","chkey":"chzzk:zero","tags":[]}
`

// What is judged and how it was found must never be looked at: whatever stands in those columns, predictions stay.
func TestLabelsAreNoInput(t *testing.T) {
	rows, err := readLabelled(strings.NewReader(labelled), "lang")
	if err != nil {
		t.Fatal(err)
	}
	predict := func(rows []labelledRow) string {
		var inputs []labelInput
		for _, r := range rows {
			inputs = append(inputs, r.labelInput)
		}
		return fmt.Sprint(predictLanguages(inputs), predictCategories(inputs))
	}
	want := predict(rows)
	random := rand.New(rand.NewPCG(1, 1))
	hidden := []string{"lang", "which", "category", "raw_category", "evidence", "tricky", "src"}
	for range 20 {
		var objects []map[string]any
		for line := range strings.Lines(labelled) {
			var x map[string]any
			if err := json.Unmarshal([]byte(line), &x); err != nil {
				t.Fatal(err)
			}
			objects = append(objects, x)
		}
		for _, column := range hidden {
			random.Shuffle(len(objects), func(i, j int) {
				objects[i][column], objects[j][column] = objects[j][column], objects[i][column]
			})
		}
		var b bytes.Buffer
		for _, x := range objects {
			line, err := json.Marshal(x)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
		shuffled, err := readLabelled(&b, "lang")
		if err != nil {
			t.Fatal(err)
		}
		if got := predict(shuffled); got != want {
			t.Fatalf("predictions changed with the labels:\n%s\n%s", got, want)
		}
	}
}

func TestBenchLabels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(file, []byte(labelled), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"bench", "labels", "--kind", "lang", "--data", file, "--json"}, out{&stdout, &stderr}); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	var lang languageReport
	if err := json.Unmarshal(stdout.Bytes(), &lang); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(languageScore{TruePositive: 4, TrueNegative: 2, Accuracy: 1, Precision: 1, Recall: 1, F1: 1}, lang.Overall); diff != "" {
		t.Error(diff)
	}
	if got := lang.Tricky["ko_no_hangul"]; got.TruePositive != 2 || got.FalseNegative != 0 {
		t.Errorf("ko_no_hangul: %+v", got)
	}
	stdout.Reset()
	if code := run(t.Context(), []string{"bench", "labels", "--kind", "category", "--data", file, "--json"}, out{&stdout, &stderr}); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	var category categoryReport
	if err := json.Unmarshal(stdout.Bytes(), &category); err != nil {
		t.Fatal(err)
	}
	if category.Overall.Rows != 6 || category.Sources["yt_trending*"].Rows != 2 || category.Overall.Confusion["game"]["game"] != 1 {
		t.Errorf("%+v", category)
	}
	for _, kind := range []string{"lang", "category"} {
		stdout.Reset()
		if code := run(t.Context(), []string{"bench", "labels", "--kind", kind, "--data", file}, out{&stdout, &stderr}); code != 0 || !strings.Contains(stdout.String(), "precision") {
			t.Errorf("%s: exit %d, %q", kind, code, stdout.String())
		}
	}
	if code := run(t.Context(), []string{"bench", "labels", "--kind", "lang", "--data", file + ".gone"}, out{&stdout, &stderr}); code == 0 {
		t.Error("a missing file was judged")
	}
}

// Macro-F1, coverage and the surest half on a table small enough to count by hand.
func TestScoreCategories(t *testing.T) {
	rows := make([]labelledRow, 4)
	for i, label := range []string{"game", "game", "talk", "music"} {
		rows[i].Category, rows[i].Chkey = label, fmt.Sprint(i/2)
	}
	said := predictCategories(make([]labelInput, 4))
	for i, s := range []struct {
		group      string
		confidence int
		sure       bool
	}{{"game", 900, true}, {"talk", 300, false}, {"talk", 800, true}, {"game", 800, true}} {
		said[i].Category.Group, said[i].Confidence, said[i].Sure = classify.Group(s.group), s.confidence, s.sure
	}
	got := scoreCategories(rows, said).Overall
	close := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
	if !close(got.Accuracy, .5) || !close(got.ByChannel, .5) || !close(got.MacroF1, (.5+2./3+0)/3) || !close(got.Coverage, .75) || !close(got.PrecisionCovered, 2./3) || !close(got.PrecisionHalf, .75) {
		t.Errorf("%+v", got)
	}
}

func TestReadLabelled(t *testing.T) {
	const good = `{"title":"a","lang":"ko","category":"talk"}`
	for _, c := range []struct{ name, kind, data, want string }{
		{"one row", "category", good, ""},
		{"editors' marks and line ends", "lang", "\ufeff" + good + "\r\n\r\n  \n" + good + "\r\n", ""},
		{"an empty title", "lang", `{"title":"","lang":"ko"}`, ""},
		{"a long line", "lang", `{"title":"` + strings.Repeat("가", 1<<20) + `","lang":"ko"}`, ""},
		{"nothing", "lang", "\n", "no rows"},
		{"no title", "lang", good + "\n" + `{"lang":"ko"}`, "line 2: no title"},
		{"null title", "lang", `{"title":null,"lang":"ko"}`, "line 1: no title"},
		{"no lang", "lang", good + "\n" + `{"title":"a"}`, "line 2: no lang"},
		{"no category", "category", `{"title":"a"}`, `line 1: category "" is none of game`},
		{"unknown category", "category", good + "\n\n" + `{"title":"a","category":"vlog"}`, `line 3: category "vlog" is none of game`},
		{"cut line", "lang", good + "\n" + good[:10], "line 2: unexpected end"},
		{"no object", "lang", "[]", "line 1: json"},
		{"a line that never ends", "lang", good + "\n" + strings.Repeat(" ", maxLabelledLine+1), "line 2: bufio.Scanner: token too long"},
	} {
		_, err := readLabelled(strings.NewReader(c.data), c.kind)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %s…", c.name, err, c.want)
		}
	}
}
