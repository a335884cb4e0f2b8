package tray

import (
	"testing"

	"go.uber.org/goleak"

	"onair/api/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ref(id, name string) client.Ref { return client.Ref{ID: id, Name: name} }
