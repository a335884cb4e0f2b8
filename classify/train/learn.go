package main

import (
	"math"
	"math/rand/v2"

	"onair/classify"
)

// settings of the learning of one site's model; defaults were chosen by cross-validation on the development rows.
type settings struct {
	seed    uint64
	epochs  int
	rate    float64
	decay   float64
	other   float64
	power   float64
	balance float64
	unfiled float64
	prior   float64
	known   float64
	blocks  [classify.Blocks]float64
}

func defaults(site int) settings {
	if site == 0 {
		return settings{seed: 1, epochs: 8, rate: .1, decay: 1e-2, other: 1, power: .5, balance: .5, unfiled: .2, blocks: [classify.Blocks]float64{.5, 1, 1, 3, 1, 1}}
	}
	return settings{seed: 1, epochs: 12, rate: .05, decay: .1, other: .05, power: .3, balance: .2, unfiled: .2, prior: .6, known: 2, blocks: [classify.Blocks]float64{.3, 1, .5, 3, 1, 1}}
}

// weights is the model while it learns.
type weights struct {
	w    []float32 // [feature][class]
	bias [classify.Classes]float64
}

// learn runs softmax regression with AdaGrad and averages the weights of the second half of the passes. Weights decay towards
// the prior, not towards 0.
func learn(rows []row, s settings) *weights {
	const size = classify.Classes << classify.FeatureBits
	m := &weights{w: make([]float32, size)}
	squares := make([]float32, size)
	var biasSquares [classify.Classes]float64
	sum := make([]float32, size)
	var biasSum [classify.Classes]float64
	prior := priors(s.prior, s.known)
	for k, w := range prior {
		m.w[k] = w
	}
	worth := importance(rows, s)
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	random := rand.New(rand.NewPCG(s.seed, 0))
	averaged := 0
	for epoch := range s.epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			r := &rows[i]
			values := blockValues(r.features, s)
			p := softmax(m.logits(r.features, values))
			for c := range p {
				g := p[c] * worth[i]
				if c == r.class {
					g = (p[c] - 1) * worth[i]
				}
				biasSquares[c] += g * g
				m.bias[c] -= s.rate * g / math.Sqrt(biasSquares[c]+1e-6)
				for _, f := range r.features {
					k := int(f.Hash)*classify.Classes + c
					d := float32(g*values[f.Block]) + float32(s.decay*worth[i])*(m.w[k]-prior[k])
					squares[k] += d * d
					m.w[k] -= float32(s.rate) * d / float32(math.Sqrt(float64(squares[k])+1e-6))
				}
			}
		}
		if epoch >= s.epochs/2 {
			averaged++
			for k, w := range m.w {
				sum[k] += w
			}
			for c, b := range m.bias {
				biasSum[c] += b
			}
		}
	}
	for k := range sum {
		m.w[k] = sum[k] / float32(averaged)
	}
	for c := range biasSum {
		m.bias[c] = biasSum[c] / float64(averaged)
	}
	// The program knows no block strengths: fold them in. A hash shared by two blocks is as good as noise either way.
	known := map[int]bool{}
	for _, g := range classify.Groups() {
		known[int(classify.KnownHash(g.ID))] = true
	}
	scaled := make([]bool, size/classify.Classes)
	scale := func(hash int, b classify.Block) {
		if scaled[hash] {
			return
		}
		scaled[hash] = true
		for c := range classify.Classes {
			m.w[hash*classify.Classes+c] *= float32(s.blocks[b])
		}
	}
	for i := range rows {
		for _, f := range rows[i].features {
			scale(int(f.Hash), f.Block)
		}
	}
	for k := range prior { // of themes and known channels that no row has
		if known[k/classify.Classes] {
			scale(k/classify.Classes, classify.BlockKnown)
		} else {
			scale(k/classify.Classes, classify.BlockThemes)
		}
	}
	return m
}

// importance is each row's weight: big channels must not drown the many small ones, nor frequent groups the rare.
// YouTube files under talk ("People & Blogs") what nobody filed: such rows are about anything, and teach little.
func importance(rows []row, s settings) []float64 {
	perChannel := map[string]int{}
	for i := range rows {
		perChannel[rows[i].channel]++
	}
	out := make([]float64, len(rows))
	var perClass [classify.Classes]float64
	total := 0.0
	for i := range rows {
		out[i] = math.Pow(float64(perChannel[rows[i].channel]), s.power-1)
		if rows[i].text.Platform != "youtube" {
			out[i] *= s.other
		} else if classify.Groups()[rows[i].class].Group == classify.Talk {
			out[i] *= s.unfiled
		}
		perClass[rows[i].class] += out[i]
		total += out[i]
	}
	mean := total / float64(classify.Classes)
	sum := 0.0
	for i := range out {
		out[i] *= math.Pow(mean/perClass[rows[i].class], s.balance)
		sum += out[i]
	}
	for i := range out {
		out[i] *= float64(len(out)) / sum
	}
	return out
}

func blockValues(features []classify.Feature, s settings) (v [classify.Blocks]float64) {
	var n [classify.Blocks]int
	for _, f := range features {
		n[f.Block]++
	}
	for b := range v {
		v[b] = s.blocks[b] / math.Sqrt(float64(max(1, n[b])))
	}
	return v
}

func (m *weights) logits(features []classify.Feature, values [classify.Blocks]float64) (z [classify.Classes]float64) {
	z = m.bias
	for _, f := range features {
		v := values[f.Block]
		for c, w := range m.w[int(f.Hash)*classify.Classes : int(f.Hash)*classify.Classes+classify.Classes] {
			z[c] += v * float64(w)
		}
	}
	return z
}

func softmax(z [classify.Classes]float64) [classify.Classes]float64 {
	top, sum := z[0], 0.0
	for _, v := range z {
		top = max(top, v)
	}
	for c := range z {
		z[c] = math.Exp(z[c] - top)
		sum += z[c]
	}
	for c := range z {
		z[c] /= sum
	}
	return z
}

// quantise rounds the weights to eight bits. The largest one in ten thousand is cut off rather than letting it
// coarsen all others.
func (m *weights) quantise() *classify.Model {
	limit := largest(m.w, 1e-4)
	step := limit / 127
	out := &classify.Model{Scale: int32(math.Round(float64(step) * 65536)), Weights: make([]int8, len(m.w))}
	for k, w := range m.w {
		out.Weights[k] = int8(max(-127, min(127, math.Round(float64(w)*65536/float64(out.Scale)))))
	}
	for c, b := range m.bias {
		out.Bias[c] = int32(math.Round(b * 65536))
	}
	return out
}

// largest is the size that all but a share of the non-zero weights stay under.
func largest(w []float32, share float64) float32 {
	high := float32(0)
	n := 0
	for _, v := range w {
		if v != 0 {
			n++
		}
		high = max(high, max(v, -v))
	}
	low := float32(0)
	for range 40 {
		mid, over := (low+high)/2, 0
		for _, v := range w {
			if max(v, -v) > mid {
				over++
			}
		}
		if float64(over) > share*float64(n) {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}
