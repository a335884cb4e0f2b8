package planner

import (
	"math"
	"sync"
	"time"
	_ "time/tzdata" // midnight Pacific must be known on machines without zone files
)

// reservePart of a budget (one in fifty) is never planned: it covers requests of a former leader that are on their way
// and not counted yet.
const reservePart = 50

var pacific = sync.OnceValue(func() *time.Location {
	l, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic(err) // tzdata is linked
	}
	return l
})

// pacificMidnight is when the quota's day of t began.
func pacificMidnight(t time.Time) time.Time {
	y, m, d := t.In(pacific()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, pacific())
}

// nextMidnight is when the quota's day of t ends; days have 23 to 25 hours.
func nextMidnight(t time.Time) time.Time {
	return pacificMidnight(pacificMidnight(t).Add(30 * time.Hour))
}

// spent is what the offer's bucket has lost today: what the log counted, and what may be on its way there.
func (t *turn) spent() int {
	b := t.offer.Cost.Bucket
	return t.s.View.Spent(t.id, b) + t.s.Sent.Cost(t.id, b, t.now.Add(-t.Every))
}

// left is what may still be planned today from the offer's bucket.
func (t *turn) left() int {
	budget, bounded := t.Budgets[t.offer.Cost.Bucket]
	if t.offer.Cost.Units == 0 || !bounded {
		return math.MaxInt32
	}
	reserve := (budget + reservePart - 1) / reservePart
	return max(budget-reserve-t.spent(), 0)
}
