// Command train learns the weights of the category model from labelled titles and writes model.bin, which package
// classify embeds. The same data, seed and settings give the same bytes.
//
//	go run ./classify/train -data titles_category.dev.jsonl -out classify/model.bin
//
// -folds only measures: it learns on all but one part of the channels, judges the rest with the quantised model as
// the program would run it, and prints the table. The other flags are for YouTube's model.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"onair/classify"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run() error {
	by := [classify.Sites]settings{defaults(0), defaults(1)}
	s := &by[1]
	data := flag.String("data", "", "labelled titles, JSON lines")
	out := flag.String("out", "", "where the model goes; empty only measures")
	folds := flag.Int("folds", 5, "parts of the channels for measuring and for the confidence ladder")
	wrong := flag.Bool("wrong", false, "also print the trending titles that were taken for something else")
	flag.Uint64Var(&s.seed, "seed", s.seed, "order of rows and cut of the folds")
	flag.IntVar(&s.epochs, "epochs", s.epochs, "passes over the rows")
	flag.Float64Var(&s.rate, "rate", s.rate, "AdaGrad's step")
	flag.Float64Var(&s.decay, "decay", s.decay, "weight decay")
	flag.Float64Var(&s.other, "other", s.other, "weight of rows from other sites than YouTube")
	flag.Float64Var(&s.power, "power", s.power, "a channel of n rows counts n^power")
	flag.Float64Var(&s.balance, "balance", s.balance, "0 to 1: how far rare groups are lifted")
	flag.Float64Var(&s.unfiled, "unfiled", s.unfiled, "weight of YouTube's rows about talk, where it files what nobody filed")
	flag.Float64Var(&s.prior, "prior", s.prior, "weight of a theme for the group that it speaks for, before anything is learnt")
	flag.Float64Var(&s.known, "known", s.known, "likewise of a widely known channel")
	for b := range s.blocks {
		flag.Float64Var(&s.blocks[b], fmt.Sprintf("block%d", b), s.blocks[b], "strength of a block")
	}
	flag.Parse()
	by[0].seed = s.seed
	rows, err := load(*data)
	if err != nil {
		return err
	}
	judged := crossValidate(rows, by, *folds)
	report(os.Stdout, judged)
	for _, source := range []string{"yt_trending", "chzzk_vod"} {
		confusion(os.Stdout, judged, source)
	}
	if *wrong {
		for _, v := range judged {
			if v.guess != v.class && strings.HasPrefix(v.source, "yt_trending") {
				fmt.Printf("%s for %s, %d: %s | %s\n", classify.Groups()[v.guess].ID, classify.Groups()[v.class].ID, v.margin>>15, v.text.Title, v.text.Channel)
			}
		}
	}
	if *out == "" {
		return nil
	}
	models := learnAll(rows, by)
	// One cut of the channels is luck: the ladder is made from three.
	for range 2 {
		by[0].seed++
		by[1].seed++
		judged = append(judged, crossValidate(rows, by, *folds)...)
	}
	var file []byte
	for site, steps := range ladder(judged) {
		models[site].Ladder = steps
		file = append(file, models[site].Encode()...)
	}
	return os.WriteFile(*out, file, 0o644)
}
