package envelope

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/inflate"
	"hindsite.app/player/fault"
)

// isForm reports whether a list may name this form of sealed object.
func isForm(seal string) bool { return seal == string(sealed.Stream) || seal == string(sealed.JWE) }

// unsealList opens the stored bytes of a list that is a sealed object.
func (a *Archive) unsealList(stored []byte) ([]byte, error) {
	if !isForm(a.manifest.Sessions.Seal) {
		return nil, fault.New(fault.Unsupported, "sealed in a way that is not read")
	}
	object, err := sealed.Open(bytes.NewReader(stored), a.keys.Sealed)
	if err != nil {
		return nil, err
	}
	if string(object.Form) != a.manifest.Sessions.Seal {
		return nil, fault.New(fault.Tampered, "not sealed as the manifest says")
	}
	return io.ReadAll(io.LimitReader(object, maxList+1)) // parseList holds it to maxList
}

// openPart returns what a listed part holds, given its stored bytes.
func (a *Archive) openPart(p *Part, session string, stored []byte) (io.ReadCloser, error) {
	content := io.Reader(bytes.NewReader(stored))
	if p.Seal != "" {
		object, err := sealed.Open(content, a.keys.Sealed)
		if err != nil {
			return nil, err
		}
		switch {
		case string(object.Form) != p.Seal:
			return nil, fault.New(fault.Tampered, "not sealed as listed")
		case object.Session != "" && object.Session != session:
			return nil, fault.New(fault.Tampered, "sealed for another session")
		}
		content = object
	}
	return a.pool.Reader(content, a.limits.member())
}

// openSingleSealed recognises one sealed recording by opening it.
func (a *Archive) openSingleSealed(ctx context.Context) error {
	if a.strict() {
		return fault.New(fault.Manifest, "open archive: no ZIP of sessions")
	}
	a.layout = layoutSingle
	c, err := a.openContent(ctx, a.section(), &atomic.Int64{})
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	a.protection.Sealed = c.Protection.Sealed
	return c.Close()
}

// layers is a reader of content below compression and sealing.
type layers struct {
	*bufio.Reader
	sealed  bool
	session string // that a seal names
	closers []io.Closer
}

func (l *layers) Close() error {
	var first error
	for i := len(l.closers) - 1; i >= 0; i-- {
		if err := l.closers[i].Close(); first == nil {
			first = err
		}
	}
	l.closers = nil
	return first
}

// peel takes compression off r, and a seal and the compression below it. It
// looks at the first bytes before it hands out a reader.
func (a *Archive) peel(r io.Reader) (*layers, error) {
	l := &layers{}
	prefix, err := l.inflate(a, r)
	if err == nil && sealed.Is(prefix) {
		var object *sealed.Object
		if object, err = sealed.Open(l.Reader, a.keys.Sealed); err == nil {
			l.sealed, l.session = true, object.Session
			prefix, err = l.inflate(a, object)
		}
	}
	if err == nil {
		switch k := sniff(prefix, ""); {
		case k == kindOpenPGP:
			err = fault.New(fault.Unsupported, "OpenPGP messages are not read")
		case k == kindNested, k == kindForeign, sealed.Is(prefix):
			err = fault.New(fault.Unsupported, "an archive within an archive")
		}
	}
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("read member: %w", err)
	}
	return l, nil
}

func (l *layers) inflate(a *Archive, r io.Reader) ([]byte, error) {
	plain, err := a.pool.Reader(r, a.limits.member())
	if err != nil {
		return nil, err
	}
	l.closers = append(l.closers, plain)
	l.Reader = bufio.NewReaderSize(plain, ageChunk)
	// An error of the first bytes comes again when they are read, unless they
	// are to be unsealed, where it comes at once.
	prefix, _ := l.Peek(inflate.SniffLen)
	return prefix, nil
}
