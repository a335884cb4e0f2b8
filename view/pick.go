package view

import (
	"slices"

	"onair/classify"
)

// pick is a set of categories as people name them: ids of the tree, or names in any language and spelling. The zero
// pick is empty.
type pick struct {
	ids    []string
	groups []string // all that is in them
	keys   []string // classify.Key of names that no table knows
}

// add takes in what value names. A group's id or name means all that is in the group; another name of it ("Just
// Chatting" of talk) only what is filed under the group itself.
func (p *pick) add(value string) {
	if c, ok := classify.Lookup(value); ok {
		p.put(c, !c.Subject)
		return
	}
	key := classify.Key(value)
	if c, ok := classify.Named(value); ok {
		p.put(c, !c.Subject && (key == classify.Key(c.Name) || key == classify.Key(c.NameKo)))
		return
	}
	p.ids = append(p.ids, value) // of a category that the tree made up for a platform's name
	if key != "" {
		p.keys = append(p.keys, key)
	}
}

func (p *pick) put(c classify.Category, whole bool) {
	if whole {
		p.groups = append(p.groups, c.ID)
	} else {
		p.ids = append(p.ids, c.ID)
	}
}

func (p *pick) empty() bool { return len(p.ids)+len(p.groups) == 0 }

// has reports whether c is in the set.
func (p *pick) has(c *Category) bool {
	return slices.Contains(p.groups, c.Group) || slices.Contains(p.ids, c.ID) ||
		len(p.keys) > 0 && slices.Contains(p.keys, classify.Key(c.Name))
}
