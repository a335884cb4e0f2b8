package embed

import (
	"testing"
	"time"
)

func TestCertificateIsRenewedNearItsEnd(t *testing.T) {
	t.Parallel()
	k, now := keyring(t.TempDir()), time.Now()
	names := []string{"localhost"}
	first, ca, err := k.serverCertificate(names, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at  time.Duration
		new bool
	}{{0, false}, {serverLife - renewBefore - time.Minute, false}, {serverLife - renewBefore + time.Minute, true}, {5 * 365 * 24 * time.Hour, true}, {0, true}} {
		pair, again, err := k.serverCertificate(names, now.Add(c.at))
		if err != nil || string(again) != string(ca) {
			t.Fatalf("after %v: %v", c.at, err)
		}
		if renewed := !pair.Leaf.Equal(first.Leaf); renewed != c.new {
			t.Errorf("after %v: renewed %v", c.at, renewed)
		}
		if at := now.Add(c.at); at.Before(pair.Leaf.NotBefore) || at.After(pair.Leaf.NotAfter) {
			t.Errorf("after %v: from %v to %v", c.at, pair.Leaf.NotBefore, pair.Leaf.NotAfter)
		}
		first = pair
	}
}
