package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"onair/broker"
	"onair/classify/llm"
	"onair/live"
	"onair/view"
)

// labelSettings name the language model that labels what no rule can. Without an address there is none.
type labelSettings struct {
	LLM        string `name:"llm" help:"Base URL of an OpenAI-compatible endpoint that labels titles which no rule can; off when empty." env:"ONAIR_LLM" placeholder:"URL"`
	LLMModel   string `name:"llm-model" help:"Its model." env:"ONAIR_LLM_MODEL" placeholder:"NAME"`
	LLMKeyFile string `name:"llm-key-file" help:"File with its key; ONAIR_LLM_KEY holds the key itself." env:"ONAIR_LLM_KEY_FILE" placeholder:"FILE"`
	LLMTokens  int64  `name:"llm-tokens" help:"Tokens that it may take a day (UTC)." default:"500000" env:"ONAIR_LLM_TOKENS"`
}

func (s *labelSettings) check() error {
	if s.LLM == "" {
		return nil
	}
	if s.LLMTokens < 1 {
		return fmt.Errorf("--llm-tokens %d is not above 0", s.LLMTokens)
	}
	if err := s.client().Check(); err != nil {
		return fmt.Errorf("--llm: %w", err)
	}
	if key := s.key(); key != nil {
		if _, err := key(); err != nil {
			return fmt.Errorf("--llm-key-file: %w", err)
		}
	}
	return nil
}

func (s *labelSettings) client() *llm.Client {
	return &llm.Client{BaseURL: s.LLM, Model: s.LLMModel, Key: s.key()}
}

// key reads the key anew for each request, so that a file can be changed under a running hub. nil: there is none.
func (s *labelSettings) key() func() (string, error) {
	env := strings.TrimSpace(os.Getenv("ONAIR_LLM_KEY"))
	switch {
	case s.LLMKeyFile != "":
		return func() (string, error) {
			b, err := os.ReadFile(s.LLMKeyFile)
			if err != nil {
				return "", err
			}
			if k := strings.TrimSpace(string(b)); k != "" && !strings.ContainsAny(k, "\r\n") {
				return k, nil
			}
			return "", errors.New("the file does not hold one line")
		}
	case env != "":
		return func() (string, error) { return env, nil }
	}
	return nil
}

// unplaced is what a snapshot's rules could not place.
func unplaced(s *view.Snapshot) []llm.Item {
	if s == nil {
		return nil
	}
	list := s.Unlabelled()
	items := make([]llm.Item, len(list))
	for i, u := range list {
		items[i] = llm.Item{Channel: u.Channel, Name: u.ChannelName, Title: u.Title, Tags: u.Tags, NeedLang: u.NeedLang, NeedCategory: u.NeedCategory}
	}
	return items
}

// label has the model asked about what the list cannot place, in the name of one leader, until ctx ends. It does nothing
// without a model.
func (d *duties) label(ctx context.Context, b *broker.Broker, epoch broker.Epoch, v *view.View, clock live.Clock) error {
	s := &d.settings.labelSettings
	if s.LLM == "" {
		return nil
	}
	r := &llm.Runner{
		Client: s.client(), Facts: labelFacts{derived{b.Facts(), epoch}}, Daily: s.LLMTokens, Clock: clock, Log: d.log,
		Items: func() []llm.Item { return unplaced(v.Current()) },
	}
	d.labels.Store(r)
	defer d.labels.Store(nil)
	return r.Run(ctx)
}
