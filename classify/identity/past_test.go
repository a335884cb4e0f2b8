package identity

import (
	"strings"
	"testing"
	"time"

	"onair/live"
)

// story tells what a pair goes through, one look after the other.
type story struct {
	t     *testing.T
	known []live.Proposal
	at    time.Time
}

// look judges and gives the proposal about the first two channels; nil when there is none.
func (s *story) look(list ...Channel) *live.Proposal {
	s.t.Helper()
	s.at = s.at.Add(24 * time.Hour)
	for i := range list {
		for k := range list[i].Broadcasts {
			b := &list[i].Broadcasts[k]
			shift := s.at.Sub(evening)
			b.StartedAt, b.FirstSeen, b.SeenAt = b.StartedAt.Add(shift), b.FirstSeen.Add(shift), b.SeenAt.Add(shift)
		}
	}
	found := Find(append(crowdAround(), list...), s.known, s.at)
	p := proposalOf(found, list[0].ID, list[1].ID)
	if p != nil {
		s.known = []live.Proposal{*p}
	}
	return p
}

func kinds(p *live.Proposal) string {
	var all []string
	for _, e := range p.Evidence {
		all = append(all, e.Kind)
	}
	return strings.Join(all, " ")
}

const z, u = "chzzk:" + chzzkA, "youtube:" + tubeA

func TestConfidentStaysWhenNothingIsSeen(t *testing.T) {
	s := &story{t: t, at: evening}
	title := "오늘은 꼭 골드 간다 승급전 3판 남음"
	if p := s.look(ch(z, "졸린감자", on(title, 0)), ch(u, "졸린감자", on(title, 40))); p == nil || !p.Confident {
		t.Fatalf("%+v", p)
	}
	seen := s.at
	for range 3 {
		if p := s.look(ch(z, "졸린감자"), ch(u, "졸린감자")); p == nil || !p.Confident || p.Score < leastConfident || !strings.Contains(kinds(p), KindTitle) {
			t.Fatalf("%+v", p)
		}
	}
	if p := s.look(ch(z, "이름을바꾼사람"), ch(u, "졸린감자")); !p.Confident || p.At.Before(seen) {
		t.Errorf("a new name parted them: %+v", p)
	}
	at := s.known[0].At
	if p := s.look(ch(z, ""), ch(u, "")); !p.Confident || !p.At.Equal(at) {
		t.Errorf("nothing to see, and %+v (before %v)", p, at)
	}
}

func TestContraryEvidencePartsOnce(t *testing.T) {
	s := &story{t: t, at: evening}
	if p := s.look(ch(z, "루비아나"), ch(u, "루비아나")); p == nil || !p.Confident {
		t.Fatalf("%+v", p)
	}
	p := s.look(ch(z, "루비아나", on("마크 하드코어 100일", 0)), ch(u, "루비아나", on("새벽 낚시 갯바위 돌돔", 7200)))
	if p == nil || p.Confident || !strings.Contains(kinds(p), KindParted) {
		t.Fatalf("two broadcasts at once: %+v", p)
	}
	if p = s.look(ch(z, "루비아나"), ch(u, "루비아나")); p.Confident {
		t.Errorf("flapped: %+v", p)
	}
	if p = s.look(ch(z, "루비아나", links("https://www.youtube.com/channel/"+tubeA)), ch(u, "루비아나", links("https://chzzk.naver.com/"+chzzkA))); !p.Confident || strings.Contains(kinds(p), KindParted) {
		t.Errorf("links did not bring them back: %+v", p)
	}
}

func TestStrongerRivalTakesOver(t *testing.T) {
	s := &story{t: t, at: evening}
	if p := s.look(ch(z, "루비아나"), ch(u, "루비아나")); p == nil || !p.Confident {
		t.Fatalf("%+v", p)
	}
	a, b := ch(z, "루비아나", links("https://www.youtube.com/channel/"+tubeB)), ch("youtube:"+tubeB, "Rubi", links("https://chzzk.naver.com/"+chzzkA))
	found := Find([]Channel{a, ch(u, "루비아나"), b}, s.known, s.at)
	if p := proposalOf(found, a.ID, b.ID); p == nil || !p.Confident {
		t.Errorf("%+v", p)
	}
	if p := proposalOf(found, a.ID, ch(u, "").ID); p == nil || p.Confident {
		t.Errorf("%+v", p)
	}
}

// Whoever copies a name, a title and a start, and names one of the two, parts nobody and is joined with nobody.
func TestImpostorPartsNobody(t *testing.T) {
	title := "오늘은 꼭 골드 간다 승급전 3판 남음"
	a, b := ch(z, "졸린감자", on(title, 0)), ch(u, "졸린감자", on(title, 40))
	known := Find(append(crowdAround(), a, b), nil, evening)
	fake := ch("youtube:"+tubeB, "졸린감자", on(title, 5), links("https://chzzk.naver.com/"+chzzkA))
	for range 2 {
		known = Find(append(crowdAround(), a, b, fake), known, evening)
		if p := proposalOf(known, a.ID, b.ID); p == nil || !p.Confident {
			t.Errorf("parted: %+v", p)
		}
		if p := proposalOf(known, a.ID, fake.ID); p != nil && p.Confident {
			t.Errorf("joined: %+v", p)
		}
	}
}

// Who has a partner keeps it while the partner is not to be seen.
func TestPartnerAwayKeepsItsPlace(t *testing.T) {
	a, b := ch(z, "졸린감자"), ch(u, "Quiet King")
	known := []live.Proposal{{Channels: [2]live.ChannelID{a.ID, b.ID}, Score: 990, Confident: true}}
	other := ch("youtube:"+tubeB, "아야츠노 유니")
	a.Name = other.Name
	if p := proposalOf(Find([]Channel{a, other}, nil, evening), a.ID, other.ID); p == nil || !p.Confident {
		t.Fatalf("%+v", p)
	}
	if p := proposalOf(Find([]Channel{a, other}, known, evening), a.ID, other.ID); p == nil || p.Confident {
		t.Errorf("%+v", p)
	}
}

// One evening apart is no news of those who go on the air together.
func TestOneEveningApartIsNoNews(t *testing.T) {
	s := &story{t: t, at: evening}
	title := "오늘은 꼭 골드 간다 승급전 3판 남음"
	if p := s.look(ch(z, "루비아나", on(title, 0)), ch(u, "루비아나", on(title, 40))); p == nil || !p.Confident {
		t.Fatalf("%+v", p)
	}
	if p := s.look(ch(z, "루비아나", on("마크 하드코어 100일", 0)), ch(u, "루비아나", on("새벽 낚시 갯바위 돌돔", 7200))); !p.Confident {
		t.Errorf("%+v", p)
	}
}

// People of one habit begin alike now and then; one person does on every day.
func TestDaysAddUp(t *testing.T) {
	s := &story{t: t, at: evening}
	night := func() *live.Proposal {
		return s.look(ch(z, "감자", on("저챗", 0)), ch(u, "감자", on("저챗", 170)))
	}
	p := night()
	if p == nil || p.Confident {
		t.Fatalf("one greeting joined them: %+v", p)
	}
	for n := 2; !p.Confident; n++ {
		if n > maxDays {
			t.Fatalf("never joined: %+v", p)
		}
		p = night()
	}
	if !strings.Contains(kinds(p), KindDays) {
		t.Errorf("%+v", p)
	}
}

func TestHostilePastIsBounded(t *testing.T) {
	a, b := ch(z, "우왁굳"), ch(u, "우왁굳")
	past := live.Proposal{Channels: [2]live.ChannelID{b.ID, a.ID}, Score: -5, Confident: true, At: evening}
	for range 1000 {
		past.Evidence = append(past.Evidence, live.Evidence{Kind: "made up", Detail: strings.Repeat("2026-11-20 ", 100)}, live.Evidence{Kind: KindDays, Detail: "never 2026-99-99 2026-11-19"})
	}
	p := proposalOf(Find([]Channel{a, b}, []live.Proposal{past}, evening), a.ID, b.ID)
	if p == nil || len(p.Evidence) > maxEvidence+3 || p.Score < leastConfident || p.Channels[0] != a.ID {
		t.Errorf("%d pieces of evidence, score %d", len(p.Evidence), p.Score)
	}
}
