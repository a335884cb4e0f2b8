package embed

import (
	"fmt"
	"strings"

	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/live"
)

// WorkerBlock is the user block of one worker for auth/edge.conf: what it may publish to (its own pages, its own
// presence, its own last pages, the jobs of the platforms, classes and regions given) and its own inbox to listen to.
// No platforms stand for all, of every class and region: the worker inside the hub's own process. No classes stand
// for plain, no regions for any.
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
		lane := "obs." + p + "." + name + ".*.*"
		publish = append(publish, lane, "$JS.API.DIRECT.GET."+broker.StreamPages+"."+lane)
	}
	publish = append(publish, "presence."+name)
	for _, j := range jobs {
		publish = append(publish, "$JS.API.CONSUMER.MSG.NEXT."+broker.StreamJobs+"."+j, "$JS.ACK."+broker.StreamJobs+"."+j+".>")
	}
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
