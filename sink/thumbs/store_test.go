package thumbs

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/fsouza/fake-gcs-server/fakestorage"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"google.golang.org/api/option"
)

// stores opens one store of each kind.
func stores(t *testing.T) map[string]*Store {
	t.Helper()
	open := func(raw, base string) *Store {
		s, err := Open(t.Context(), raw, base)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	gcs, err := fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1", Port: 0, InitialObjects: []fakestorage.Object{
		{ObjectAttrs: fakestorage.ObjectAttrs{BucketName: "pictures", Name: "somebody's/else.txt"}, Content: []byte("x")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gcs.Stop)
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(gcs.URL(), "http://"))

	backend := s3mem.New()
	if err := backend.CreateBucket("pictures"); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(backend).Server()
	s3 := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The fake does not keep Cache-Control, so it is looked at on its way.
		if r.Method == http.MethodPut && r.Header.Get("Cache-Control") != cacheControl {
			t.Errorf("put with Cache-Control %q", r.Header.Get("Cache-Control"))
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(s3.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")

	return map[string]*Store{
		"folder": open("file://"+filepath.ToSlash(t.TempDir())+"/thumbs", ""),
		"gs":     open("gs://pictures?access_id=-", ""),
		"s3":     open("s3://pictures?region=us-east-1&use_path_style=true&endpoint="+url.QueryEscape(s3.URL), "https://cdn.example/t/"),
	}
}

func TestStores(t *testing.T) {
	for kind, s := range stores(t) {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			one, err := s.put(ctx, []byte("RIFF one"))
			if err != nil {
				t.Fatal(err)
			}
			base := map[string]string{"folder": "/thumbs/", "gs": "https://storage.googleapis.com/pictures/", "s3": "https://cdn.example/t/"}[kind]
			if !strings.HasPrefix(one, base) || !strings.HasSuffix(one, ".webp") {
				t.Errorf("link %s", one)
			}
			key, ok := s.own(one)
			if !ok {
				t.Fatalf("%s is not its own", one)
			}
			attrs, err := s.bucket.Attributes(ctx, key)
			if err != nil {
				t.Fatal(err)
			}
			if kind == "gs" && attrs.CacheControl != cacheControl || kind != "folder" && attrs.ContentType != "image/webp" {
				t.Errorf("attributes %+v", attrs)
			}
			stored := attrs.ModTime
			// The same content is the same name, and is not written twice.
			again, err := s.put(ctx, []byte("RIFF one"))
			if err != nil || again != one {
				t.Errorf("again %s, %v", again, err)
			}
			if attrs, err := s.bucket.Attributes(ctx, key); err != nil || !attrs.ModTime.Equal(stored) {
				t.Errorf("written again at %v, first at %v, %v", attrs.ModTime, stored, err)
			}
			two, err := s.put(ctx, []byte("RIFF two"))
			if err != nil || two == one {
				t.Fatalf("%s, %v", two, err)
			}
			if !s.has(ctx, one) || !s.has(ctx, two) || s.has(ctx, s.base+name([]byte("three"))) || s.has(ctx, "https://elsewhere.example/x.webp") {
				t.Error("has is wrong")
			}
			keep := map[string]bool{key: true}
			if left, gone, err := s.sweep(ctx, keep, time.Now().Add(-time.Hour)); err != nil || left != 2 || gone != 0 {
				t.Errorf("young pictures: left %d, gone %d, %v", left, gone, err)
			}
			if left, gone, err := s.sweep(ctx, keep, time.Now().Add(time.Hour)); err != nil || left != 1 || gone != 1 {
				t.Errorf("left %d, gone %d, %v", left, gone, err)
			}
			if !s.has(ctx, one) || s.has(ctx, two) {
				t.Error("the wrong one was deleted")
			}
		})
	}
}

func TestSweepLeavesOthersAlone(t *testing.T) {
	s := stores(t)["gs"]
	if _, _, err := s.sweep(t.Context(), nil, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.bucket.Exists(t.Context(), "somebody's/else.txt"); err != nil || !ok {
		t.Errorf("a file that is not ours is gone (%v)", err)
	}
}

// The bytes are where the real client of Google's storage finds them.
func TestGoogleClientReads(t *testing.T) {
	s := stores(t)["gs"]
	link, err := s.put(t.Context(), []byte("RIFF read me"))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := s.own(link)
	c, err := storage.NewClient(t.Context(), option.WithoutAuthentication(), storage.WithJSONReads())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	attrs, err := c.Bucket("pictures").Object(key).Attrs(t.Context())
	if err != nil || attrs.CacheControl != cacheControl || attrs.ContentType != "image/webp" || attrs.Size != 12 {
		t.Errorf("%+v, %v", attrs, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for raw, base := range map[string]string{
		"ftp://x": "", "pictures": "", "file://host/x": "", "gs://user:secret@b": "", "s3://b": "", "s3://b?region=x&endpoint=http://127.0.0.1:1": "",
		"file://" + file: "", "gs://b": "http://cdn.example/", "gs://c": "https://cdn.example/?x=1", ":": "",
	} {
		s, err := Open(context.Background(), raw, base)
		if err == nil {
			s.Close()
			t.Errorf("%s with base %q was opened", raw, base)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("error holds a password: %v", err)
		}
	}
}
