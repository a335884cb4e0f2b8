package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"onair/live"
)

// Enrolment is what a worker needs to reach its hub, as "onair worker add" hands it out. It holds a secret: it is kept
// in a file that only its owner can read, and printed without the seed.
type Enrolment struct {
	Name      string          `json:"name"`
	Nats      string          `json:"nats"` // addresses, separated by commas
	Seed      string          `json:"seed"`
	CA        string          `json:"ca,omitempty"` // PEM; empty: the machine's own list
	Platforms []live.Platform `json:"platforms"`    // that the hub lets it gather
	Classes   []live.Class    `json:"classes"`
	Regions   []string        `json:"regions"`
}

// maxEnrolment: a longer file is the wrong one.
const maxEnrolment = 64 << 10

// String keeps the seed out of logs.
func (e Enrolment) String() string { return "enrolment of worker " + e.Name + " at " + e.Nats }

// GoString keeps the seed out of logs.
func (e Enrolment) GoString() string { return e.String() }

// ReadEnrolment reads an enrolment file that only its owner may read.
func ReadEnrolment(path string) (Enrolment, error) {
	var e Enrolment
	text, err := readSecret(path, maxEnrolment)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return Enrolment{}, fmt.Errorf("%s: not an enrolment", path) // the decoder's error may quote the secret
	}
	if err := live.CheckID(e.Name); err != nil || e.Nats == "" || e.Seed == "" {
		return Enrolment{}, fmt.Errorf("%s: an enrolment without name, address or seed", path)
	}
	return e, nil
}

// readSecret reads a small file unless others can read it: then it may have been copied, and only its owner can tell.
func readSecret(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, fmt.Errorf("%s is not a small file", path)
	case otherEyes(info):
		return nil, fmt.Errorf("%s can be read by others; chmod 600 it", path)
	case info.Size() == 0:
		return nil, errors.New(path + " is empty")
	}
	return io.ReadAll(io.LimitReader(f, most))
}
