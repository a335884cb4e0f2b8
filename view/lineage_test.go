package view

import (
	"errors"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

func TestUsable(t *testing.T) {
	lineage := testLineage
	info := func(first, last uint64) live.LogInfo {
		return live.LogInfo{Created: lineage.Created, FirstSeq: first, LastSeq: last}
	}
	other := info(1, 100)
	other.Created = other.Created.Add(time.Nanosecond)
	virtual := info(1, 100)
	virtual.Virtual = true
	for _, c := range []struct {
		name     string
		position uint64
		fold     int
		info     live.LogInfo
		want     error
	}{
		{"in the middle", 50, aggregator.Version, info(1, 100), nil},
		{"at the end", 100, aggregator.Version, info(1, 100), nil},
		{"beyond the end", 101, aggregator.Version, info(1, 100), ErrLineage},
		{"just before the first", 49, aggregator.Version, info(50, 100), nil},
		{"one is missing", 48, aggregator.Version, info(50, 100), ErrGap},
		{"empty log", 0, aggregator.Version, info(0, 0), nil},
		{"emptied log", 100, aggregator.Version, info(101, 100), nil},
		{"emptied log, one behind", 99, aggregator.Version, info(101, 100), ErrGap},
		{"another fold", 50, aggregator.Version + 1, info(1, 100), ErrLineage},
		{"another log", 50, aggregator.Version, other, ErrLineage},
		{"another clock", 50, aggregator.Version, virtual, ErrLineage},
	} {
		l := lineage
		l.Fold = c.fold
		if err := usable(l, c.position, c.info); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestExport(t *testing.T) {
	s := aggregator.New(false)
	messages := viewtest.NewEvening(1, 400, 40).MustMessages(t, 3)
	half := len(messages) / 2
	folded(t, s, 1, messages[:half])
	blob, err := Export(imageOf(s, testLineage))
	if err != nil {
		t.Fatal(err)
	}
	image, err := Import(blob)
	if err != nil || image.Lineage != testLineage || image.Position != uint64(half) {
		t.Fatal(image.Lineage, image.Position, err)
	}
	again, err := aggregator.Load(image.All())
	if err != nil {
		t.Fatal(err)
	}
	folded(t, s, uint64(half+1), messages[half:])
	folded(t, again, uint64(half+1), messages[half:])
	one, _ := Export(imageOf(s, testLineage))
	two, _ := Export(imageOf(again, testLineage))
	if string(one) != string(two) {
		t.Error("a node that started from the export has other bytes")
	}
	for i := 0; i < len(blob); i += len(blob)/500 + 1 {
		bad := []byte(string(blob))
		bad[i] ^= 0x10
		if _, err := Import(bad); !errors.Is(err, ErrExport) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := Import(blob[:i]); !errors.Is(err, ErrExport) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func FuzzImport(f *testing.F) {
	s := aggregator.New(false)
	blob, err := Export(imageOf(s, testLineage))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob)
	f.Fuzz(func(t *testing.T, b []byte) {
		if i, err := Import(b); err == nil {
			aggregator.Load(i.All())
		} else if !errors.Is(err, ErrExport) {
			t.Error(err)
		}
	})
}
