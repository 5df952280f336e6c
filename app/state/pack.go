package state

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"hindsite.app/importer"
	"hindsite.app/importer/envelope"
	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// PackOptions says what to pack and for whom.
type PackOptions struct {
	Recipients     []string // public keys, or names of files with one a line
	PassphraseFile string   // first line is the passphrase; excludes Recipients
	Profile        Profile  // "" means ProfileAge
	Origin         string   // site that was recorded; may be ""
	Sign           []string // files of private keys
	SignPassphrase string   // that protects them; "" for none
	Out            string
	DeleteAfter    time.Time // from then on the recordings may not be kept; zero for no such day
	Paths          []string
	Said           Said
	Progress       func(session string, done int)
}

// Packed is a written archive.
type Packed struct {
	Archive  string `json:"archive"`
	Sessions int    `json:"sessions"`
	Bytes    int64  `json:"bytes"`
	// Converted names what the recordings were converted from, without proof
	// that they are authentic; "" for recordings packed as they were.
	Converted string `json:"converted,omitempty"`
	// Refused names what was left out, and why.
	Refused []ImportLine `json:"refused,omitempty"`
}

// Pack writes recordings into an encrypted archive. The events go in as they
// were recorded, without masking: an archive is the original. An existing file
// is not replaced, and nothing is left behind when it fails.
func Pack(ctx context.Context, o PackOptions, d Deps) (Packed, error) {
	target, err := o.target(d)
	if err != nil {
		return Packed{}, err
	}
	ins, err := inputs(o.Paths)
	if err != nil {
		return Packed{}, err
	}
	return packInputs(ctx, ins, target, o, d)
}

func (o PackOptions) recipients() ([]age.Recipient, error) {
	if o.PassphraseFile != "" {
		if len(o.Recipients) > 0 {
			return nil, fault.New(fault.Unsupported, "pack: a passphrase and recipients cannot be mixed")
		}
		phrase, err := ReadPassphrase(o.PassphraseFile)
		if err != nil {
			return nil, err
		}
		r, err := envelope.NewPassphraseRecipient(phrase, 0)
		return []age.Recipient{r}, err
	}
	var out []age.Recipient
	for _, text := range o.Recipients {
		if r, err := envelope.ParseRecipient(text); err == nil {
			out = append(out, r)
			continue
		}
		f, err := os.Open(text)
		if err != nil {
			return nil, fault.New(fault.NoKey, "read recipient: neither a public key nor a file with one")
		}
		rs, err := envelope.ParseRecipients(io.LimitReader(f, maxKeyFile))
		f.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, rs...)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.NoKey, "pack: no recipient given")
	}
	return out, nil
}

// ReadPassphrase returns the first line of a file.
func ReadPassphrase(file string) (string, error) {
	b, err := readSmall(file, 64<<10)
	if err != nil {
		return "", fault.New(fault.NoKey, "read passphrase file: %w", unwrapPath(err))
	}
	defer clear(b)
	for i, c := range b {
		if c == '\n' || c == '\r' {
			b = b[:i]
			break
		}
	}
	if len(b) == 0 {
		return "", fault.New(fault.NoKey, "read passphrase file: it is empty")
	}
	return string(b), nil
}

func packInputs(ctx context.Context, ins []importer.Input, to packTarget, o PackOptions, d Deps) (packed Packed, err error) {
	said, err := o.Said.about()
	if err != nil {
		return Packed{}, err
	}
	if _, err := os.Lstat(o.Out); err == nil {
		return Packed{}, fault.New(fault.Duplicate, "write archive: the file is there already")
	}
	f, err := os.CreateTemp(filepath.Dir(o.Out), ".pack-*")
	if err != nil {
		return Packed{}, fault.New(fault.Storage, "write archive: %w", unwrapPath(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w, err := envelope.Create(f, to.recipients, to.info, envelope.Deps{Now: d.Now})
	if err != nil {
		return Packed{}, err
	}
	p := packer{w: w, o: o}
	for _, in := range ins {
		if err := p.input(ctx, in, said); err != nil {
			return Packed{}, errors.Join(err, w.Abort())
		}
	}
	if p.done == 0 {
		return Packed{Refused: p.refused}, errors.Join(fault.New(fault.Schema, "pack: no recording among the files"), w.Abort())
	}
	sum, err := w.Close()
	if err != nil {
		return Packed{}, err
	}
	if err := f.Sync(); err != nil {
		return Packed{}, fault.New(fault.Storage, "write archive: %w", unwrapPath(err))
	}
	if err := f.Close(); err != nil {
		return Packed{}, fault.New(fault.Storage, "write archive: %w", unwrapPath(err))
	}
	if err := os.Rename(f.Name(), o.Out); err != nil {
		return Packed{}, fault.New(fault.Storage, "write archive: %w", unwrapPath(err))
	}
	return Packed{Archive: o.Out, Sessions: sum.Sessions, Bytes: sum.Bytes, Refused: p.refused}, nil
}

type packer struct {
	w       *envelope.Writer
	o       PackOptions
	done    int
	refused []ImportLine
}

func (p *packer) refuse(in importer.Input, err error) {
	p.refused = append(p.refused, ImportLine{
		Source: in.Name, Session: in.Name, Status: string(importer.Refused), Class: fault.Of(err), Problem: Explain(err),
	})
}

func (p *packer) input(ctx context.Context, in importer.Input, said format.About) error {
	if len(in.Batches) > 0 {
		p.refuse(in, fault.New(fault.NoKey, "read recording: it is sealed, and packing has no keys"))
		return nil
	}
	for raw, err := range importer.Recordings(ctx, in, importer.Options{Said: said}) {
		var writeErr error
		if err == nil {
			writeErr = p.session(ctx, raw)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if fault.Of(writeErr) == fault.Storage {
			return writeErr
		}
		if err = cmp.Or(err, writeErr); err != nil {
			p.refuse(in, err)
		}
	}
	return ctx.Err()
}

func (p *packer) session(ctx context.Context, raw format.Raw) error {
	info := packedInfo(raw)
	if err := p.w.Add(ctx, info, packedEvents(raw)); err != nil {
		return err
	}
	if p.done++; p.o.Progress != nil {
		p.o.Progress(info.ID, p.done)
	}
	return nil
}

// packedInfo describes a session for the archive's list: only what the list
// must hold to find it again.
func packedInfo(raw format.Raw) envelope.SessionInfo {
	about := raw.About()
	info := envelope.SessionInfo{ID: about.Session, Visitor: about.Visitor}
	for e := range raw.Events() {
		at := time.UnixMicro(e.At).UTC()
		if info.Start.IsZero() || at.Before(info.Start) {
			info.Start = at
		}
		if info.End.IsZero() || at.After(info.End) {
			info.End = at
		}
		if e.Full {
			info.Pages++
		}
	}
	return info
}

func packedEvents(raw format.Raw) iter.Seq2[envelope.Event, error] {
	return func(yield func(envelope.Event, error) bool) {
		for e := range raw.Events() {
			if !yield(envelope.Event{Line: e.Line, At: time.UnixMicro(e.At).UTC(), Full: e.Full}, nil) {
				return
			}
		}
	}
}
