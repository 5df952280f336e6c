package envelope

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"sync/atomic"

	"hindsite.app/player/fault"
)

// Item is one recording of an archive.
type Item struct {
	Name    string        // session id, or name of the member, as it may be shown
	Session *SessionEntry // nil without a manifest
	Size    int64         // bytes in the archive; -1 when not known

	// Open returns the recording's bytes, decompressed, its parts joined with
	// line feeds between them. A part's SHA-256 is checked before any of its
	// bytes come out. An error is final and carries a class; what came out
	// before it belongs to a recording that is refused. The caller closes the
	// reader, which is for one goroutine.
	Open func(ctx context.Context) (*Content, error)
}

// Content is what a recording holds, and what was found out by opening it.
type Content struct {
	Protection Protection
	Session    string // id that a seal names, where no list does; "" for none
	io.ReadCloser
}

// Items yields the recordings of the archive in order. An item that is refused
// by itself comes as an error with its Name set, and the loop goes on; an error
// without a Name ends it.
//
// In a sequential archive an item is to be opened and read before the loop
// goes on; later it gives an error.
func (a *Archive) Items(ctx context.Context) iter.Seq2[Item, error] {
	spent := &atomic.Int64{}
	switch a.layout {
	case layoutSessions:
		return a.sessionItems(ctx, spent)
	case layoutFiles:
		return a.fileItems(ctx, spent)
	case layoutTar:
		return a.tarItems(ctx, spent)
	case layoutBatches:
		return a.batchItems(ctx, spent)
	}
	return a.singleItem(ctx, spent)
}

// Session opens one session of the list without reading any other.
func (a *Archive) Session(ctx context.Context, id string) (*Content, error) {
	i, ok := a.byID[id]
	if !ok {
		return nil, fault.New(fault.Manifest, "open session: not in the archive")
	}
	return a.openSession(ctx, &a.entries[i], &atomic.Int64{})
}

func (a *Archive) sessionItems(ctx context.Context, spent *atomic.Int64) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for i := range a.entries {
			if err := ctx.Err(); err != nil {
				yield(Item{}, err)
				return
			}
			e := &a.entries[i]
			item := Item{Name: e.ID, Session: e, Size: e.Bytes(), Open: func(ctx context.Context) (*Content, error) {
				return a.openSession(ctx, e, spent)
			}}
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (a *Archive) fileItems(ctx context.Context, spent *atomic.Int64) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for i := range a.zip.members {
			if err := ctx.Err(); err != nil {
				yield(Item{}, err)
				return
			}
			m := &a.zip.members[i]
			item := Item{Name: shownName(m.name), Size: m.size}
			if m.refusal != nil {
				if !yield(item, fmt.Errorf("read member: %w", m.refusal)) {
					return
				}
				continue
			}
			item.Open = func(ctx context.Context) (*Content, error) {
				r, err := a.zip.open(m, a.limits)
				if err != nil {
					return nil, fmt.Errorf("read member: %w", err)
				}
				return a.openContent(ctx, r, spent)
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (a *Archive) singleItem(ctx context.Context, spent *atomic.Int64) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(Item{}, err)
			return
		}
		name := path.Base(strings.ReplaceAll(a.name, `\`, "/"))
		name = strings.TrimSuffix(name, ".age")
		yield(Item{Name: shownName(name), Size: a.size, Open: func(ctx context.Context) (*Content, error) {
			return a.openContent(ctx, a.section(), spent)
		}}, nil)
	}
}

// openContent returns the recording that r holds, without a list to check it
// against. It looks at the first bytes before it hands out a reader.
func (a *Archive) openContent(ctx context.Context, r io.Reader, spent *atomic.Int64) (*Content, error) {
	l, err := a.peel(r)
	if err != nil {
		return nil, err
	}
	c := &Content{Protection: a.protection, Session: l.session}
	if c.Protection.Sealed = Unsealed; l.sealed {
		c.Protection.Sealed = Wholly
	}
	if err := a.allow(c.Protection); err != nil {
		l.Close()
		return nil, err
	}
	c.ReadCloser = &metered{ctx: ctx, r: l, close: l.Close, spent: spent, most: a.limits.Archive}
	return c, nil
}

// allow refuses a recording that the limits want protected better.
func (a *Archive) allow(p Protection) error {
	if a.limits.Sealed && p.Sealed != Wholly {
		return fault.New(fault.Policy, "open recording: it was never under AES-256-GCM, and that is asked for")
	}
	return nil
}

// metered counts what the archive has yielded, and heeds the context.
type metered struct {
	ctx   context.Context
	r     io.Reader
	close func() error
	spent *atomic.Int64
	most  int64
	err   error
}

func (m *metered) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	if m.err = m.ctx.Err(); m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	if m.spent.Add(int64(n)) > m.most {
		m.err = fault.New(fault.Limit, "read archive: more than %d bytes of content", m.most)
		return 0, m.err
	}
	m.err = err
	return n, err
}

func (m *metered) Close() error {
	if m.err == nil {
		m.err = errors.New("read after close")
	}
	return m.close()
}

// openSession returns a reader of the session's parts, joined.
func (a *Archive) openSession(ctx context.Context, e *SessionEntry, spent *atomic.Int64) (*Content, error) {
	for _, p := range e.Members {
		if err := a.checkPart(&p); err != nil {
			return nil, fmt.Errorf("open session: %w", err)
		}
	}
	c := &Content{Protection: a.protection}
	c.Protection.Sealed = e.Sealing()
	if err := a.allow(c.Protection); err != nil {
		return nil, err
	}
	j := &joined{}
	for _, p := range e.Members {
		j.parts = append(j.parts, func() (io.ReadCloser, error) { return a.part(&p, e.ID) })
	}
	c.ReadCloser = &metered{ctx: ctx, r: j, close: j.closePart, spent: spent, most: a.limits.Archive}
	return c, nil
}

// part opens a part once its digest is right.
func (a *Archive) part(p *Part, session string) (io.ReadCloser, error) {
	stored, err := a.zip.bytes(a.byName[p.Name])
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(stored) != p.SHA256 {
		return nil, fault.New(fault.Tampered, "not the bytes that were listed")
	}
	return a.openPart(p, session, stored)
}

// checkPart refuses what can be refused without reading.
func (a *Archive) checkPart(p *Part) error {
	m := a.byName[p.Name]
	switch {
	case m == nil:
		return fault.New(fault.Manifest, "a part is not in the archive")
	case m.refusal != nil:
		return m.refusal
	case p.Seal != "" && !isForm(p.Seal):
		return fault.New(fault.Unsupported, "a part is sealed in a way that is not read")
	case m.method != zipStored:
		return fault.New(fault.Unsupported, "a part is compressed by ZIP")
	case m.stored != p.Len:
		return fault.New(fault.Tampered, "a part is not as long as listed")
	case p.Len > a.limits.Stored:
		return fault.New(fault.Limit, "a part is larger than %d bytes", a.limits.Stored)
	}
	return nil
}

// joined reads one part after another.
type joined struct {
	parts []func() (io.ReadCloser, error)
	part  io.ReadCloser // nil between parts
	last  byte          // that came out; 0 at the very beginning
}

func (j *joined) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if j.part == nil {
			if len(j.parts) == 0 {
				return 0, io.EOF
			}
			if j.last != 0 && j.last != '\n' {
				j.last = '\n'
				p[0] = '\n'
				return 1, nil
			}
			if err := j.next(); err != nil {
				return 0, err
			}
		}
		n, err := j.part.Read(p)
		if n > 0 {
			j.last = p[n-1]
		}
		if err == io.EOF {
			j.closePart()
			err = nil
		} else if err != nil {
			err = fmt.Errorf("read part: %w", err)
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (j *joined) next() error {
	part, err := j.parts[0]()
	j.parts = j.parts[1:]
	if err != nil {
		return fmt.Errorf("read part: %w", err)
	}
	j.part = part
	return nil
}

func (j *joined) closePart() error {
	if j.part == nil {
		return nil
	}
	err := j.part.Close()
	j.part = nil
	return err
}
