package fleet

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nats-io/nkeys"

	"onair"
	"onair/broker/embed"
)

// identity is an nkey: a seed in a file, and the public half that the servers know.
type identity struct {
	name, seed, public string // seed is a path
}

func newIdentity(dir, name string) (identity, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return identity{}, err
	}
	seed, err := pair.Seed()
	if err != nil {
		return identity{}, err
	}
	public, err := pair.PublicKey()
	if err != nil {
		return identity{}, err
	}
	id := identity{name, filepath.Join(dir, name+".nk"), public}
	return id, os.WriteFile(id.seed, append(seed, '\n'), 0o600)
}

// confFolder writes nats.conf as it stands in the tree, and the account files with the given users, into a folder.
func confFolder(dir string, hubs, workers []identity) error {
	conf, err := fs.ReadFile(onair.NATS, "nats.conf")
	if err != nil {
		return err
	}
	var hub, edge strings.Builder
	for _, h := range hubs {
		fmt.Fprintf(&hub, "  { nkey: %s } # %s\n", h.public, h.name)
	}
	for _, w := range workers {
		edge.WriteString(embed.WorkerBlock(w.name, w.public, nil, nil, nil))
	}
	for name, text := range map[string]string{
		"nats.conf":      string(conf),
		"auth/hub.conf":  "users = [\n" + hub.String() + "]\n",
		"auth/edge.conf": "users = [\n" + edge.String() + "]\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// nodeConf is the small file beside nats.conf that makes it one node of a cluster; deploy/cluster has the same for
// machines of their own. One alone is no cluster.
func nodeConf(name string, port, route int, routes []int) string {
	if len(routes) == 1 {
		return fmt.Sprintf("include \"nats.conf\"\nserver_name: %s\nlisten: \"127.0.0.1:%d\"\n", name, port)
	}
	var list []string
	for _, r := range routes {
		list = append(list, fmt.Sprintf("%q", "nats://127.0.0.1:"+strconv.Itoa(r)))
	}
	return fmt.Sprintf(`include "nats.conf"
server_name: %s
listen: "127.0.0.1:%d"
cluster {
  name: onair
  listen: "127.0.0.1:%d"
  routes: [%s]
}
`, name, port, route, strings.Join(list, ", "))
}
