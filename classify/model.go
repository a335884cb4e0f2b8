package classify

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync"
)

// Classes is how many groups the model tells apart: all of them, in the order of Groups.
const Classes = len(groups)

// Model is a linear model over hashed features: one small integer for each feature and class. A feature's weight
// counts 1/√n within its block. All arithmetic is on integers, so that every machine finds the same scores.
type Model struct {
	// Scale turns sums into logits: a sum of weights times Scale is a logit in 1/65536.
	Scale   int32
	Bias    [Classes]int32 // logits in 1/65536
	Weights []int8         // [feature][class]
	// Ladder turns the distance between the best two logits into a confidence: Ladder[i] is the permille of right
	// answers, seen on channels that the model had not learnt from, where the distance lay in step i.
	Ladder [LadderSteps]int16
}

const (
	// LadderSteps and LadderStep (in 1/65536 logits): beyond the last step the precision no longer grows.
	LadderSteps = 16
	LadderStep  = 1 << 15

	modelVersion = 2
	headerSize   = 4 + 4 + 4*Classes + 2*LadderSteps
	modelSize    = headerSize + Classes<<FeatureBits
)

// ErrModel reports bytes that are no model of this version.
var ErrModel = errors.New("not a category model")

// Encode gives the bytes that DecodeModel reads.
func (m *Model) Encode() []byte {
	b := binary.LittleEndian.AppendUint32(nil, modelVersion)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Scale))
	for _, v := range m.Bias {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	for _, v := range m.Ladder {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	for _, w := range m.Weights {
		b = append(b, byte(w))
	}
	return b
}

// DecodeModel reads what Encode wrote. Errors wrap ErrModel.
func DecodeModel(b []byte) (*Model, error) {
	if len(b) != modelSize {
		return nil, fmt.Errorf("%w: %d bytes, not %d", ErrModel, len(b), modelSize)
	}
	if v := binary.LittleEndian.Uint32(b); v != modelVersion {
		return nil, fmt.Errorf("%w: version %d", ErrModel, v)
	}
	m := &Model{Scale: int32(binary.LittleEndian.Uint32(b[4:])), Weights: make([]int8, Classes<<FeatureBits)}
	b = b[8:]
	for i := range m.Bias {
		m.Bias[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
	}
	b = b[4*Classes:]
	for i := range m.Ladder {
		m.Ladder[i] = int16(binary.LittleEndian.Uint16(b))
		b = b[2:]
	}
	for i := range m.Weights {
		m.Weights[i] = int8(b[i])
	}
	return m, nil
}

// modelBytes is one model after the other, in the order of Site.
//
//go:embed model.bin
var modelBytes []byte

var builtin = sync.OnceValue(func() (models [Sites]*Model) {
	for i := range models {
		m, err := DecodeModel(modelBytes[i*modelSize : (i+1)*modelSize])
		if err != nil {
			panic(err) // part of the program: TestBuiltinModel reads it
		}
		models[i] = m
	}
	return models
})

// Logits scores the groups for a text's features, in 1/65536.
func (m *Model) Logits(features []Feature) (logits [Classes]int64) {
	var n [Blocks]int
	var sums [Blocks][Classes]int64
	for _, f := range features {
		n[f.Block]++
		sum := &sums[f.Block]
		for c, w := range m.Weights[int(f.Hash)*Classes : int(f.Hash)*Classes+Classes] {
			sum[c] += int64(w)
		}
	}
	for c := range logits {
		logits[c] = int64(m.Bias[c])
		for b := range sums {
			logits[c] += sums[b][c] * int64(m.Scale) * rootShare(n[b]) >> 16
		}
	}
	return logits
}

// rootShare is 65536/√n, rounded down.
func rootShare(n int) int64 {
	if n <= 0 {
		return 0
	}
	return int64(isqrt(uint64(1<<32) / uint64(n)))
}

// isqrt is the whole part of √x.
func isqrt(x uint64) uint64 {
	if x == 0 {
		return 0
	}
	r := uint64(1) << ((bits.Len64(x) + 1) / 2)
	for {
		next := (r + x/r) / 2
		if next >= r {
			return r
		}
		r = next
	}
}
