// Package clarity reads the payloads that Microsoft Clarity's recorder sends.
package clarity

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"maps"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rebuild"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/fault"
)

// Decoder reads Clarity's payloads. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "Clarity".
func (Decoder) Name() string { return recorder }

// Takes implements format.Decoder: the recording is a payload, a list of them,
// or several one behind the other.
func (Decoder) Takes(h format.Head) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(h.Text()), options(), jsontext.AllowDuplicateNames(true))
	for range maxLists {
		if dec.PeekKind() != '[' {
			break
		}
		if _, err := dec.ReadToken(); err != nil {
			return false
		}
	}
	if dec.PeekKind() != '{' {
		return false
	}
	return hasEnvelope(dec)
}

// maxLists bounds the lists around payloads.
const maxLists = 4

// hasEnvelope reports whether the object that comes next begins like a
// payload: with its envelope, a version first.
func hasEnvelope(dec *jsontext.Decoder) bool {
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return false
		}
		if name.String() != "e" {
			if dec.SkipValue() != nil {
				return false
			}
			continue
		}
		v, err := dec.ReadValue()
		if err != nil {
			return false
		}
		t, err := tokensOf(v)
		return err == nil && len(t) >= leastMembers && t[envVersion].kind == '"' && t[envSequence].kind == '0' && t[envSession].kind == '"'
	}
	return false
}

// Sessions implements format.Decoder.
func (Decoder) Sessions(ctx context.Context, f format.Files, h format.Hints, l format.Limits) iter.Seq2[format.Raw, error] {
	return func(yield func(format.Raw, error) bool) {
		odd := format.Anomalies{}
		all, err := readAll(ctx, f, odd, l)
		if err != nil {
			yield(nil, err)
			return
		}
		groups := sessions(all, odd)
		if len(groups) > 1 {
			h.Session = "" // one id cannot name several
		}
		for i, group := range groups {
			if i > 0 {
				odd = format.Anomalies{}
			}
			if !one(ctx, f, group, odd, h, l, yield) {
				return
			}
		}
	}
}

// one yields one session and reports whether another is wanted.
func one(ctx context.Context, f format.Files, payloads []payload, odd format.Anomalies, h format.Hints, l format.Limits, yield func(format.Raw, error) bool) bool {
	out, about, err := translate(ctx, payloads, odd, l)
	if err != nil {
		return yield(nil, err)
	}
	text := format.Files{Parts: []format.File{out.File(f.Parts[0].Name)}, Gaps: f.Gaps}
	for raw, err := range rrweb.Read(ctx, text, rrweb.Known{Hints: h, Said: about, Anomalies: maps.Clone(odd)}, l) {
		if !yield(raw, err) {
			return false
		}
	}
	return ctx.Err() == nil
}

// readAll reads the payloads of all files.
func readAll(ctx context.Context, f format.Files, odd format.Anomalies, l format.Limits) ([]payload, error) {
	var all []payload
	var refused error
	l.Session = rebuild.Source(l)
	for _, p := range f.Parts {
		list, err := readPart(ctx, p, odd, l)
		switch {
		case fault.Of(err) == fault.Schema:
			refused = err
			odd.Add(format.BadEvent, 1)
		case err != nil:
			return nil, err
		}
		for _, p := range list {
			if l.Session -= int64(p.bytes); l.Session < 0 {
				return nil, fault.New(fault.Limit, "read Clarity files: too large together")
			}
		}
		all = append(all, list...)
	}
	if len(all) == 0 && refused == nil {
		refused = errNoPayload
	}
	if len(all) == 0 {
		return nil, refused
	}
	return all, nil
}

func readPart(ctx context.Context, p format.File, odd format.Anomalies, l format.Limits) (list []payload, err error) {
	r, err := p.Open(ctx)
	if err != nil {
		return nil, fault.Default(fault.Storage, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return payloads(ctx, r, odd, l)
}
