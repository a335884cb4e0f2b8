package broker

import (
	"onair/live"
)

// Every name that onair uses in NATS. nats.conf and auth/ repeat the subjects that cross from EDGE to HUB.
const (
	// AccountHub is the account with JetStream: hub nodes live in it.
	AccountHub = "HUB"
	// AccountEdge is the account of workers: no JetStream, five service imports.
	AccountEdge = "EDGE"

	// StreamPages is the log: obs.<platform>.<worker>.<epoch>.<lane> and tick.
	StreamPages = "PAGES"
	// StreamJobs is the work queue: job.<platform>.<class>.<region>.<key>.
	StreamJobs = "JOBS"
	// StreamPresence holds what each worker last said about itself: presence.<worker>.
	StreamPresence = "PRESENCE"

	// BucketFacts holds what people decided: channel.<platform>.<id>, creator.<id>, block.<kind>.<key>.
	BucketFacts = "FACTS"
	// BucketDerived holds what the leader can work out again: label.<platform>.<channel>.<hash>,
	// thumb.<platform>.<broadcast>.
	BucketDerived = "DERIVED"
	// BucketLease holds one key, KeyLeader.
	BucketLease = "LEASE"
	// BucketSnapshots is an object store with the newest states.
	BucketSnapshots = "SNAPSHOTS"

	// KeyLeader is the lease that the acting hub node holds.
	KeyLeader = "leader"

	// SubjectTick is where the leader tells the log that time passes.
	SubjectTick = "tick"

	subjectObs      = "obs."      // + platform.worker.epoch.lane
	subjectJob      = "job."      // + platform.class.region.key
	subjectPresence = "presence." // + worker

	// What JetStream itself answers on; the first two are followed by a subject and a consumer's name.
	subjectLastPage = "$JS.API.DIRECT.GET." + StreamPages + "."
	subjectNextJob  = "$JS.API.CONSUMER.MSG.NEXT." + StreamJobs + "."
	subjectAckJob   = "$JS.ACK." + StreamJobs + "."

	// How nats.go names the streams under buckets and their subjects.
	streamOfKV = "KV_"
	streamOfOS = "OBJ_"
	subjectKV  = "$KV."

	// HeaderAge is the age of an observation in milliseconds, measured anew at each attempt to send.
	HeaderAge = "Onair-Age"
	// HeaderAt is the virtual time of an observation or a tick, RFC 3339 with nanoseconds; demo only.
	HeaderAt = "Onair-At"
	// HeaderKey is the outbox key of a page, by which a worker finds out what arrived.
	HeaderKey = "Onair-Key"
	// HeaderEpoch is the leader's epoch on what only a leader writes.
	HeaderEpoch = "Onair-Epoch"

	// inboxPrefix and a worker's name make the only subjects that it may listen to.
	inboxPrefix = "_INBOX_"
)

// The stream's metadata. Other keys of a demo ("speed", "epoch") pass through.
const (
	MetaClock    = "clock"   // ClockVirtual, or absent
	ClockVirtual = "virtual" // the log runs on virtual time
	MetaSeed     = "seed"    // the simulator's
	MetaEpoch    = "epoch"   // where the virtual clock began; never changes in the life of a stream
)

// ConsumerName is the durable consumer of JOBS that hands out the jobs of one platform, class and region.
func ConsumerName(p live.Platform, c live.Class, region string) string {
	return string(p) + "_" + string(c) + "_" + region
}

// InboxPrefix is the subject prefix under which a worker receives answers.
func InboxPrefix(worker string) string { return inboxPrefix + worker }

func laneSubject(l live.Lane) string {
	return subjectObs + string(l.Platform) + "." + l.Worker + "." + l.Epoch + "." + string(l.Name)
}

func jobSubject(j live.Job) string {
	return subjectJob + string(j.Platform) + "." + string(j.Class) + "." + j.Region + "." + j.Key
}
