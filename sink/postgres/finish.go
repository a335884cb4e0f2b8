package postgres

import (
	"fmt"

	"onair/aggregator"
	"onair/live"
	"onair/view"
)

// finish adds to the batch what its messages left in the fold (broadcasts, channels), the creators if they changed, and
// the state itself when a checkpoint is due; and begins the next batch.
func (b *builder) finish(checkpoint bool) (*batch, error) {
	out := b.batch
	out.logTime = b.state.LogTime()
	out.observations.sort()
	for f := range b.state.Broadcasts() {
		if f.ChangedSeq > out.from {
			b.folded(f)
		}
	}
	for id, s := range b.sights {
		f := b.state.Broadcast(id)
		if f == nil || s.first.Before(f.FirstSeen) || s.last.After(f.ObservedAt) {
			b.unfold(id, s)
		}
	}
	for id, s := range b.channels {
		b.channel(id, s)
	}
	out.creators, b.creators, out.creatorsNew = b.e.creators.since(b.creators)
	if checkpoint {
		blob, err := b.image()
		if err != nil {
			return nil, err
		}
		out.checkpoint = blob
	}
	b.begin(out.to)
	return out, nil
}

// image is the state as it is stored.
func (b *builder) image() ([]byte, error) {
	i := view.Image{
		Lineage:  b.start.lineage,
		Position: b.batch.to,
	}
	for key, value := range b.state.Records() {
		i.Records = append(i.Records, aggregator.Record{Key: key, Value: value})
	}
	blob, err := view.Export(i)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return blob, nil
}

// folded adds a broadcast as the fold has it.
func (b *builder) folded(f *aggregator.Broadcast) {
	c := &b.batch.broadcasts
	c.Token(string(f.ID.Platform))
	c.Token(f.ID.ID)
	c.Token(f.Channel)
	c.Filled(f.Title)
	c.Filled(f.Category.Name)
	c.Filled(f.Lang)
	c.Texts(f.Tags)
	c.Time(f.StartedAt)
	c.Time(f.FirstSeen)
	c.Time(f.ObservedAt)
	c.Time(f.EndedAt)
	c.Filled(string(f.EndReason))
	viewers(c, f.Viewers)
	c.Bool(f.Adult)
	c.Bool(f.Locked)
	c.Bool(f.Official)
	c.Filled(f.URL)
	c.End()
}

// unfold adds a broadcast as pages said that the fold does not hold. It is over by now, or was never seen live.
func (b *builder) unfold(id live.BroadcastID, s *sight) {
	c := &b.batch.unfolded
	c.Token(string(id.Platform))
	c.Token(id.ID)
	c.Token(s.o.Channel)
	c.Filled(s.o.Title)
	c.Filled(s.o.Category.Name)
	c.Filled(s.o.Lang)
	c.Texts(s.o.Tags)
	c.Time(s.o.StartedAt)
	c.Time(s.first)
	c.Time(s.last)
	c.Time(s.last)
	c.Token(endLate)
	viewers(c, s.o.Viewers)
	c.Bool(s.o.Adult)
	c.Bool(s.o.Locked)
	c.Bool(s.o.Official)
	c.Filled(s.o.URL)
	c.End()
}

// endLate is the end reason of broadcasts that only late pages showed.
const endLate = "late"

// channel adds a channel when there is news, or its row has grown old.
func (b *builder) channel(id live.ChannelID, s *channelSight) {
	told, ok := b.told[id]
	if ok && s.info == nil && (s.name == "" || s.name == told.name) && s.at.Sub(told.at) < toldAgain {
		return
	}
	if len(b.told) >= maxTold {
		clear(b.told)
	}
	b.told[id] = channelSight{name: s.name, at: s.at}
	var info live.ChannelInfo
	if s.info != nil {
		info = *s.info
	}
	c := &b.batch.channels
	c.Token(string(id.Platform))
	c.Token(id.ID)
	c.Filled(s.name)
	c.Filled(info.Handle)
	c.Filled(info.Country)
	c.Filled(info.Description)
	c.Time(s.at)
	c.End()
}
