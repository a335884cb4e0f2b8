package thumbs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/gcsblob" // gs://
	_ "gocloud.dev/blob/s3blob"  // s3://
	"gocloud.dev/gcerrors"
)

// cacheControl is for ever: a name stands for one content.
const cacheControl = "public, max-age=31536000, immutable"

// FolderPath is where a node serves its own folder.
const FolderPath = "/thumbs/"

// Store is a place for pictures.
type Store struct {
	bucket *blob.Bucket
	base   string // what comes before a name in a link
	folder string // "" unless it is one
}

// Open opens a bucket by its URL: "gs://name", "s3://name?region=…", or "file:///folder", which is made if it is not
// there; "?prefix=a/" puts everything below a/. base is the address that readers fetch pictures from ("" is the
// bucket's own public one). Errors name what is wrong with which, without credentials.
func Open(ctx context.Context, raw, base string) (*Store, error) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return nil, errors.New("thumbnail store is not a URL such as gs://bucket, s3://bucket or file:///folder")
	}
	if base != "" {
		b, err := url.Parse(base)
		if err != nil || b.Scheme != "https" || b.Host == "" || b.User != nil || b.RawQuery != "" || b.Fragment != "" {
			return nil, fmt.Errorf("base of thumbnail links %q is not an https address", base)
		}
		base = strings.TrimSuffix(base, "/") + "/"
	}
	s := &Store{base: base}
	prefix := u.Query().Get("prefix")
	switch u.Scheme {
	case "file":
		s.folder = filepath.FromSlash(u.Path)
		if u.Host != "" || s.folder == "" {
			return nil, fmt.Errorf("thumbnail folder %q: write file:///folder", raw)
		}
		return openFolder(s)
	case "gs":
		if s.base == "" {
			s.base = "https://storage.googleapis.com/" + u.Host + "/" + prefix
		}
	case "s3":
		if s.base == "" {
			region := u.Query().Get("region")
			if region == "" || u.Query().Get("endpoint") != "" {
				return nil, errors.New("thumbnail store s3://: name its region, or the base of its links")
			}
			s.base = "https://" + u.Host + ".s3." + region + ".amazonaws.com/" + prefix
		}
	default:
		return nil, fmt.Errorf("thumbnail store %q: not gs://, s3:// or file://", u.Scheme+"://…")
	}
	s.bucket, err = blob.OpenBucket(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("thumbnail store %s://%s: %w", u.Scheme, u.Host, err)
	}
	return s, nil
}

// OpenFolder is the store of a node without a bucket; Folder says where it is.
func OpenFolder(dir string) (*Store, error) { return openFolder(&Store{folder: dir}) }

func openFolder(s *Store) (*Store, error) {
	if s.base == "" {
		s.base = FolderPath
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, fmt.Errorf("thumbnail folder: %w", err)
	}
	var err error
	s.bucket, err = fileblob.OpenBucket(s.folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fmt.Errorf("thumbnail folder %s: %w", s.folder, err)
	}
	return s, nil
}

// Folder is the folder that a node has to serve below FolderPath; "" for a bucket.
func (s *Store) Folder() string { return s.folder }

// Close releases the connection.
func (s *Store) Close() error { return s.bucket.Close() }

// name is made of the content alone, so the same picture is stored once, whoever shows it, and a name never changes its meaning.
func name(data []byte) string {
	sum := sha256.Sum256(data)
	x := hex.EncodeToString(sum[:16])
	return x[:2] + "/" + x[2:] + ".webp"
}

// put stores a picture unless it is there, and gives its link.
func (s *Store) put(ctx context.Context, data []byte) (link string, err error) {
	key := name(data)
	err = s.bucket.WriteAll(ctx, key, data, &blob.WriterOptions{ContentType: "image/webp", CacheControl: cacheControl, IfNotExist: true})
	if err != nil && gcerrors.Code(err) != gcerrors.FailedPrecondition && gcerrors.Code(err) != gcerrors.AlreadyExists {
		return "", fmt.Errorf("storing a picture: %w", err)
	}
	return s.base + key, nil
}

// own gives the name behind a link of this store.
func (s *Store) own(link string) (string, bool) {
	key, ok := strings.CutPrefix(link, s.base)
	return key, ok && mine(key)
}

// mine reports whether a name could be one of ours: a sweep touches nothing else in a bucket.
func mine(key string) bool {
	if len(key) != 38 || key[2] != '/' || !strings.HasSuffix(key, ".webp") {
		return false
	}
	_, err := hex.DecodeString(key[:2] + key[3:33])
	return err == nil && strings.ToLower(key) == key
}

// has reports whether the picture of a link is still there.
func (s *Store) has(ctx context.Context, link string) bool {
	key, ok := s.own(link)
	if !ok {
		return false
	}
	there, err := s.bucket.Exists(ctx, key)
	return there || err != nil // in doubt the fact is believed
}

// sweep deletes pictures older than before that keep does not name, and says how many are left and gone.
func (s *Store) sweep(ctx context.Context, keep map[string]bool, before time.Time) (left, gone int, err error) {
	for it := s.bucket.List(nil); ; {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return left, gone, nil
		}
		if err != nil {
			return left, gone, fmt.Errorf("listing pictures: %w", err)
		}
		if !mine(o.Key) {
			continue
		}
		if keep[o.Key] || !o.ModTime.Before(before) {
			left++
			continue
		}
		if err := s.bucket.Delete(ctx, o.Key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return left, gone, fmt.Errorf("deleting a picture: %w", err)
		}
		gone++
	}
}
