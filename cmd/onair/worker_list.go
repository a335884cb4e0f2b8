package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

type workerListCmd struct {
	hubFolder
}

// Run is called by kong.
func (c *workerListCmd) Run(ctx context.Context, o out) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	seen, err := presences(ctx, s.data)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "NAME\tKEY\tPAGES OF\tJOBS OF\tHEARD\tVERSION")
	heard := func(name string) (string, string) {
		p, ok := seen[name]
		switch {
		case !s.running:
			return "no hub runs", ""
		case !ok:
			return "not in the last minute", ""
		}
		delete(seen, name)
		return ago(time.Since(p.SentAt)), p.Version
	}
	if !s.external {
		list, err := s.accounts.Workers()
		if err != nil {
			return err
		}
		for _, k := range list {
			when, version := heard(k.Name)
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.Name, k.Key, strings.Join(k.Platforms, " "), strings.Join(k.Consumers, " "), when, version)
		}
	}
	// Of a broker elsewhere only those are known who speak; the blocks are there.
	var others []string
	for name := range seen {
		others = append(others, name)
	}
	slices.Sort(others)
	for _, name := range others {
		when, version := heard(name)
		fmt.Fprintf(w, "%s\t-\t-\t-\t%s\t%s\n", name, when, version)
	}
	return nil
}

// ago is an age as read off another machine's clock, which may be ahead.
func ago(d time.Duration) string { return max(d, 0).Round(time.Second).String() + " ago" }
