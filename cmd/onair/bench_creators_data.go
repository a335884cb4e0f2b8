package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"onair/classify/identity"
	"onair/live"
	"onair/platform"
)

// person is one line of the data: a name, and a channel on each of some platforms.
type person struct {
	Name     string
	Channels []identity.Channel // without a name
}

// readPeople reads JSON lines. A column named like a platform holds an id, a handle ("@x") or an address.
func readPeople(r io.Reader) ([]person, error) {
	var people []person
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLabelledLine)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var row map[string]any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		p := person{}
		p.Name, _ = row["name"].(string)
		for _, name := range platform.Names() {
			v, _ := row[string(name)].(string)
			if v == "" {
				continue
			}
			c, err := personChannel(name, v)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s %q: %w", n, name, v, err)
			}
			p.Channels = append(p.Channels, c)
		}
		people = append(people, p)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, errors.New("nobody in it")
	}
	return people, nil
}

func personChannel(p live.Platform, v string) (identity.Channel, error) {
	if _, rest, ok := strings.Cut(v, "://"); ok {
		steps := strings.Split(strings.TrimRight(rest, "/"), "/")
		if v = steps[len(steps)-1]; len(steps) < 2 || v == "" {
			return identity.Channel{}, errors.New("an address without a channel")
		}
		if plain, err := url.PathUnescape(v); err == nil {
			v = plain
		}
	}
	handle, named := strings.CutPrefix(v, "@")
	c := identity.Channel{ID: live.ChannelID{Platform: p, ID: v}}
	if named || p == "youtube" && live.CheckID(v) != nil {
		c.Handle = handle
		c.ID.ID = live.HandleKey(handle) // the id is not in the data
	}
	if p == "twitch" && !named {
		c.Handle = v
	}
	return c, live.CheckID(c.ID.ID)
}

// sights are the ways in which the file's people are seen. The file gives one name for all channels of a person; what
// the platforms say is not in it, so it is dressed as people dress names.
var sights = []struct {
	name string
	see  func(i int, name string, c identity.Channel) identity.Channel
}{
	{"one name", func(_ int, name string, c identity.Channel) identity.Channel {
		c.Name = name
		return c
	}},
	{"dressed names", func(i int, name string, c identity.Channel) identity.Channel {
		dresses := []string{"%s", "%s TV", "%s [%s]", "🎮%s🎮", "%s 공식", "【%s】", "%s 채널", "%s ch."}
		d := dresses[(i+len(c.ID.Platform))%len(dresses)]
		switch {
		case strings.Count(d, "%s") < 2:
			c.Name = fmt.Sprintf(d, name)
		case c.Handle != "":
			c.Name = fmt.Sprintf(d, name, c.Handle)
		default:
			c.Name = name
		}
		return c
	}},
	{"handles for names on YouTube", func(_ int, name string, c identity.Channel) identity.Channel {
		c.Name = name
		if c.ID.Platform == "youtube" {
			c.Name = c.Handle
		}
		return c
	}},
	{"no handles", func(_ int, name string, c identity.Channel) identity.Channel {
		c.Name, c.Handle = name, ""
		return c
	}},
}

// scorePeople judges each sight, and again with channels about these people beside: archives, clips, those who watch
// along, and namesakes of half a name.
func scorePeople(people []person) []*creatorsScore {
	var out []*creatorsScore
	for _, traps := range []bool{false, true} {
		for _, sight := range sights {
			owner := map[live.ChannelID]string{}
			var channels []identity.Channel
			for i, p := range people {
				for _, c := range p.Channels {
					channels = append(channels, sight.see(i, p.Name, c))
					owner[c.ID] = fmt.Sprint("person ", i)
				}
				if traps {
					for k, c := range trapsOf(i, p.Name) {
						channels = append(channels, c)
						owner[c.ID] = fmt.Sprint("trap ", i, " ", k)
					}
				}
			}
			began := time.Now()
			proposals := identity.Find(channels, nil, time.Time{})
			name := sight.name
			if traps {
				name += ", with traps"
			}
			s := scoreCreators(name, channels, proposals, func(c live.ChannelID) string { return owner[c] }, func(a, b *identity.Channel) []string {
				return []string{"name or handle"}
			})
			s.RoundMs = float64(time.Since(began).Microseconds()) / 1000
			out = append(out, s)
		}
	}
	return out
}

func trapsOf(i int, name string) []identity.Channel {
	var out []identity.Channel
	for k, form := range []string{"%s 다시보기", "%s 팬영상", "%s 클립", "%s 같이보기", "%s 편집자"} {
		p := platform.Names()[(i+k)%4]
		out = append(out, identity.Channel{ID: live.ChannelID{Platform: p, ID: fmt.Sprintf("trap%d-%d", i, k)}, Name: fmt.Sprintf(form, name)})
	}
	if words := strings.Fields(name); len(words) > 1 {
		for k, w := range slices.Compact(words) {
			out = append(out, identity.Channel{ID: live.ChannelID{Platform: platform.Names()[(i+k)%4], ID: fmt.Sprintf("half%d-%d", i, k)}, Name: w})
		}
	}
	return out
}
