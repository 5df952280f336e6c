package chromium

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed js/*.js
var scripts embed.FS

// helper returns the script of the isolated world.
func helper() (string, error) {
	names, err := fs.Glob(scripts, "js/*.js")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("(() => { 'use strict';\n")
	for _, name := range names {
		text, err := scripts.ReadFile(name)
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	b.WriteString("})()")
	return b.String(), nil
}

// policy is the content security policy of every document.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'; frame-src 'none'; navigate-to 'none'"

// shell is what an empty document is written from.
const shell = `<html><head><meta http-equiv="Content-Security-Policy" content="` + policy + `"></head><body></body></html>`

// calm is the sheet that every tree has. Pages are drawn at rest, and without a
// blinking cursor.
const calm = `*, *::before, *::after, ::backdrop {
  transition: none !important; animation-duration: 1ms !important; animation-delay: -1ms !important;
  animation-iteration-count: 1 !important; animation-play-state: running !important;
  scroll-behavior: auto !important; caret-color: transparent !important;
}
noscript { display: none !important }`

// tab is a tab of a browser, in a browser context of its own.
type tab struct {
	browser *browser
	ctx     context.Context
	end     context.CancelCauseFunc
	stop    context.CancelFunc
	world   runtime.ExecutionContextID
}

// open opens an empty tab from which nothing gets out.
func (b *browser) open(ctx context.Context) (*tab, error) {
	root, end := context.WithCancelCause(b.ctx)
	tctx, stop := chromedp.NewContext(root, chromedp.WithNewBrowserContext(func(p *target.CreateBrowserContextParams) {
		p.ProxyServer, p.ProxyBypassList = deadProxy, "<-loopback>"
	}))
	t := &tab{browser: b, ctx: tctx, end: end, stop: stop}
	// The first call gives the tab its context, which must not end with the call.
	done := make(chan error, 1)
	go func() { done <- chromedp.Do(tctx) }()
	err := t.await(ctx, done)
	if err == nil {
		err = t.do(ctx, t.isolate)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open tab: %w", err), t.close())
	}
	return t, nil
}

// await waits for a call that cannot be given a context of its own.
func (t *tab) await(ctx context.Context, done <-chan error) error {
	timer := time.NewTimer(t.browser.call)
	defer timer.Stop()
	select {
	case err := <-done:
		return t.explain(ctx, err)
	case <-timer.C:
		t.browser.kill(ErrHung)
		return ErrHung
	case <-ctx.Done():
		return ctx.Err()
	}
}

// do makes calls under the watchdog. A browser that does not answer is killed.
func (t *tab) do(ctx context.Context, calls func(context.Context, *chromedp.Target) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	inner, cancel := context.WithTimeoutCause(t.ctx, t.browser.call, ErrHung)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	err := chromedp.Do(inner, chromedp.Func(calls))
	if err != nil && ctx.Err() == nil && context.Cause(inner) == error(ErrHung) {
		t.browser.kill(ErrHung)
		return ErrHung
	}
	return t.explain(ctx, err)
}

// explain turns the end of a call into what it means: cancelled, a browser that
// is no more, or an answer that says no.
func (t *tab) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case t.ctx.Err() != nil:
		if cause := context.Cause(t.ctx); errors.Is(cause, ErrHung) || errors.Is(cause, errClosed) {
			return cause
		}
		return ErrDied
	case errors.Is(err, context.Canceled), errors.Is(err, chromedp.ErrTargetDetached):
		return ErrDied
	}
	return err
}

// isolate puts up the layers that belong to a tab.
func (t *tab) isolate(ctx context.Context, c *chromedp.Target) error {
	if err := chromedp.Listen(t.ctx, func(ev any) {
		if _, ok := ev.(*inspector.EventTargetCrashed); ok {
			t.end(ErrDied)
		}
	}); err != nil {
		return err
	}
	go t.refuse(c)
	for _, step := range []func() error{
		func() error {
			return empty(cdp.Call(ctx, c, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
		},
		func() error {
			return empty(cdp.Call(ctx, c, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "*"}}}))
		},
		func() error { return offline(ctx, c) },
		func() error {
			return empty(cdp.Call(ctx, c, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
		},
		// The client's own view of the tree would cost as much as the page.
		func() error { return empty(cdp.Call(ctx, c, css.Disable, cdp.Empty{})) },
		func() error { return empty(cdp.Call(ctx, c, dom.Disable, cdp.Empty{})) },
		func() error { return empty(cdp.Call(ctx, c, log.Disable, cdp.Empty{})) },
		func() error { return t.enter(ctx, c) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func empty[R any](_ R, err error) error { return err }

// refuse fails every request that a page makes in spite of everything.
func (t *tab) refuse(c *chromedp.Target) {
	for ev, err := range cdp.Events(t.ctx, c, fetch.RequestPaused) {
		if err != nil {
			return
		}
		_, _ = cdp.Call(t.ctx, c, fetch.FailRequest, fetch.FailRequestParams{RequestID: ev.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
	}
}

// offline takes the network away from a tab, in the way that the browser knows.
func offline(ctx context.Context, c *chromedp.Target) error {
	_, err := cdp.Call(ctx, c, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: true}}})
	if err != nil {
		err = c.Call(ctx, "Network.emulateNetworkConditions", map[string]any{"offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}, nil)
	}
	return err
}

// enter makes the isolated world and puts the helper into it.
func (t *tab) enter(ctx context.Context, c *chromedp.Target) error {
	frame := cdp.FrameID(c.TargetID)
	world, err := cdp.Call(ctx, c, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: "hindsite"})
	if err != nil {
		return err
	}
	t.world = world.ExecutionContextID
	script, err := helper()
	if err != nil {
		return err
	}
	result, err := cdp.Call(ctx, c, runtime.Evaluate, runtime.EvaluateParams{Expression: script, ContextID: t.world})
	if err == nil && result.ExceptionDetails != nil {
		err = wrong(result.ExceptionDetails)
	}
	if err != nil {
		return fmt.Errorf("load helper: %w", err)
	}
	return t.function(ctx, c, "function(a, b) { hindsite.setUp(a, b) }", nil, calm, shell)
}

// wrong is an error of the helper. What it says could hold recorded text, so
// only its place is kept.
func wrong(e *runtime.ExceptionDetails) error {
	return fmt.Errorf("internal error: helper failed at %d:%d", e.LineNumber+1, e.ColumnNumber+1)
}

// function calls a function in the isolated world and reads its result.
func (t *tab) function(ctx context.Context, c *chromedp.Target, code string, result any, args ...string) error {
	yes := true
	p := runtime.CallFunctionOnParams{FunctionDeclaration: code, ExecutionContextID: t.world, ReturnByValue: &yes, AwaitPromise: &yes, Silent: &yes}
	for _, a := range args {
		quoted, _ := jsontext.AppendQuote(nil, a)
		p.Arguments = append(p.Arguments, &runtime.CallArgument{Value: quoted})
	}
	r, err := cdp.Call(ctx, c, runtime.CallFunctionOn, p)
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil:
		return wrong(r.ExceptionDetails)
	case result == nil || r.Result == nil:
		return nil
	}
	return json.Unmarshal(r.Result.Value, result)
}

// pieceBytes is how much of a program is sent at once.
const pieceBytes = 4 << 20

// run runs a program, and forgets handles that no program names any more.
func (t *tab) run(ctx context.Context, program []byte, gone []handle) error {
	forget, err := json.Marshal(append([]handle{}, gone...))
	if err != nil {
		return err
	}
	return t.do(ctx, func(ctx context.Context, c *chromedp.Target) error {
		begin := "true" // what a call that was cancelled left behind is dropped
		for len(program) > pieceBytes {
			n := pieceBytes
			for program[n]&0xc0 == 0x80 {
				n-- // between characters
			}
			if err := t.function(ctx, c, "function(a) { hindsite.feed(a, "+begin+") }", nil, string(program[:n])); err != nil {
				return err
			}
			program, begin = program[n:], "false"
		}
		return t.function(ctx, c, "function(a, b) { hindsite.feed(a, "+begin+"); hindsite.run(JSON.parse(b)) }", nil, string(program), string(forget))
	})
}

// resize sets the size of the viewport.
func (t *tab) resize(ctx context.Context, w, h int) error {
	return t.do(ctx, func(ctx context.Context, c *chromedp.Target) error {
		return empty(cdp.Call(ctx, c, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(w), Height: int64(h), DeviceScaleFactor: 1}))
	})
}

// hover puts the pointer on an element, where it can be hit, or takes it away
// for handle 0. It is a real pointer: forcing the look of single elements would
// need the client's view of the tree, which is not made for hostile pages.
func (t *tab) hover(ctx context.Context, h handle) error {
	return t.do(ctx, func(ctx context.Context, c *chromedp.Target) error {
		at := [2]float64{-1, -1} // outside
		if h != 0 {
			if err := t.function(ctx, c, fmt.Sprintf("function() { return hindsite.spot(%d) }", h), &at); err != nil {
				return err
			}
		}
		return empty(cdp.Call(ctx, c, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at[0], Y: at[1]}))
	})
}

// text reads what a reader of the page can see.
func (t *tab) text(ctx context.Context) (text string, err error) {
	err = t.do(ctx, func(ctx context.Context, c *chromedp.Target) error {
		return t.function(ctx, c, "function() { return hindsite.text() }", &text)
	})
	return text, err
}

// close closes the tab. A browser that is gone has closed it already.
func (t *tab) close() error {
	t.end(errClosed)
	t.stop()
	return nil
}
