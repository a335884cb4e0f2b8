package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// script is a server whose event streams say what the test wants.
type script struct {
	streams chan func(w http.ResponseWriter, r *http.Request) // one for each connection
	lists   chan func(w http.ResponseWriter, r *http.Request) // one for each list request
}

func newScript(t *testing.T) (*script, *Client) {
	s := &script{make(chan func(http.ResponseWriter, *http.Request), 20), make(chan func(http.ResponseWriter, *http.Request), 20)}
	return s, mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		next := s.lists
		if r.URL.Path == "/v1/events" {
			next = s.streams
		}
		select {
		case f := <-next:
			f(w, r)
		case <-r.Context().Done():
		}
	})
}

func send(w http.ResponseWriter, event, id, data string) {
	fmt.Fprintf(w, "event: %s\nid: %s\ndata: %s\n\n", event, id, data)
	_ = http.NewResponseController(w).Flush()
}

func row(id string) string { return fmt.Sprintf(`{"id":%q,"viewers":1}`, id) }

func list(seq int, ids ...string) string {
	rows := ""
	for i, id := range ids {
		if i > 0 {
			rows += ","
		}
		rows += row(id)
	}
	return fmt.Sprintf(`{"seq":%d,"streams":[%s]}`, seq, rows)
}

func changes(seq int, id string) string {
	return fmt.Sprintf(`{"seq":%d,"upserts":[%s],"removed":[]}`, seq, row(id))
}

// errEnough ends a run from inside.
var errEnough = errors.New("enough")

// follow runs Events until n lists and changes came, and gives what came in short.
func follow(t *testing.T, c *Client, n int) (log []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := c.Events(ctx, func(e Event) error {
		switch {
		case e.List != nil:
			log = append(log, fmt.Sprint("list ", e.List.Seq))
		case e.Changes != nil:
			log = append(log, "change "+e.Changes.Upserts[0].ID)
		default:
			return nil
		}
		if len(log) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("%v after %v", err, log)
	}
	return log
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestEventsAreKeptWhileTheListIsFetched(t *testing.T) {
	s, c := newScript(t)
	asked, sent := make(chan struct{}), make(chan struct{})
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		send(w, "reset", "b-1", `{"seq":5}`)
		<-asked
		send(w, "changes", "b-2", changes(6, "x"))
		send(w, "changes", "b-3", changes(7, "y"))
		send(w, "news", "b-4", `{"what":"a later version's"}`)
		close(sent)
		<-r.Context().Done()
	}
	s.lists <- func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.RawQuery; got != "limit=2000&min_seq=5" {
			t.Errorf("asked for %s", got)
		}
		close(asked)
		<-sent
		fmt.Fprint(w, list(6, "a"))
	}
	wants(t, follow(t, c, 3), "list 6", "change x", "change y")
}

func TestAConnectionIsResumed(t *testing.T) {
	s, c := newScript(t)
	listed := make(chan struct{})
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		send(w, "reset", "b-1", `{"seq":5}`)
		<-listed
		send(w, "changes", "b-2", changes(6, "x"))
	}
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Last-Event-ID"); got != "b-2" {
			t.Errorf("came back after %q", got)
		}
		send(w, "changes", "b-3", changes(7, "y"))
	}
	s.streams <- func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	s.streams <- func(w http.ResponseWriter, r *http.Request) { // another process
		if got := r.Header.Get("Last-Event-ID"); got != "b-3" {
			t.Errorf("came back after %q", got)
		}
		send(w, "reset", "c-1", `{"seq":9}`)
		<-r.Context().Done()
	}
	s.lists <- func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, list(5, "a"))
		close(listed)
	}
	s.lists <- func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, list(9, "z")) }
	wants(t, follow(t, c, 4), "list 5", "change x", "change y", "list 9")
}

// TestAResetOutlivesItsConnection: the list is still due when the connection breaks before it came.
func TestAResetOutlivesItsConnection(t *testing.T) {
	s, c := newScript(t)
	back := make(chan struct{})
	s.streams <- func(w http.ResponseWriter, r *http.Request) { send(w, "reset", "b-1", `{"seq":5}`) }
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		send(w, "changes", "b-2", changes(6, "x"))
		close(back)
		<-r.Context().Done()
	}
	s.lists <- func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) } // behind
	s.lists <- func(w http.ResponseWriter, r *http.Request) {
		<-back
		fmt.Fprint(w, list(5, "a"))
	}
	wants(t, follow(t, c, 2), "list 5", "change x")
}

// TestALaterResetWins: the list of the first is not used.
func TestALaterResetWins(t *testing.T) {
	s, c := newScript(t)
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		send(w, "reset", "b-1", `{"seq":5}`)
		send(w, "changes", "b-2", changes(6, "lost"))
		send(w, "reset", "b-9", `{"seq":8}`)
		send(w, "changes", "b-10", changes(9, "x"))
		<-r.Context().Done()
	}
	hang := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("min_seq") == "5" {
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, list(8, "a"))
	}
	s.lists <- hang
	s.lists <- hang
	wants(t, follow(t, c, 2), "list 8", "change x")
}

func TestABrokenStreamStartsAnew(t *testing.T) {
	s, c := newScript(t)
	s.streams <- func(w http.ResponseWriter, r *http.Request) { send(w, "changes", "b-1", `{"seq":`) }
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Last-Event-ID"); got != "" {
			t.Errorf("came back after %q", got)
		}
		send(w, "reset", "b-2", `{"seq":5}`)
		<-r.Context().Done()
	}
	s.lists <- func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, list(5, "a")) }
	wants(t, follow(t, c, 1), "list 5")
}

func TestASilentStreamIsGivenUp(t *testing.T) {
	s, c := newScript(t)
	c.o.Silence = 50 * time.Millisecond
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	silent := false
	err := c.Events(t.Context(), func(e Event) error {
		silent = errors.Is(e.Err, errSilent)
		return errEnough
	})
	if !errors.Is(err, errEnough) || !silent {
		t.Error(err, silent)
	}
}

func TestEventsEndWithTheContext(t *testing.T) {
	s, c := newScript(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.streams <- func(w http.ResponseWriter, r *http.Request) {
		send(w, "reset", "b-1", `{"seq":5}`)
		<-r.Context().Done()
	}
	s.lists <- func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}
	if err := c.Events(ctx, func(Event) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
