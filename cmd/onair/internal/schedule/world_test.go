package schedule

import (
	"onair/live"
	"onair/platform"
)

// simulated are sources that ask the simulator.
func simulated(origin, name string, clock live.Clock) ([]platform.Source, error) {
	settings := map[live.Platform]platform.Config{
		"chzzk":   {Endpoints: map[string]string{"api": origin + "/chzzk/api"}},
		"soop":    {Endpoints: map[string]string{"live": origin + "/soop/live", "station": origin + "/soop/chapi"}},
		"twitch":  {Endpoints: map[string]string{"id": origin + "/twitch/id", "helix": origin + "/twitch/helix"}, ClientID: platform.Secret(name), ClientSecret: "demo"},
		"youtube": {Endpoints: map[string]string{"api": origin + "/youtube", "feeds": origin + "/youtube"}, Key: platform.Secret(name)},
	}
	var out []platform.Source
	for _, id := range platform.Names() {
		c := settings[id]
		c.Clock, c.Images = clock, []string{origin}
		s, err := platform.New(id, c)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
