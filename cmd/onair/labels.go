package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"onair/broker"
	"onair/classify/llm"
	"onair/cmd/internal/config"
	"onair/live"
	"onair/view"
)

// labelSettings name the language model that labels what no rule can. Without an address there is none.
type labelSettings struct {
	LLM        string `name:"llm" help:"Base URL (https://HOST/v1) of an OpenAI-compatible endpoint that labels titles which no rule can; off when empty." env:"ONAIR_LLM" placeholder:"URL"`
	LLMModel   string `name:"llm-model" help:"Its model." env:"ONAIR_LLM_MODEL" placeholder:"NAME"`
	LLMKeyFile string `name:"llm-key-file" help:"File with its key, mode 0600; ONAIR_LLM_KEY holds the key itself." env:"ONAIR_LLM_KEY_FILE" placeholder:"FILE"`
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
			return err
		}
	}
	return nil
}

func (s *labelSettings) client() *llm.Client {
	return &llm.Client{BaseURL: s.LLM, Model: s.LLMModel, Key: s.key()}
}

// key reads the key anew for each request, so that a file can be changed under a running hub. nil: there is none.
func (s *labelSettings) key() func() (string, error) {
	switch env := strings.TrimSpace(os.Getenv("ONAIR_LLM_KEY")); {
	case s.LLMKeyFile != "":
		return func() (string, error) {
			k, err := config.ReadSecret("--llm-key-file", s.LLMKeyFile)
			if err == nil && !isKey(k) {
				err = fmt.Errorf("--llm-key-file: %s does not hold one word of plain characters", s.LLMKeyFile)
			}
			return k, err
		}
	case env != "":
		return func() (string, error) {
			if !isKey(env) {
				return "", errors.New("ONAIR_LLM_KEY is not one word of plain characters")
			}
			return env, nil
		}
	}
	return nil
}

// isKey reports what can stand in a header.
func isKey(k string) bool {
	return !strings.ContainsFunc(k, func(r rune) bool { return r <= ' ' || r > '~' })
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
