package clarity

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
	"hindsite.app/player/fault"
)

// view is one page view: what the recorder calls a page.
type view struct {
	number     int64
	url, title string
	tab        string
	start      int64 // milliseconds since the Unix epoch, 0 where the recorder did not say
	events     []timed
}

// timed is an event with its time within the view.
type timed struct {
	at, kind int64
	value    jsontext.Value
}

// translate writes the payloads of one session, in order, as rrweb events.
func translate(ctx context.Context, payloads []payload, odd format.Anomalies, l format.Limits) (*rebuild.Lines, format.About, error) {
	a := aboutOf(payloads[0])
	views, err := viewsOf(payloads, &a, odd, l)
	if err != nil {
		return nil, a, err
	}
	if a.Visitor == "" {
		a.Visitor = format.Clip(payloads[0].user)
	}
	out := rebuild.NewLines(l)
	tabs := map[string]*page{}
	for _, v := range views {
		if err := ctx.Err(); err != nil {
			return nil, a, err
		}
		p := tabs[v.tab]
		if p == nil {
			p = &page{Page: rebuild.NewPage(out, odd, l, v.tab, v.start), limits: l}
			tabs[v.tab] = p
		}
		if err := p.follow(ctx, v); err != nil {
			return nil, a, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tabs)) {
		if err := tabs[name].Finish(); err != nil {
			return nil, a, err
		}
	}
	if out.Len() == 0 {
		return nil, a, errNoPayload
	}
	return out, a, nil
}

// follow takes all events of a view.
func (p *page) follow(ctx context.Context, v view) error {
	if err := p.At(v.start); err != nil {
		return err
	}
	if err := p.view(v.url, v.title); err != nil {
		return err
	}
	for i, e := range v.events {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if e.kind == eventMetric || e.kind == eventDimension || e.kind == eventVariable {
			continue // read before
		}
		t, err := tokensOf(e.value)
		if err != nil {
			p.Odd.Add(format.BadEvent, 1)
			continue
		}
		if err := p.At(v.start + e.at); err != nil {
			return err
		}
		if err := p.event(e.kind, t); err != nil {
			return err
		}
	}
	return nil
}

// viewsOf sorts what the payloads hold into views, and learns what they say of
// the session.
func viewsOf(payloads []payload, a *format.About, odd format.Anomalies, l format.Limits) ([]view, error) {
	var views []view
	count := 0
	for _, p := range payloads {
		if count += len(p.events); count > l.Events {
			return nil, fault.New(fault.Limit, "read session: more than %d events", l.Events)
		}
		if len(views) == 0 || views[len(views)-1].number != p.page {
			views = append(views, view{number: p.page, url: p.url})
		}
		v := &views[len(views)-1]
		for _, raw := range p.events {
			e, ok := timedOf(raw)
			switch {
			case !ok:
				odd.Add(format.BadEvent, 1)
				continue
			case e.kind == eventWebView || e.kind == eventWebViewMore:
				return nil, fault.New(fault.Unsupported, "read Clarity payload: recorded in a mobile application, which has no page")
			case e.kind < 0 || e.kind > lastEvent:
				odd.Add(format.UnknownEvent, 1)
				continue
			}
			v.events = append(v.events, e)
		}
	}
	for i := range views {
		v := &views[i]
		slices.SortStableFunc(v.events, func(a, b timed) int { return int(min(max(a.at-b.at, -1), 1)) })
		v.learn(a)
	}
	place(views, odd)
	return views, nil
}

// maxSpan bounds the time of an event within its view, milliseconds: a week.
const maxSpan = 7 * 24 * 3600 * 1000

// timedOf reads the time and the kind of an event.
func timedOf(v jsontext.Value) (timed, bool) {
	e := timed{value: v}
	dec := jsontext.NewDecoder(strings.NewReader(string(v[:min(len(v), 64)])), options())
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '[' {
		return e, false
	}
	for _, into := range []*int64{&e.at, &e.kind} {
		t, err := dec.ReadToken()
		if err != nil || t.Kind() != '0' {
			return e, false
		}
		f, err := t.Float()
		if err != nil || f < 0 || f > maxSpan {
			return e, false
		}
		*into = int64(f)
	}
	return e, true
}

// place gives views of which the start is not known that of the end of the
// view before, and orders them.
func place(views []view, odd format.Anomalies) {
	first := int64(0)
	for _, v := range views {
		if v.start != 0 && (first == 0 || v.start < first) {
			first = v.start
		}
	}
	last := first
	for i := range views {
		v := &views[i]
		if v.start == 0 {
			odd.Add(format.BadTime, 1)
			v.start = last
		}
		last = v.start
		if n := len(v.events); n > 0 {
			last += v.events[n-1].at
		}
	}
	slices.SortStableFunc(views, func(a, b view) int { return int(min(max(a.start-b.start, -1), 1)) })
}
