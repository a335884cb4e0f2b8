package browser

import (
	goflag "flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goflag.Parse()
	_ = goflag.Set("test.parallel", "4") // most of a browser's time passes in waiting for what a site does not do
	goleak.VerifyTestMain(m)
}
