package source

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"hindsite.app/player/fault"
)

// watchdog ends a request that does not go on: no response, no byte for some
// time, or too few over a longer one.
type watchdog struct {
	opts   Options
	cancel context.CancelCauseFunc
	timer  Timer

	since time.Time // of the current span for the slow rate
	bytes int64     // in it
}

var (
	errNoResponse = fault.New(fault.Server, "the origin does not answer")
	errStalled    = fault.New(fault.Server, "the origin has stopped sending")
	errSlow       = fault.New(fault.Server, "the origin is too slow")
)

func newWatchdog(opts Options, cancel context.CancelCauseFunc) *watchdog {
	w := &watchdog{opts: opts, cancel: cancel}
	w.timer = opts.Clock.AfterFunc(opts.HeaderTimeout, func() { cancel(errNoResponse) })
	return w
}

// begin starts to watch the body.
func (w *watchdog) begin() {
	w.timer.Stop()
	w.timer = w.opts.Clock.AfterFunc(w.opts.StallTimeout, func() { w.cancel(errStalled) })
	w.since = w.opts.Clock.Now()
}

// saw tells that n bytes came, and returns an error when they are too few.
func (w *watchdog) saw(n int) error {
	w.timer.Reset(w.opts.StallTimeout)
	w.bytes += int64(n)
	now := w.opts.Clock.Now()
	span := now.Sub(w.since)
	if span < w.opts.SlowFor {
		return nil
	}
	if float64(w.bytes) < float64(w.opts.SlowRate)*span.Seconds() {
		return errSlow
	}
	w.since, w.bytes = now, 0
	return nil
}

func (w *watchdog) stop() { w.timer.Stop() }

// dogged puts each request under a watchdog, from the question to the last byte
// of the answer.
type dogged struct {
	next http.RoundTripper
	opts Options
}

// RoundTrip implements http.RoundTripper. Its errors carry a class.
func (d dogged) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	w := newWatchdog(d.opts, cancel)
	resp, err := d.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		w.stop()
		err = requestError(ctx, err)
		cancel(nil)
		return nil, err
	}
	w.begin()
	resp.Body = &watched{body: resp.Body, dog: w, ctx: ctx, cancel: cancel}
	return resp, nil
}

// watched is a body under a watchdog.
type watched struct {
	body   io.ReadCloser
	dog    *watchdog
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	if n > 0 {
		if slow := w.dog.saw(n); slow != nil {
			return n, slow
		}
	}
	if err == nil || err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) && w.ctx.Err() == nil {
		return n, err
	}
	return n, requestError(w.ctx, err)
}

func (w *watched) Close() error {
	w.dog.stop()
	w.cancel(nil)
	return w.body.Close()
}
