package clarity

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// payload is what the recorder sent at once.
type payload struct {
	session, project, user string
	page                   int64 // number of the page within the session
	sequence               int64 // of the payload within the page
	url                    string
	events                 []jsontext.Value
	bytes                  int
}

// errNoPayload says that a value is no payload.
var errNoPayload = fault.New(fault.Schema, "read Clarity file: no payloads in it")

// options for hostile JSON: bad UTF-8 becomes U+FFFD.
func options() jsontext.Options { return jsontext.AllowInvalidUTF8(true) }

// payloads reads a file of payloads: one, several one behind the other, or
// lists of them. What cannot be read behind the first is counted.
func payloads(ctx context.Context, r io.Reader, odd format.Anomalies, l format.Limits) (all []payload, err error) {
	bounded := &budget{r: r, line: l.Line, total: l.Session}
	dec := jsontext.NewDecoder(bounded, options())
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		bounded.next()
		if kind := dec.PeekKind(); kind == '[' || kind == ']' {
			if _, err := dec.ReadToken(); err != nil {
				return all, cut(err, all, odd)
			}
			continue
		}
		v, err := dec.ReadValue()
		if errors.Is(err, io.EOF) && len(all) > 0 && dec.StackDepth() == 0 {
			return all, nil
		}
		if err != nil {
			return all, cut(err, all, odd)
		}
		p, err := parsePayload(v.Clone(), l)
		switch {
		case fault.Of(err) == fault.Unsupported || fault.Of(err) == fault.Limit:
			return nil, err
		case err != nil:
			odd.Add(format.BadEvent, 1)
		default:
			all = append(all, p)
		}
		if len(all) > l.Events {
			return nil, fault.New(fault.Limit, "read Clarity file: more than %d payloads", l.Events)
		}
	}
}

// cut says what a fault in the middle of a file means.
func cut(err error, all []payload, odd format.Anomalies) error {
	var syntax *jsontext.SyntacticError
	switch {
	case fault.Of(err) != "":
		return err
	case !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return fault.Default(fault.Truncated, err)
	case len(all) == 0:
		return errNoPayload
	}
	odd.Add(format.EndsEarly, 1)
	return nil
}

// budget bounds what is read for one value, and in all.
type budget struct {
	r     io.Reader
	line  int
	left  int
	total int64
}

func (b *budget) next() { b.left = b.line }

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 || b.total <= 0 {
		return 0, fault.New(fault.Limit, "read Clarity file: a payload or a session is too large")
	}
	p = p[:min(len(p), b.left, int(min(b.total, math.MaxInt32)))]
	n, err := b.r.Read(p)
	b.left, b.total = b.left-n, b.total-int64(n)
	return n, err
}

// The members of a payload's envelope.
const (
	envVersion   = 0
	envSequence  = 1
	envProject   = 4
	envUser      = 5
	envSession   = 6
	envPage      = 7
	envPlatform  = 10
	envURL       = 11
	leastMembers = 10
)

// parsePayload reads one payload. The events are looked at later.
func parsePayload(v jsontext.Value, l format.Limits) (payload, error) {
	p := payload{bytes: len(v)}
	if v.Kind() != '{' {
		return p, errNoPayload
	}
	dec := jsontext.NewDecoder(strings.NewReader(string(v)), options())
	if _, err := dec.ReadToken(); err != nil {
		return p, errNoPayload
	}
	enveloped := false
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return p, errNoPayload
		}
		member := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return p, errNoPayload
		}
		switch member {
		case "e":
			if err := p.envelope(value); err != nil {
				return p, err
			}
			enveloped = true
		case "a", "p":
			events, err := elements(value.Clone())
			if err != nil {
				return p, errNoPayload
			}
			p.events = append(p.events, events...)
		}
		if len(p.events) > l.Events {
			return p, fault.New(fault.Limit, "read Clarity payload: more than %d events", l.Events)
		}
	}
	if !enveloped {
		return p, errNoPayload
	}
	return p, nil
}

func (p *payload) envelope(v jsontext.Value) error {
	e, err := tokensOf(v)
	if err != nil || len(e) < leastMembers || e[envVersion].kind != '"' {
		return errNoPayload
	}
	if !readable(e[envVersion].text) {
		return fault.New(fault.Unsupported, "read Clarity payload: version %s; those of 0.7 to 0.9 are read", shown(e[envVersion].text))
	}
	p.sequence, p.page = e[envSequence].int(), e[envPage].int()
	p.project, p.user, p.session = e[envProject].text, e[envUser].text, e[envSession].text
	if len(e) > envURL {
		p.url = e[envURL].text
	}
	if len(e) > envPlatform && e[envPlatform].int() != 0 {
		return fault.New(fault.Unsupported, "read Clarity payload: recorded in a mobile application, which has no page")
	}
	return nil
}

// readable reports whether a version is at most one minor version away from
// 0.8, as far as the recorder's own decoder goes.
func readable(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 || parts[0] != "0" {
		return false
	}
	minor, err := strconv.Atoi(parts[1])
	return err == nil && minor >= 7 && minor <= 9
}

// shown returns a version as it can stand in a message.
func shown(version string) string {
	for _, r := range version {
		if (r < '0' || r > '9') && r != '.' {
			return "unknown"
		}
	}
	return version[:min(len(version), 20)]
}

// byPlace orders payloads as they were sent.
func byPlace(a, b payload) int {
	if c := int(min(max(a.page-b.page, -1), 1)); c != 0 {
		return c
	}
	return int(min(max(a.sequence-b.sequence, -1), 1))
}

// sessions groups payloads by session, in the order of their first payload.
// What was sent twice is kept once.
func sessions(all []payload, odd format.Anomalies) [][]payload {
	type key struct{ project, user, session string }
	var order []key
	groups := map[key][]payload{}
	for _, p := range all {
		k := key{p.project, p.user, p.session}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], p)
	}
	out := make([][]payload, 0, len(order))
	for _, k := range order {
		list := groups[k]
		slices.SortStableFunc(list, byPlace)
		kept := slices.CompactFunc(list, func(a, b payload) bool { return byPlace(a, b) == 0 })
		odd.Add(format.DuplicateEvent, len(list)-len(kept))
		out = append(out, kept)
	}
	return out
}
