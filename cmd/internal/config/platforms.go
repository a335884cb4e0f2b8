package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"onair/live"
	"onair/platform"
)

// Platforms are the settings of what is gathered. Every platform's own settings are in platform.Registry; they are
// given as PLATFORM.SETTING=VALUE, or as ONAIR_PLATFORM_SETTING in the environment.
type Platforms struct {
	Platforms []string          `help:"Platforms to gather; all when empty." placeholder:"NAME" env:"ONAIR_PLATFORMS"`
	Set       map[string]string `help:"A platform's own setting: PLATFORM.SETTING=VALUE (see \"onair check --settings\"). Secrets only as PLATFORM.SETTING_file=PATH." placeholder:"KEY=VALUE" mapsep:";"`

	// Given are settings that the program itself knows, secrets too: the demo's. They are looked up last.
	Given map[string]string `kong:"-"`
}

// maxSecret bounds a secret file: a longer one is the wrong file.
const maxSecret = 4096

// Source is one platform as configured.
type Source struct {
	platform.Source
	Off string // why nothing is gathered from it; "" when it is on
}

// Sources makes every platform of the registry, those that are switched off or lack a setting with the reason in Off.
// lookup is os.LookupEnv in programs. Errors name the setting at fault.
func (p Platforms) Sources(clock live.Clock, lookup func(string) (string, bool)) ([]Source, error) {
	for _, name := range p.Platforms {
		if !slices.Contains(platform.Names(), live.Platform(name)) {
			return nil, fmt.Errorf("--platforms: %.40q is none of %v", name, platform.Names())
		}
	}
	left := map[string]bool{}
	for k := range p.Set {
		left[k] = true
	}
	var all []Source
	for _, e := range platform.Registry() {
		c := platform.Config{Clock: clock, Endpoints: map[string]string{}, Options: map[string]string{}}
		for _, s := range append(slices.Clone(e.Settings), platform.Setting{Name: "user_agent"}, platform.Setting{Name: "images"}) {
			v, err := p.value(string(e.Name), s.Name, lookup, left)
			if err != nil {
				return nil, err
			}
			if v == "" {
				continue
			}
			group, name, _ := strings.Cut(s.Name, ".")
			switch group {
			case "endpoints":
				c.Endpoints[name] = v
			case "options":
				c.Options[name] = v
			case "client_id":
				c.ClientID = platform.Secret(v)
			case "client_secret":
				c.ClientSecret = platform.Secret(v)
			case "key":
				c.Key = platform.Secret(v)
			case "user_agent":
				c.UserAgent = v
			case "images":
				c.Images = strings.Split(v, ",")
			default:
				return nil, fmt.Errorf("platform %s: setting %s is of no known group", e.Name, s.Name)
			}
		}
		src, err := platform.New(e.Name, c)
		if err != nil {
			return nil, fmt.Errorf("--set: %w", err)
		}
		s := Source{Source: src}
		if len(p.Platforms) > 0 && !slices.Contains(p.Platforms, string(e.Name)) {
			s.Off = "switched off"
		} else if err := src.Ready(); err != nil {
			s.Off = err.Error()
		}
		all = append(all, s)
	}
	for k := range left {
		return nil, fmt.Errorf("--set: no such setting: %.80q (\"onair check --settings\" lists them)", k)
	}
	return all, nil
}

// value finds one setting: --set, then the environment, then what the program gives; a credential may also be in a file that either names.
func (p Platforms) value(name, setting string, lookup func(string) (string, bool), left map[string]bool) (string, error) {
	key := name + "." + setting
	env := EnvName(name, setting)
	secret := setting == "client_secret" || setting == "key"
	delete(left, key)
	if v, ok := p.Set[key]; ok {
		if secret {
			return "", fmt.Errorf("--set %s: a secret is given as %s_file=PATH or in %s, where other processes cannot read it", key, key, env)
		}
		return v, nil
	}
	if credential := secret || setting == "client_id"; credential {
		delete(left, key+"_file")
		if path := p.Set[key+"_file"]; path != "" {
			return ReadSecret("--set "+key+"_file", path)
		}
		if path, ok := lookup(env + "_FILE"); ok && path != "" {
			return ReadSecret(env+"_FILE", path)
		}
	}
	if v, ok := lookup(env); ok {
		return strings.TrimSpace(v), nil
	}
	return p.Given[key], nil
}

// EnvName is the environment variable of a platform's setting: ONAIR_CHZZK_ENDPOINTS_API.
func EnvName(platform, setting string) string {
	return "ONAIR_" + strings.ToUpper(platform+"_"+strings.ReplaceAll(setting, ".", "_"))
}

// ReadSecret reads a credential that only its owner may read.
func ReadSecret(setting, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", setting, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", setting, err)
	case !info.Mode().IsRegular() || info.Size() > maxSecret:
		return "", fmt.Errorf("%s: %s is not a small file", setting, path)
	case info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("%s: %s can be read by others; chmod 600 it", setting, path)
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil {
		return "", fmt.Errorf("%s: %w", setting, err)
	}
	v := strings.TrimSpace(string(b))
	if v == "" {
		return "", fmt.Errorf("%s: %w", setting, errEmptySecret)
	}
	return v, nil
}

var errEmptySecret = errors.New("the file is empty")
