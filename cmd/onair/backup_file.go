package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"onair/live"
)

// A backup is a tar under zstd, which stock tools read. Its last entry is the manifest, with the size and SHA-256 of
// every other: a file that was cut off has none.

// Entries of a backup.
const (
	entryView     = "view.db"        // state, history, unreadable pages
	entryFacts    = "facts.jsonl"    // what people decided, a backupFact a line
	entryLogHead  = "log/PAGES.json" // the log's configuration and state
	entryLog      = "log/PAGES.s2"   // JetStream's own form
	entryManifest = "manifest.json"
	dirKeys       = "keys/" // seeds and tokens, only when asked for
	dirNats       = "nats/" // the broker's configuration, with them
)

const (
	// backupFormat is the version of the manifest.
	backupFormat = 1
	// maxManifest, maxFactsEntry and maxSmall bound what is held in memory of a file that somebody else may have made.
	maxManifest   = 1 << 20
	maxFactsEntry = 128 << 20
	maxSmall      = 1 << 20
	// backupWindow bounds the memory of reading.
	backupWindow = 8 << 20
)

// errBackup reports a file that is no backup, or a damaged one.
var errBackup = errors.New("not a whole backup")

// manifest says what a backup holds.
type manifest struct {
	Format   int               `json:"format"`
	Version  string            `json:"version"` // of the program that made it
	Made     time.Time         `json:"made"`
	Lineage  live.Lineage      `json:"lineage"`
	Position uint64            `json:"position"`
	Virtual  map[string]string `json:"virtual,omitempty"` // metadata of a demo's log
	Facts    int               `json:"facts"`
	Log      bool              `json:"log"`
	Follows  bool              `json:"follows"` // the state is of that log
	Keys     bool              `json:"keys"`
	Entries  []manifestEntry   `json:"entries"`
}

type manifestEntry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// backupFact is a fact in a backup.
type backupFact struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// backupWriter writes a backup.
type backupWriter struct {
	zip *zstd.Encoder
	tar *tar.Writer
	m   *manifest
}

func newBackupWriter(w io.Writer, m *manifest) (*backupWriter, error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(backupWindow))
	if err != nil {
		return nil, err
	}
	return &backupWriter{z, tar.NewWriter(z), m}, nil
}

func (b *backupWriter) add(name string, size int64, r io.Reader) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.m.Made, Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(b.tar, h), r); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	b.m.Entries = append(b.m.Entries, manifestEntry{name, size, hex.EncodeToString(h.Sum(nil))})
	return nil
}

// finish writes the manifest and the end.
func (b *backupWriter) finish() error {
	text, err := json.MarshalIndent(b.m, "", "  ")
	if err != nil {
		return err
	}
	if err := b.tar.WriteHeader(&tar.Header{Name: entryManifest, Mode: 0o600, Size: int64(len(text)), ModTime: b.m.Made, Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = b.tar.Write(text)
	if err = errors.Join(err, b.tar.Close(), b.zip.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// counting counts what was read.
type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// readBackup gives each entry but the manifest to fn, and then compares all with it. Nothing that fn got may be used
// before readBackup has returned without an error. Errors wrap errBackup and name the entry, or the byte of the file near
// which it cannot be read; or they are fn's.
func readBackup(r io.Reader, fn func(name string, size int64, r io.Reader) error) (*manifest, error) {
	file := &counting{r: r}
	z, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(backupWindow))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	archive := tar.NewReader(z)
	var found []manifestEntry
	at := "its beginning"
	broken := func(err error) error { return fmt.Errorf("%w: at %s, near byte %d: %w", errBackup, at, file.n, err) }
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: cut off after %s, near byte %d: no %s", errBackup, at, file.n, entryManifest)
		}
		if err != nil {
			return nil, broken(err)
		}
		at = h.Name
		if h.Name == entryManifest {
			m, err := readManifest(archive, h.Size)
			if err != nil {
				return nil, broken(err)
			}
			if err := compare(m, found); err != nil {
				return nil, err
			}
			if _, err := archive.Next(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%w: something follows %s, near byte %d", errBackup, entryManifest, file.n)
			}
			if _, err := io.Copy(io.Discard, z); err != nil { // the end of the compressed form has its own checksum
				return nil, broken(err)
			}
			return m, nil
		}
		if h.Typeflag != tar.TypeReg || !knownEntry(h.Name) || slices.ContainsFunc(found, func(e manifestEntry) bool { return e.Name == h.Name }) {
			return nil, fmt.Errorf("%w: entry %.80q does not belong in one", errBackup, h.Name)
		}
		sum := sha256.New()
		body := &summed{archive, sum, nil}
		err = fn(h.Name, h.Size, body)
		if err == nil {
			_, err = io.Copy(io.Discard, body)
		}
		if body.err != nil && !errors.Is(body.err, io.EOF) {
			return nil, broken(body.err)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, manifestEntry{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))})
	}
}

// summed sums up what is read, and remembers why reading ended.
type summed struct {
	r   io.Reader
	sum hash.Hash
	err error
}

func (s *summed) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.sum.Write(b[:n])
	s.err = err
	return n, err
}

// knownEntry keeps a file that somebody made from writing elsewhere.
func knownEntry(name string) bool {
	switch name {
	case entryView, entryFacts, entryLogHead, entryLog:
		return true
	}
	return filepath.IsLocal(name) && filepath.ToSlash(filepath.Clean(name)) == name && !strings.Contains(name, `\`) &&
		(strings.HasPrefix(name, dirKeys) || strings.HasPrefix(name, dirNats) && strings.HasSuffix(name, ".conf"))
}

func readManifest(r io.Reader, size int64) (*manifest, error) {
	if size > maxManifest {
		return nil, fmt.Errorf("%d bytes", size)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	if m.Format != backupFormat {
		return nil, fmt.Errorf("format %d, made by onair %.40s; this program reads format %d", m.Format, m.Version, backupFormat)
	}
	return &m, nil
}

// compare holds what was read against the manifest.
func compare(m *manifest, found []manifestEntry) error {
	for _, want := range m.Entries {
		i := slices.IndexFunc(found, func(e manifestEntry) bool { return e.Name == want.Name })
		switch {
		case i < 0:
			return fmt.Errorf("%w: entry %.80q is missing", errBackup, want.Name)
		case found[i] != want:
			return fmt.Errorf("%w: entry %.80q is damaged: %d bytes with checksum %s, not %d with %s", errBackup, want.Name, found[i].Size, found[i].SHA256, want.Size, want.SHA256)
		}
	}
	if len(found) != len(m.Entries) {
		return fmt.Errorf("%w: %d entries, not %d", errBackup, len(found), len(m.Entries))
	}
	return nil
}

// readFacts reads the entry of facts.
func readFacts(r io.Reader) ([]backupFact, error) {
	var list []backupFact
	d := json.NewDecoder(io.LimitReader(r, maxFactsEntry))
	for {
		var f backupFact
		err := d.Decode(&f)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s, fact %d: %w", errBackup, entryFacts, len(list)+1, err)
		}
		list = append(list, f)
	}
}

// writeFacts is its other direction.
func writeFacts(list []live.Fact) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, f := range list {
		if err := e.Encode(backupFact{f.Key, f.Value}); err != nil {
			return nil, fmt.Errorf("backup: fact %s: %w", f.Key, err)
		}
	}
	return b.Bytes(), nil
}
