package rrweb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"hindsite.app/importer/format"
)

// Decoder reads rrweb recordings. The zero value is ready.
type Decoder struct{}

var _ format.Decoder = Decoder{}

// Name returns "rrweb".
func (Decoder) Name() string { return "rrweb" }

// Decode implements format.Decoder.
func (Decoder) Decode(ctx context.Context, r io.Reader, h format.Hints, l format.Limits) iter.Seq2[*format.Session, error] {
	return func(yield func(*format.Session, error) bool) {
		for raw, err := range Sessions(ctx, r, h, l) {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			s, err := convert(ctx, raw, l)
			if !yield(s, err) {
				return
			}
		}
	}
}

// Sessions finds the sessions of a file without understanding their events:
// what packing an archive needs. Each has an id. It yields one error when the
// file holds no session, and an error last when reading stopped early.
func Sessions(ctx context.Context, r io.Reader, h format.Hints, l format.Limits) iter.Seq2[*Raw, error] {
	return func(yield func(*Raw, error) bool) {
		w := &walker{ctx: ctx, limits: l, hinted: h.Session}
		w.about.session, w.about.visitor = h.Session, h.Visitor
		w.emit = func(s *Raw) bool {
			s.fixTimes()
			s.identify(h)
			return yield(s, nil)
		}
		err := w.walk(r)
		switch {
		case errors.Is(err, errStop):
		case err != nil:
			yield(nil, err)
		case w.emitted == 0:
			yield(nil, w.nothing(path.Base(h.Name)))
		}
	}
}

// identify gives the session an id: what the archive, the container or the
// recorder says, else the file's name and a part of the content's hash, which
// stays the same when the file is imported again.
func (s *Raw) identify(h format.Hints) {
	if h.Session != "" {
		s.ID = h.Session
	}
	if s.ID == "" {
		s.ID = recordedID(s.Events)
	}
	if s.ID = cleanID(s.ID); s.ID != "" {
		return
	}
	stem := path.Base(strings.ReplaceAll(h.Name, `\`, "/"))
	if dot := strings.IndexByte(stem, '.'); dot > 0 {
		stem = stem[:dot]
	}
	if stem = cleanID(stem); stem == "" {
		stem = "session"
	}
	digest := s.digest()
	s.ID = stem + "-" + hex.EncodeToString(digest[:4])
}

// cleanID keeps what can stand in an id: printable, without spaces, short.
func cleanID(id string) string {
	var b strings.Builder
	for _, r := range id {
		if b.Len() >= 96 {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.:~@", r):
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-.")
}

// digest returns the SHA-256 of the events, which do not change any more.
func (s *Raw) digest() [32]byte {
	if s.summed {
		return s.sum
	}
	h := sha256.New()
	for _, e := range s.Events {
		h.Write(e.Line)
		h.Write([]byte{'\n'})
	}
	s.sum, s.summed = [32]byte(h.Sum(nil)), true
	return s.sum
}
