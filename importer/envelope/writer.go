package envelope

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"filippo.io/age"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"

	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// Deps is what a Writer takes from its surroundings. The zero value takes the
// system's. The randomness of age itself is always the system's.
type Deps struct {
	Now    func() time.Time
	Rand   io.Reader
	Spill  func() (Spill, error)
	Memory int64 // bytes held before the temporary file is used; default 8 MiB
}

// SessionInfo is what the list says about a session. End may be zero: then it
// is the time of the last event.
type SessionInfo struct {
	ID      string
	Visitor string
	Start   time.Time
	End     time.Time
	Pages   int
	Consent jsontext.Value // a JSON object, or nil
}

// Event is one event of a session.
type Event struct {
	Line []byte    // one JSON value, without line feeds; only read until the next event
	At   time.Time // when it happened
	Full bool      // a part may well begin here: at a full snapshot, or at the Meta event before it
}

// Summary tells what a Writer wrote.
type Summary struct {
	ArchiveID string
	Sessions  int
	Events    int
	Bytes     int64 // of the archive
	Manifest  Hash  // SHA-256 of the manifest, for the next of a series
}

// Writer writes one archive. It is for one goroutine. Close or Abort must be
// called.
type Writer struct {
	out        io.Writer
	recipients []age.Recipient
	info       Info
	now        func() time.Time
	random     io.Reader
	id         string
	spool      spool
	encoder    *zstd.Encoder

	sessions []SessionEntry
	indices  [][]int // of the pieces of each session's parts
	ids      map[string]struct{}
	closed   bool
}

// Create begins an archive for the recipients. Nothing is written to w before
// Close, because the manifest, which comes first, is known last.
func Create(w io.Writer, recipients []age.Recipient, info Info, deps Deps) (*Writer, error) {
	if err := info.check(len(recipients)); err != nil {
		return nil, fmt.Errorf("create archive: %w", err)
	}
	if len(recipients) > 1 {
		// Recipients that do not go together are better refused now. One alone
		// is not tried: a passphrase costs a second.
		if _, err := age.Encrypt(io.Discard, recipients...); err != nil {
			return nil, fault.New(fault.Policy, "create archive: %w", err)
		}
	}
	deps = deps.withDefaults()
	var id [16]byte
	if _, err := io.ReadFull(deps.Rand, id[:]); err != nil {
		return nil, fmt.Errorf("create archive: draw its id: %w", err)
	}
	encoder, err := zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true), zstd.WithWindowSize(partWindow))
	if err != nil {
		return nil, fmt.Errorf("create archive: %w", err)
	}
	return &Writer{
		out:        w,
		recipients: recipients,
		info:       info,
		now:        deps.Now,
		random:     deps.Rand,
		id:         hex.EncodeToString(id[:]),
		spool:      spool{random: deps.Rand, create: deps.Spill, most: deps.Memory},
		encoder:    encoder,
		ids:        map[string]struct{}{},
	}, nil
}

func (d Deps) withDefaults() Deps {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.Spill == nil {
		d.Spill = func() (Spill, error) { return NewSpill("") }
	}
	if d.Memory <= 0 {
		d.Memory = 8 * mib
	}
	return d
}

var errFinished = errors.New("the archive is finished")

// Add adds a session. When it fails the session is absent, and the archive
// goes on without it.
func (w *Writer) Add(ctx context.Context, s SessionInfo, events iter.Seq2[Event, error]) error {
	if w.closed {
		return fmt.Errorf("add session: %w", errFinished)
	}
	if _, twice := w.ids[s.ID]; twice {
		return fault.New(fault.Duplicate, "add session: one of that id is there already")
	}
	if len(w.sessions) >= maxSessions {
		return fault.New(fault.Limit, "add session: more than %d", maxSessions)
	}
	p := &partWriter{w: w, id: s.ID, start: s.Start.UTC(), number: len(w.sessions) + 1, last: s.Start.UTC()}
	for e, err := range events {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = p.add(e)
		}
		if err != nil {
			return fmt.Errorf("add session: %w", err)
		}
	}
	if err := p.cut(); err != nil {
		return fmt.Errorf("add session: %w", err)
	}
	entry := SessionEntry{
		ID: s.ID, Visitor: s.Visitor, Start: p.start, End: s.End.UTC(),
		Pages: s.Pages, Members: p.parts, Consent: s.Consent,
	}
	if s.End.IsZero() {
		entry.End = p.last
	}
	if entry.Members == nil {
		entry.Members = []Part{}
	}
	if err := entry.check(); err != nil {
		return fault.New(fault.Schema, "add session: %w", err)
	}
	if err := writeEntry(io.Discard, &entry); err != nil {
		return fmt.Errorf("add session: %w", err)
	}
	w.sessions = append(w.sessions, entry)
	w.indices = append(w.indices, p.indices)
	w.ids[s.ID] = struct{}{}
	return nil
}

// Abort gives the archive up. Nothing was written. It is harmless after Close.
func (w *Writer) Abort() error {
	w.closed = true
	return w.spool.close()
}

// Close writes the archive and forgets everything else. It does not close the
// writer given to Create. After an error what was written is to be thrown
// away.
func (w *Writer) Close() (Summary, error) {
	if w.closed {
		return Summary{}, fmt.Errorf("close archive: %w", errFinished)
	}
	w.closed = true
	summary, err := w.write()
	if dropped := w.spool.close(); err == nil {
		err = dropped
	}
	if err != nil {
		return Summary{}, fmt.Errorf("close archive: %w", err)
	}
	return summary, nil
}

func (w *Writer) write() (Summary, error) {
	list, err := w.list()
	if err != nil {
		return Summary{}, err
	}
	manifest := w.manifest(list)
	raw, err := encodeManifest(&manifest)
	if err != nil {
		return Summary{}, fault.New(fault.Schema, "write manifest: %s", jsonTrouble(err))
	}
	if len(raw) > maxManifest {
		return Summary{}, fault.New(fault.Limit, "write manifest: larger than 1 MiB")
	}
	signatures, err := w.signatures(raw)
	if err != nil {
		return Summary{}, err
	}
	counted := &counter{w: w.out}
	out := io.WriteCloser(counted)
	if len(w.recipients) > 0 {
		if out, err = age.Encrypt(counted, w.recipients...); err != nil {
			return Summary{}, fmt.Errorf("encrypt: %w", err)
		}
	}
	if err := w.writeZip(out, append([]member{{manifestName, raw}}, signatures...), member{w.listName(), list}); err != nil {
		return Summary{}, err
	}
	if err := out.Close(); err != nil {
		return Summary{}, fmt.Errorf("encrypt: %w", err)
	}
	summary := Summary{ArchiveID: w.id, Sessions: len(w.sessions), Bytes: counted.n, Manifest: sha256.Sum256(raw)}
	for i := range w.sessions {
		summary.Events += w.sessions[i].Events()
	}
	return summary, nil
}

// list returns the stored bytes of the list of sessions.
func (w *Writer) list() ([]byte, error) {
	var out bytes.Buffer
	w.encoder.Reset(&out)
	for i := range w.sessions {
		if err := writeEntry(w.encoder, &w.sessions[i]); err != nil {
			return nil, err
		}
	}
	if err := w.encoder.Close(); err != nil {
		return nil, fmt.Errorf("compress list of sessions: %w", err)
	}
	if w.sealing() {
		return sealed.Seal(out.Bytes(), w.info.SealTo, "", sealedListName)
	}
	return out.Bytes(), nil
}

func (w *Writer) listName() string {
	if w.sealing() {
		return sealedListName
	}
	return listName
}

// signatures returns the members that sign the manifest.
func (w *Writer) signatures(manifest []byte) ([]member, error) {
	var out []member
	for _, s := range w.info.Sign {
		text, err := s.Sign(w.random, manifest, signature.Archive, w.now())
		if err != nil {
			return nil, fmt.Errorf("sign manifest: %w", err)
		}
		out = append(out, member{manifestName + s.Extension(), text})
	}
	return out, nil
}

func (w *Writer) manifest(list []byte) Manifest {
	m := Manifest{
		Format:    Format,
		ArchiveID: w.id,
		Seq:       w.info.Seq,
		Previous:  w.info.Previous,
		Created:   w.now().UTC().Truncate(time.Second),
		Producer:  w.info.Producer,
		Origin:    w.info.Origin,
		For:       []string{},
		Sessions:  List{File: w.listName(), SHA256: sha256.Sum256(list), Count: len(w.sessions)},
		Converted: w.info.Converted,
		Masking:   w.info.Masking,
		Retention: w.info.Retention,
		Legal:     w.info.Legal,
	}
	for _, r := range w.recipients {
		m.For = append(m.For, Fingerprint(r))
	}
	for _, p := range w.info.SealTo {
		m.For = append(m.For, p.Fingerprint())
	}
	if w.sealing() {
		m.Sessions.Seal = string(sealed.Stream)
	}
	for i := range w.sessions {
		s := &w.sessions[i]
		m.Bytes += s.Bytes()
		if w.sealing() {
			continue // when people were recorded is told by the sealed list alone
		}
		if m.Recorded == nil {
			m.Recorded = &Span{From: s.Start, To: s.End}
		}
		if s.Start.Before(m.Recorded.From) {
			m.Recorded.From = s.Start
		}
		if s.End.After(m.Recorded.To) {
			m.Recorded.To = s.End
		}
	}
	return m
}
