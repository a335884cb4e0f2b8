package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/live"
)

// Status is what the parts of a fleet say at one moment.
type Status struct {
	Nodes   []Node
	Leader  string // the hub node that holds the lease; "" when none does
	Streams []Stream
	Workers []live.Presence
	Hubs    []Hub
	Equal   bool // every hub that runs gave the same ETag for the whole list, within agreeWait
}

// Node is a server of the cluster.
type Node struct {
	Name  string
	PID   int
	Alive bool
}

// Stream is one stream and where it is kept.
type Stream struct {
	Name     string
	Leader   string
	Replicas int // asked for
	Current  int // that have everything, the leader too
	Messages uint64
	Last     uint64
}

// Hub is a hub node and its list.
type Hub struct {
	Name    string
	URL     string
	Alive   bool
	Error   string // why the rest is missing
	Entries int
	Seq     uint64        // last message that changed the list
	Age     time.Duration // of the list as a whole
	ETag    string
}

const (
	// askWait bounds one question: a part that was killed does not answer.
	askWait = 5 * time.Second
	// agreeWait is how long hubs may differ: each builds its snapshots at its own moments.
	agreeWait = 5 * time.Second
	agreePoll = 50 * time.Millisecond
	// maxList bounds what a hub's list is read up to.
	maxList = 64 << 20
)

// Connect opens a connection of the account HUB to the fleet's broker.
func (f *Fleet) Connect() (*nats.Conn, error) {
	key, err := nats.NkeyOptionFromSeed(f.hubKey.seed)
	if err != nil {
		return nil, err
	}
	return nats.Connect(f.brokers(f.Addrs()), key, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.Timeout(2*time.Second),
		nats.PingInterval(2*time.Second), nats.MaxPingsOutstanding(2))
}

// Status asks everybody. What cannot be learnt is left empty.
func (f *Fleet) Status(ctx context.Context, nc *nats.Conn) Status {
	var s Status
	for _, name := range names(f.o.Nodes, NodeName) {
		p := f.Process(name)
		s.Nodes = append(s.Nodes, Node{name, p.cmd.Process.Pid, p.Alive()})
	}
	ctx, cancel := context.WithTimeout(ctx, askWait+agreeWait)
	defer cancel()
	if js, err := jetstream.New(nc); err == nil {
		s.Leader = Leader(ctx, js)
		for i := range f.o.Hubs {
			if s.Leader != "" && s.Leader == f.NodeID(i) {
				s.Leader = HubName(i)
			}
		}
		s.Streams = streams(ctx, js)
		s.Workers = presences(ctx, js)
	}
	s.Hubs, s.Equal = f.agree(ctx)
	return s
}

// Leader is the name of the hub node that holds the lease.
func Leader(ctx context.Context, js jetstream.JetStream) string {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	kv, err := js.KeyValue(ctx, broker.BucketLease)
	if err != nil {
		return ""
	}
	e, err := kv.Get(ctx, broker.KeyLeader)
	if err != nil {
		return ""
	}
	var v struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(e.Value(), &v)
	return v.ID
}

func streams(ctx context.Context, js jetstream.JetStream) []Stream {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	var all []Stream
	list := js.ListStreams(ctx)
	for i := range list.Info() {
		s := Stream{Name: i.Config.Name, Replicas: i.Config.Replicas, Current: 1, Messages: i.State.Msgs, Last: i.State.LastSeq}
		if i.Cluster != nil {
			s.Leader = i.Cluster.Leader
			for _, r := range i.Cluster.Replicas {
				if r.Current && !r.Offline {
					s.Current++
				}
			}
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Stream) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// presences reads what each worker last said.
func presences(ctx context.Context, js jetstream.JetStream) []live.Presence {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	stream, err := js.Stream(ctx, broker.StreamPresence)
	if err != nil {
		return nil
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(">"))
	if err != nil {
		return nil
	}
	var all []live.Presence
	for subject := range info.State.Subjects {
		m, err := stream.GetLastMsgForSubject(ctx, subject)
		if err != nil {
			continue
		}
		var p live.Presence
		if json.Unmarshal(m.Data, &p) == nil {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b live.Presence) int { return strings.Compare(a.Worker, b.Worker) })
	return all
}

// agree asks the hubs until all that answer show the same list, or agreeWait is over.
func (f *Fleet) agree(ctx context.Context) ([]Hub, bool) {
	for end := time.Now().Add(agreeWait); ; {
		var all []Hub
		tags := map[string]bool{}
		for i := range f.o.Hubs {
			h := f.hub(ctx, i)
			if h.Error == "" {
				tags[h.ETag] = true
			}
			all = append(all, h)
		}
		if len(tags) == 1 || time.Now().After(end) || ctx.Err() != nil {
			return all, len(tags) == 1
		}
		_ = live.Wait(ctx, live.RealClock{}, agreePoll)
	}
}

func (f *Fleet) hub(ctx context.Context, i int) Hub {
	h := Hub{Name: HubName(i), URL: f.HubURL(i), Alive: f.Process(HubName(i)).Alive()}
	if !h.Alive {
		h.Error = "not running"
		return h
	}
	body, tag, err := List(ctx, h.URL)
	if err != nil {
		h.Error = err.Error()
		return h
	}
	var list struct {
		Seq   uint64    `json:"seq"`
		AsOf  time.Time `json:"as_of"`
		Total int       `json:"total"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		h.Error = err.Error()
		return h
	}
	h.ETag, h.Seq, h.Entries, h.Age = tag, list.Seq, list.Total, time.Since(list.AsOf)
	return h
}

// List fetches a hub's whole list: its bytes and its ETag.
func List(ctx context.Context, url string) (body []byte, tag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/streams?limit=2000", nil)
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("Accept-Encoding", "identity")
	r.Close = true // the hub may be killed, and nobody keeps a connection to it
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxList))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body[:min(len(body), 200)])
	}
	return body, resp.Header.Get("ETag"), err
}

// Ready says what is still missing for a list that every hub shows; nil when nothing is.
func (s Status) Ready(workers int) error {
	var missing []error
	for _, n := range s.Nodes {
		if !n.Alive {
			missing = append(missing, fmt.Errorf("server %s does not run", n.Name))
		}
	}
	for _, x := range s.Streams {
		if x.Current < x.Replicas {
			missing = append(missing, fmt.Errorf("stream %s has %d of %d replicas", x.Name, x.Current, x.Replicas))
		}
	}
	if len(s.Streams) == 0 || s.Leader == "" {
		missing = append(missing, errors.New("nobody leads"))
	}
	if len(s.Workers) < workers {
		missing = append(missing, fmt.Errorf("%d of %d workers are present", len(s.Workers), workers))
	}
	for _, h := range s.Hubs {
		switch {
		case h.Error != "":
			missing = append(missing, fmt.Errorf("%s: %s", h.Name, h.Error))
		case h.Entries == 0:
			missing = append(missing, fmt.Errorf("%s has no list", h.Name))
		}
	}
	if !s.Equal {
		missing = append(missing, errors.New("the hubs' lists differ"))
	}
	return errors.Join(missing...)
}

// Print writes the tables.
func (s Status) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	if len(s.Nodes) > 0 {
		fmt.Fprintln(t, "SERVER\tPID\tSTATE\tLEADS")
		for _, n := range s.Nodes {
			var leads []string
			for _, x := range s.Streams {
				if x.Leader == n.Name {
					leads = append(leads, x.Name)
				}
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%s\n", n.Name, n.PID, state(n.Alive), strings.Join(leads, " "))
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t, "STREAM\tREPLICAS\tMESSAGES\tLAST")
	for _, x := range s.Streams {
		fmt.Fprintf(t, "%s\t%d of %d\t%d\t%d\n", x.Name, x.Current, x.Replicas, x.Messages, x.Last)
	}
	fmt.Fprintln(t, "\nWORKER\tPLATFORMS\tPAGES\tPUBLISHED\tSAID")
	for _, p := range s.Workers {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s ago\n", p.Worker, len(p.Platforms), p.Counters["pages"], p.Counters["published"], time.Since(p.SentAt).Round(100*time.Millisecond))
	}
	fmt.Fprintln(t, "\nHUB\tSTATE\tLIST\tAGE\tPOSITION\tURL")
	for _, h := range s.Hubs {
		if h.Error != "" {
			fmt.Fprintf(t, "%s\t%s\t\t\t\t%s\n", h.Name, state(h.Alive), h.Error)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%d entries\t%s\t%d\t%s\n", h.Name, state(h.Alive), h.Entries, h.Age.Round(100*time.Millisecond), h.Seq, h.URL)
	}
	fmt.Fprintf(t, "\nleader\t%s\nequal ETag\t%s\n", s.Leader, map[bool]string{true: "yes", false: "no"}[s.Equal])
	return t.Flush()
}

func state(alive bool) string {
	if alive {
		return "runs"
	}
	return "down"
}
