package workers

import (
	"context"
	"fmt"
	"net/url"

	"onair/live"
)

var _ BrowserPool = (*EgressPool)(nil)

// Through implements BrowserPool: the least recently used egress, whether or not it rests from plain requests. A local
// address is none: Chromium cannot be told to send from one.
func (p *EgressPool) Through(platform live.Platform, region string) (*Egress, *url.URL, error) {
	var best *exit
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.fit(platform, region) {
		if !x.Local.IsValid() && (best == nil || p.slot(x.Label, platform).used.Before(p.slot(best.Label, platform).used)) {
			best = x
		}
	}
	if best == nil {
		return nil, nil, fmt.Errorf("%w: no egress for a browser on %s in region %.40s", live.ErrSetting, platform, region)
	}
	e := p.egress(best, platform)
	if best.Proxy == "" {
		return e, nil, nil
	}
	u, err := best.proxy()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: egress %s: %w", live.ErrSetting, best.Label, err)
	}
	return e, u, nil
}

// Turn implements BrowserPool.
func (p *EgressPool) Turn(ctx context.Context, e *Egress, platform live.Platform) error {
	p.mu.Lock()
	wait := p.slot(e.Label, platform).take(p.clock.Now(), p.pace)
	p.mu.Unlock()
	return live.Wait(ctx, p.clock, wait)
}
