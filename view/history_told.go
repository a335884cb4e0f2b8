package view

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/classify"
	"onair/live"
)

// maxTold is how many broadcasts are described each hour, the most watched of it. Titles are the larger part of a day
// on disk; who is far below this place is in no list of a day.
const maxTold = 5000

// Told is what a broadcast said of itself, for a day's lists: titles and names are gone from the state an hour after
// its end.
type Told struct {
	ID       live.BroadcastID
	Day      int64  // Korean, since 1970
	Name     string // of the channel
	Title    string
	Category string // id in classify's tree
	Called   string // the category's name where no table has its id
	Hidden   bool   // adult or locked: in no list that nobody asked for
}

// category is what t says, with the names of today.
func (t *Told) category() Category {
	if k, ok := classify.Lookup(t.Category); ok {
		return Category{ID: k.ID, Name: k.Name, NameKo: k.NameKo, Group: string(k.Group)}
	}
	group, _, _ := strings.Cut(t.Category, ".")
	return Category{ID: t.Category, Name: t.Called, NameKo: t.Called, Group: group}
}

// tellings describes the broadcasts that were on air in the hour before the minute. It is asked as an hour ends.
func tellings(s *aggregator.State, minute int64) []Told {
	type watched struct {
		b    *aggregator.Broadcast
		most live.Viewers
	}
	var all []watched
	for b := range s.Broadcasts() {
		most := live.ViewersHidden
		for _, v := range b.Minutes {
			most = max(most, v)
		}
		if most.Known() {
			all = append(all, watched{b, most})
		}
	}
	slices.SortFunc(all, func(x, y watched) int {
		return cmp.Or(cmp.Compare(y.most, x.most), strings.Compare(string(x.b.ID.Platform), string(y.b.ID.Platform)), strings.Compare(x.b.ID.ID, y.b.ID.ID))
	})
	day := dayOf(time.Unix(minute*60, 0))
	list := make([]Told, 0, min(len(all), maxTold))
	for _, w := range all[:min(len(all), maxTold)] {
		b := w.b
		t := Told{ID: b.ID, Day: day, Name: b.ChannelName, Title: b.Title, Hidden: b.Adult || b.Locked}
		k := classify.Decide(b.Category, classify.Text{Platform: b.ID.Platform, Title: b.Title, Channel: b.ChannelName, Tags: b.Tags}).Category
		t.Category = k.ID
		if _, ok := classify.Lookup(k.ID); !ok {
			t.Called = k.Name
		}
		list = append(list, t)
	}
	return list
}

func toldKey(id live.BroadcastID) []byte { return []byte("t/" + id.String()) }

// putTold writes what is new. A broadcast that was adult or locked once stays so for the day.
func (st *Store) putTold(tx *bbolt.Tx, list []Told, now time.Time, full bool) error {
	for i := range list {
		t := &list[i]
		if full || tooOld(t.Day, now) || t.Day < 0 {
			continue
		}
		bucket, err := dayBucket(tx, t.Day)
		if err != nil {
			return err
		}
		key := toldKey(t.ID)
		old := bucket.Get(key)
		if before, ok := readTold(key, old); ok && before.Hidden {
			t.Hidden = true
		}
		if value := packTold(key, t); !bytes.Equal(value, old) {
			st.touched(t.Day)
			if err := bucket.Put(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// packTold writes whether it is hidden, then the texts, each with its length before it.
func packTold(key []byte, t *Told) []byte {
	b := []byte{0}
	if t.Hidden {
		b[0] = 1
	}
	for _, text := range [...]string{t.Name, t.Title, t.Category, t.Called} {
		b = appendPart(b, []byte(text))
	}
	return seal(key, b)
}

// readTold reads it; ID and Day stand in the key.
func readTold(key, raw []byte) (t Told, ok bool) {
	b, ok := unseal(key, raw)
	if !ok || len(b) == 0 {
		return t, false
	}
	t.Hidden, b = b[0] == 1, b[1:]
	for _, text := range [...]*string{&t.Name, &t.Title, &t.Category, &t.Called} {
		var part []byte
		if part, b, ok = cutPart(b); !ok {
			return t, false
		}
		*text = string(part)
	}
	return t, true
}
