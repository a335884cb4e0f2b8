package embed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nkeys"

	"onair/live"
)

func publicKey(t *testing.T) string {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func accounts(t *testing.T) (a Accounts, edge string) {
	t.Helper()
	a, err := OpenAccounts(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	return a, filepath.Join(filepath.Dir(a.conf), "auth/edge.conf")
}

func names(t *testing.T, a Accounts) []string {
	t.Helper()
	list, err := a.Workers()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, w := range list {
		names = append(names, w.Name)
	}
	return names
}

// Many programs edit the files at once, each with its own lock: every worker that was added and not removed is there.
func TestEditsAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	a, _ := accounts(t)
	dir := filepath.Dir(a.conf)
	var wg sync.WaitGroup
	var want []string
	for i := range 12 {
		name, key := fmt.Sprintf("w%02d", i), publicKey(t)
		if i%3 != 0 {
			want = append(want, name)
		}
		wg.Go(func() {
			own, err := OpenAccounts(dir, "")
			if err == nil {
				_, err = own.AddWorker(name, key, []live.Platform{"chzzk"}, nil, nil)
			}
			if err == nil && i%3 == 0 {
				_, err = own.RemoveWorker(name)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := names(t, a); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestBlockIsReadBack(t *testing.T) {
	t.Parallel()
	a, _ := accounts(t)
	key := publicKey(t)
	if _, err := a.AddWorker("seoul-1", key, []live.Platform{"chzzk", "soop"}, []live.Class{live.ClassPlain, live.ClassBrowser}, []string{"any", "kr"}); err != nil {
		t.Fatal(err)
	}
	list, err := a.Workers()
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	got := fmt.Sprint(list[0])
	if want := "{seoul-1 " + key + " [chzzk soop] [chzzk_plain_any chzzk_plain_kr chzzk_browser_any chzzk_browser_kr soop_plain_any soop_plain_kr soop_browser_any soop_browser_kr]}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if changed, err := a.AddWorker("seoul-1", key, nil, nil, nil); err != nil || changed {
		t.Errorf("the same key once more: %v, %v", changed, err)
	}
	if _, err := a.AddWorker("seoul-1", publicKey(t), nil, nil, nil); !errors.Is(err, ErrExists) {
		t.Errorf("another key under the name: %v", err)
	}
	if _, err := a.RemoveWorker("seoul"); !errors.Is(err, ErrUnknown) {
		t.Errorf("no such worker: %v", err)
	}
}

// A worker is cut out of a file as people write them, and nothing else is.
func TestRemoveFromEditedFile(t *testing.T) {
	t.Parallel()
	gone, stays := publicKey(t), publicKey(t)
	user := func(key, name string) string {
		return `{ nkey: ` + key + `, permissions: { publish: ["obs.chzzk.` + name + `.*.*"], subscribe: ["_INBOX_` + name + `.>"] } }`
	}
	for name, text := range map[string]string{
		"one line each":    "users = [\n " + user(stays, "stays") + "\n " + user(gone, "gone") + "\n]\n",
		"one line":         "users = [" + user(gone, "gone") + ", " + user(stays, "stays") + "]",
		"last, comma":      "users = [" + user(stays, "stays") + ", " + user(gone, "gone") + "]",
		"comments":         "# " + gone + " {\nusers = [ // {\n " + user(gone, "gone") + " # Kim's {\n " + user(stays, "stays") + " # not " + gone + "\n]\n",
		"inside":           "users = [\n" + strings.Replace(user(gone, "gone"), "{", "{ # } {\n // }\n", 1) + "\n" + user(stays, "stays") + "\n]\n",
		"braces in quotes": "users = [\n" + strings.Replace(user(gone, "gone"), `"obs`, `"}}", "obs`, 1) + "\n" + user(stays, "stays") + "\n]\n",
		"a written block":  "users = [\n" + WorkerBlock("stays", stays, nil, nil, nil) + WorkerBlock("gone", gone, []live.Platform{"soop"}, nil, nil) + "]\n",
	} {
		t.Run(name, func(t *testing.T) {
			a, edge := accounts(t)
			if err := os.WriteFile(edge, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := a.RemoveWorker("gone"); err != nil {
				t.Fatal(err)
			}
			after, err := os.ReadFile(edge)
			if err != nil {
				t.Fatal(err)
			}
			if got := names(t, a); !slices.Equal(got, []string{"stays"}) {
				t.Errorf("%v are left in\n%s", got, after)
			}
			if strings.Count(string(after), gone) != strings.Count(strings.ReplaceAll(text, "nkey: "+gone, ""), gone) {
				t.Errorf("comments changed:\n%s", after)
			}
		})
	}
}

func TestBrokenFileIsLeftAlone(t *testing.T) {
	t.Parallel()
	a, edge := accounts(t)
	if _, err := a.AddWorker("w1", publicKey(t), nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	broken := []byte("users = [ {")
	if err := os.WriteFile(edge, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	_, add := a.AddWorker("w2", publicKey(t), nil, nil, nil)
	_, remove := a.RemoveWorker("w1")
	_, list := a.Workers()
	for what, err := range map[string]error{"add": add, "remove": remove, "list": list} {
		if err == nil || !strings.Contains(err.Error(), "nats.conf") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if after, err := os.ReadFile(edge); err != nil || string(after) != string(broken) {
		t.Errorf("the file is now %q, %v", after, err)
	}
}

// An edit that the configuration does not take up is undone.
func TestEditWithoutEffectIsUndone(t *testing.T) {
	t.Parallel()
	a, edge := accounts(t)
	conf, err := os.ReadFile(a.conf)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.conf, []byte(strings.Replace(string(conf), `include "auth/edge.conf"`, "", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(edge)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddWorker("w1", publicKey(t), nil, nil, nil); err == nil || !strings.Contains(err.Error(), "does not include") {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(edge); err != nil || string(after) != string(before) {
		t.Errorf("%v:\n%s", err, after)
	}
}
