package platform

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"onair/live"
)

func TestParseTime(t *testing.T) {
	want := time.Date(2026, 9, 27, 12, 55, 34, 0, time.UTC)
	for in, ok := range map[string]bool{
		"2026-09-27 21:55:34":           true, // Korea's
		"2026-09-27 21:55:34.0":         true,
		" 2026-09-27T21:55:34 ":         true,
		"2026-09-27T12:55:34Z":          true,
		"2026-09-27T21:55:34+09:00":     true,
		"2026-09-27T12:55:34.123Z":      true,
		"":                              false,
		"0000-00-00 00:00:00":           false,
		"1970-01-01 00:00:00":           false,
		"2026-13-01 00:00:00":           false,
		"yesterday":                     false,
		"2026-09-27 21:55:34 and so on": false,
	} {
		got := parseTime(in)
		if ok && !got.Equal(want) || !ok && !got.IsZero() {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]number{
		`12`: {n: 12, ok: true}, `"12"`: {n: 12, ok: true}, `" 12 "`: {n: 12, ok: true}, `12.0`: {n: 12, ok: true}, `1.2e1`: {n: 12, ok: true},
		`"-3"`: {n: -3, ok: true}, `null`: {null: true}, `"x"`: {bad: true}, `""`: {bad: true}, `1.5`: {bad: true}, `true`: {bad: true}, `[]`: {bad: true}, `{}`: {bad: true}, `1e99`: {bad: true},
		`"inf"`: {bad: true}, `"NaN"`: {bad: true}, `9223372036854775808`: {bad: true},
	} {
		var n number
		if err := json.Unmarshal([]byte(in), &n); err != nil || n != want {
			t.Errorf("%s is %+v, %v", in, n, err)
		}
	}
}

func TestViewers(t *testing.T) {
	for in, want := range map[string]live.Viewers{`{"n":0}`: 0, `{"n":"35614"}`: 35614, `{"n":null}`: live.ViewersHidden, `{"n":20000000}`: live.MaxViewers} {
		var v struct{ N number }
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		if got, err := v.N.viewers(); err != nil || got != want {
			t.Errorf("%s is %v, %v", in, got, err)
		}
	}
	for _, in := range []string{`{}`, `{"n":-1}`, `{"n":20000001}`, `{"n":"many"}`, `{"n":""}`, `{"n":[]}`, `{"n":false}`} {
		var v struct{ N number }
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		if got, err := v.N.viewers(); !errors.Is(err, live.ErrFormat) {
			t.Errorf("%s is %v, %v", in, got, err)
		}
	}
}

func TestYes(t *testing.T) {
	for in, want := range map[string]yes{
		`true`: true, `"Y"`: true, `"y"`: true, `"1"`: true, `1`: true, `"2"`: true, `"true"`: true,
		`false`: false, `"N"`: false, `"0"`: false, `0`: false, `"false"`: false, `""`: false, `null`: false, `[]`: false, `{}`: false, `"maybe"`: false,
	} {
		var f yes
		if err := json.Unmarshal([]byte(in), &f); err != nil || f != want {
			t.Errorf("%s is %v, %v", in, f, err)
		}
	}
}

func TestPrimary(t *testing.T) {
	for in, want := range map[string]string{"ko_KR": "ko", "ko": "ko", "zh-hk": "zh", "KO-kr": "ko", "": "", "other": "other"} {
		if got := primary(in); got != want {
			t.Errorf("%s is %s", in, got)
		}
	}
}

// TestDecode wants broken JSON to be told apart from refusals, with a byte-order mark and loose ends allowed or not.
func TestDecode(t *testing.T) {
	var v map[string]any
	if err := decode([]byte("\xef\xbb\xbf {\"a\":1}\n"), &v); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{`{"a":1}{}`, `cb({"a":1})`, `{"a":`, `{"a":1}x`, "\x1f\x8b\x08", `"text"`} {
		if err := decode([]byte(bad), &v); !errors.Is(err, live.ErrFormat) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
