package source

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// slowestRate is the least that a Throttle lets through, bytes per second: far
// above what counts as a stalled fetch.
const slowestRate = 16 << 10

// Throttle bounds how many bytes a second all fetches together take. It may be
// changed while they go on, and used by several goroutines.
type Throttle struct {
	limiter *rate.Limiter
	clock   Clock
}

// NewThrottle makes a throttle of the given rate; 0 means no bound. The clock
// may be nil.
func NewThrottle(bytesPerSecond int64, clock Clock) *Throttle {
	if clock == nil {
		clock = systemClock{}
	}
	t := &Throttle{limiter: rate.NewLimiter(rate.Inf, bufferSize), clock: clock}
	t.Set(bytesPerSecond)
	return t
}

// Set changes the rate, bytes per second; 0 means no bound, and less than
// 16 KiB counts as that.
func (t *Throttle) Set(bytesPerSecond int64) {
	limit := rate.Inf
	if bytesPerSecond > 0 {
		limit = rate.Limit(max(bytesPerSecond, slowestRate))
	}
	t.limiter.SetLimitAt(t.clock.Now(), limit)
}

// wait returns when n more bytes, at most bufferSize, may go by. A nil throttle
// never waits.
func (t *Throttle) wait(ctx context.Context, n int) error {
	if t == nil || n == 0 {
		return nil
	}
	now := t.clock.Now()
	delay := t.limiter.ReserveN(now, n).DelayFrom(now)
	if delay <= 0 {
		return nil
	}
	due := make(chan struct{})
	timer := t.clock.AfterFunc(min(delay, time.Minute), func() { close(due) })
	defer timer.Stop()
	select {
	case <-due:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
