package envelope

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/player/fault"
)

// Where a part ends (FORMAT.md).
const (
	partStored   = 4 * mib
	partSpan     = 60 * time.Second
	partWindow   = 8 * mib
	partLoose    = 10 * time.Second // a full snapshot begins a new part from here on,
	partLooseLen = 256 * kib        // or from this many stored bytes
	maxLine      = 64 * mib

	// partPending is the most that the encoder holds back: one block, and what
	// it costs to store it.
	partPending = 128*kib + kib
)

// partWriter cuts one session into parts.
type partWriter struct {
	w      *Writer
	id     string // of the session
	start  time.Time
	number int // of the session, from 1
	last   time.Time

	out     bytes.Buffer
	open    bool
	first   time.Time // of the open part
	current Part
	clear   int64 // bytes of events in the open part

	parts   []Part
	indices []int
}

func (p *partWriter) add(e Event) error {
	switch {
	case len(e.Line) == 0 || bytes.IndexByte(e.Line, '\n') >= 0:
		return fault.New(fault.Schema, "an event is not one line")
	case len(e.Line) > maxLine:
		return fault.New(fault.Limit, "an event is larger than %d bytes", maxLine)
	}
	at := e.At.UTC()
	if p.open && p.ends(e, at) {
		if err := p.cut(); err != nil {
			return err
		}
	}
	t := at.Sub(p.start).Microseconds()
	if !p.open {
		p.begin(at, t)
	}
	if at.After(p.last) {
		p.last = at
	}
	p.current.T0, p.current.T1 = min(p.current.T0, t), max(p.current.T1, t)
	p.current.Events++
	p.clear += int64(len(e.Line)) + 1
	for _, b := range [][]byte{e.Line, {'\n'}} {
		if _, err := p.w.encoder.Write(b); err != nil {
			return fmt.Errorf("compress event: %w", err)
		}
	}
	return nil
}

// ends reports whether the open part ends before e.
func (p *partWriter) ends(e Event, at time.Time) bool {
	span := at.Sub(p.first)
	stored := p.out.Len()
	switch {
	case span > partSpan:
		return true
	case stored+partPending+len(e.Line) > partStored:
		return true
	case p.clear+int64(len(e.Line)) >= freely:
		// Beyond this the reader asks how far a part expands.
		return true
	}
	return e.Full && (span >= partLoose || stored >= partLooseLen)
}

func (p *partWriter) begin(at time.Time, t int64) {
	p.out.Reset()
	p.w.encoder.Reset(&p.out)
	p.open, p.first, p.clear = true, at, 0
	p.current = Part{Name: fmt.Sprintf("s/%d/%d.jsonl.zst", p.number, len(p.parts)+1), T0: t, T1: t}
	if p.w.sealing() {
		p.current.Name = fmt.Sprintf("s/%d/%d.seal", p.number, len(p.parts)+1)
		p.current.Seal = string(sealed.Stream)
	}
}

// cut ends the open part, if there is one.
func (p *partWriter) cut() error {
	if !p.open {
		return nil
	}
	p.open = false
	if err := p.w.encoder.Close(); err != nil {
		return fmt.Errorf("compress events: %w", err)
	}
	stored := bytes.Clone(p.out.Bytes())
	if p.clear > freely && p.clear/expansion > int64(len(stored)) {
		return fault.New(fault.Limit, "an event expands more than %d to 1", expansion)
	}
	if p.w.sealing() {
		var err error
		if stored, err = sealed.Seal(stored, p.w.info.SealTo, p.id, p.current.Name); err != nil {
			return err
		}
	}
	index, err := p.w.spool.add(stored)
	if err != nil {
		return err
	}
	p.current.Len = int64(len(stored))
	p.current.SHA256 = sha256.Sum256(stored)
	p.parts = append(p.parts, p.current)
	p.indices = append(p.indices, index)
	return nil
}
