package embed

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/live"
)

var (
	// ErrExists: a worker of that name is let in already, with another key.
	ErrExists = errors.New("there is a worker of that name")
	// ErrUnknown: no worker of that name is let in.
	ErrUnknown = errors.New("there is no worker of that name")
)

// Worker is one worker that the account file lets in.
type Worker struct {
	Name      string
	Key       string   // public
	Platforms []string // whose pages it may write; "*" is all
	Consumers []string // whose jobs it may take, see broker.ConsumerName; "*" is all
}

// AddWorker writes a worker's block (see WorkerBlock) into the account file, unless that key is there already.
// ErrExists when the name is there with another key: two machines under one name would take each other's place.
func (a Accounts) AddWorker(name, publicKey string, platforms []live.Platform, classes []live.Class, regions []string) (changed bool, err error) {
	if err := checkWorker(name, publicKey, platforms, classes, regions); err != nil {
		return false, fmt.Errorf("worker %.80q: %w", name, err)
	}
	changed, err = a.edit(broker.AccountEdge, func(users []*server.NkeyUser, text string) (string, int, error) {
		for _, u := range users {
			if u.Nkey == publicKey {
				return text, 0, nil
			}
			if worker(u).Name == name {
				return "", 0, ErrExists
			}
		}
		text, err := addUser(text, WorkerBlock(name, publicKey, platforms, classes, regions))
		return text, 1, err
	})
	if err != nil {
		return false, fmt.Errorf("worker %s: %w", name, err)
	}
	return changed, nil
}

// RemoveWorker cuts a worker's block out of the account file. ErrUnknown when it has none.
func (a Accounts) RemoveWorker(name string) (Worker, error) {
	var gone Worker
	_, err := a.edit(broker.AccountEdge, func(users []*server.NkeyUser, text string) (string, int, error) {
		for _, u := range users {
			if gone = worker(u); gone.Name == name {
				text, err := removeUser(text, gone.Key)
				return text, -1, err
			}
		}
		return "", 0, ErrUnknown
	})
	if err != nil {
		return Worker{}, fmt.Errorf("worker %.80s: %w", name, err)
	}
	return gone, nil
}

// Workers are those that the account file lets in, by name.
func (a Accounts) Workers() ([]Worker, error) {
	users, err := a.users(broker.AccountEdge)
	if err != nil {
		return nil, err
	}
	list := make([]Worker, len(users))
	for i, u := range users {
		list[i] = worker(u)
	}
	slices.SortFunc(list, func(a, b Worker) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// worker reads a user's permissions back. Its name is in the inbox, the one subject of its own that every block has.
func worker(u *server.NkeyUser) Worker {
	w := Worker{Key: u.Nkey}
	if u.Permissions == nil || u.Permissions.Publish == nil || u.Permissions.Subscribe == nil {
		return w
	}
	for _, s := range u.Permissions.Subscribe.Allow {
		if name, ok := strings.CutPrefix(s, broker.InboxPrefix("")); ok {
			w.Name = strings.TrimSuffix(name, ".>")
		}
	}
	for _, s := range u.Permissions.Publish.Allow {
		if lane, ok := strings.CutPrefix(s, lanes); ok {
			platform, _, _ := strings.Cut(lane, ".")
			w.Platforms = append(w.Platforms, platform)
		}
		if consumer, ok := strings.CutPrefix(s, nextJob); ok {
			w.Consumers = append(w.Consumers, consumer)
		}
	}
	return w
}

// Subjects of a worker, each followed by tokens of its own.
const (
	lanes    = "obs."                                                 // platform.worker.epoch.lane
	lastPage = "$JS.API.DIRECT.GET." + broker.StreamPages + "."       // a lane
	presence = "presence."                                            // worker
	nextJob  = "$JS.API.CONSUMER.MSG.NEXT." + broker.StreamJobs + "." // consumer
	ackJob   = "$JS.ACK." + broker.StreamJobs + "."                   // consumer
)

// WorkerBlock is the user block of one worker for auth/edge.conf: what it may publish to (its own pages, its own
// presence, its own last pages, the jobs of the platforms, classes and regions given) and its own inbox, to listen to and,
// where two run under one name, to find each other. No platforms stand for all, of every class and region: the worker inside the hub's own
// process. No classes stand for plain, no regions for any.
func WorkerBlock(name, publicKey string, platforms []live.Platform, classes []live.Class, regions []string) string {
	if len(classes) == 0 {
		classes = []live.Class{live.ClassPlain}
	}
	if len(regions) == 0 {
		regions = []string{live.RegionAny}
	}
	var obs, jobs []string
	for _, p := range platforms {
		obs = append(obs, string(p))
		for _, c := range classes {
			for _, r := range regions {
				jobs = append(jobs, broker.ConsumerName(p, c, r))
			}
		}
	}
	if len(platforms) == 0 {
		obs, jobs = []string{"*"}, []string{"*"}
	}
	var publish []string
	for _, p := range obs {
		lane := lanes + p + "." + name + ".*.*"
		publish = append(publish, lane, lastPage+lane)
	}
	publish = append(publish, presence+name)
	for _, j := range jobs {
		publish = append(publish, nextJob+j, ackJob+j+".>")
	}
	publish = append(publish, broker.InboxPrefix(name)+".>")
	return fmt.Sprintf(`  {
    nkey: %s # worker %s
    permissions: {
      publish: [
        "%s"
      ]
      subscribe: ["%s.>"]
    }
  }
`, publicKey, name, strings.Join(publish, "\"\n        \""), broker.InboxPrefix(name))
}

// checkWorker keeps out what would widen a permission or break the file: a wildcard, a quote, a dot.
func checkWorker(name, publicKey string, platforms []live.Platform, classes []live.Class, regions []string) error {
	if !nkeys.IsValidPublicUserKey(publicKey) {
		return fmt.Errorf("not the public key of a user: %.80q", publicKey)
	}
	tokens := append([]string{name}, regions...)
	for _, c := range classes {
		tokens = append(tokens, string(c))
	}
	for _, t := range tokens {
		if err := live.CheckID(t); err != nil {
			return err
		}
	}
	for _, p := range platforms {
		if _, err := live.ParsePlatform(string(p)); err != nil {
			return err
		}
	}
	return nil
}

// hubBlock is the user block of a hub node: everything in its account.
func hubBlock(publicKey string) string { return fmt.Sprintf("  { nkey: %s } # hub\n", publicKey) }
