package source

import (
	"context"
	"testing"
	"time"
)

// Looks returns the looks of Watch, one at a time.
func Looks(t *testing.T, dir string, rest time.Duration, clock Clock, arrived func(Entry)) func(context.Context) (waiting bool, err error) {
	t.Helper()
	l, err := newLocal(dir, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	return newWatch(l, rest, clock, arrived).look
}
