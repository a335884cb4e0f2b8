package client

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxLine bounds one line of an event stream; 2,000 rows take about 1.5 MB.
const maxLine = 16 << 20

// errFrame reports an event stream that is not one.
var errFrame = errors.New("event stream out of form")

// frame is one server-sent event as it travels.
type frame struct {
	event string
	id    string
	data  string
}

// readFrames calls f for every event with data, until the stream ends or f returns an error. heard is called for every line.
func readFrames(r io.Reader, heard func(), f func(frame) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	var fr frame
	var data []string
	for s.Scan() {
		heard()
		line := strings.TrimSuffix(s.Text(), "\r")
		if line == "" {
			if data != nil {
				fr.data = strings.Join(data, "\n")
				if err := f(fr); err != nil {
					return err
				}
			}
			fr, data = frame{}, nil
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			fr.event = value
		case "id":
			fr.id = value
		case "data":
			data = append(data, value)
		case "", "retry": // a comment; our own waits are better spread
		}
	}
	if err := s.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return errFrame
		}
		return err
	}
	return io.EOF
}
