package importer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/format"
	"hindsite.app/importer/format/group"
	"hindsite.app/importer/format/side"
	"hindsite.app/player/fault"
)

// bundle is one recording on its way to a decoder: its files, and what is
// known of it from outside.
type bundle struct {
	name  string // as it may be shown
	entry *envelope.SessionEntry
	parts []file
	side  []file
	gaps  int

	protection envelope.Protection // of all files that were opened
	opened     bool
}

type file struct {
	name string
	open func(ctx context.Context) (*envelope.Content, error)
}

func fileOf(item envelope.Item) file { return file{name: item.Name, open: item.Open} }

// take notes how a file was protected.
func (b *bundle) take(p envelope.Protection) {
	if b.opened {
		p = b.protection.And(p)
	}
	b.protection, b.opened = p, true
}

func (b *bundle) file(f file) format.File {
	return format.File{Name: f.name, Open: func(ctx context.Context) (io.ReadCloser, error) {
		c, err := f.open(ctx)
		if err != nil {
			return nil, err
		}
		b.take(c.Protection)
		return c, nil
	}}
}

// sessions decodes the recording. The sessions come as they were recorded.
func (b *bundle) sessions(ctx context.Context, hints format.Hints, decoders []format.Decoder, l format.Limits) iter.Seq2[format.Raw, error] {
	return func(yield func(format.Raw, error) bool) {
		first, err := b.parts[0].open(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer first.Close()
		b.take(first.Protection)
		hints, beside, err := b.hints(ctx, hints, first.Session)
		if err != nil {
			yield(nil, err)
			return
		}
		ahead := bufio.NewReaderSize(first, format.HeadSize)
		head, err := ahead.Peek(format.HeadSize)
		if err != nil && err != io.EOF {
			yield(nil, err)
			return
		}
		d, err := detect(format.Head{Name: b.parts[0].name, Bytes: head, Whole: err == io.EOF}, decoders)
		if err != nil {
			yield(nil, err)
			return
		}
		if d, err = b.surer(ctx, d, decoders); err != nil {
			yield(nil, err)
			return
		}
		f := format.Files{Side: beside, Gaps: b.gaps}
		for _, p := range b.parts {
			f.Parts = append(f.Parts, b.file(p))
		}
		f.Parts[0].Open = b.again(ahead)
		d.Sessions(ctx, f, hints, l)(yield)
	}
}

// surer looks at the further parts of a recording whose first part is a text
// that any recorder could have made: one of them may say whose it is.
func (b *bundle) surer(ctx context.Context, d format.Decoder, decoders []format.Decoder) (format.Decoder, error) {
	const looked = 8 // parts; those behind are like those before
	generic := decoders[len(decoders)-1]
	for _, p := range b.parts[1:min(len(b.parts), looked)] {
		if d != generic {
			return d, nil
		}
		c, err := b.file(p).Open(ctx)
		if err != nil {
			return nil, err
		}
		head, _, err := format.Peek(c)
		c.Close()
		if err != nil {
			return nil, err
		}
		head.Name = p.name
		if other, err := detect(head, decoders); err == nil {
			d = other
		}
	}
	return d, nil
}

// again opens the first part: what was looked at already the first time, the
// file anew when it is asked for once more.
func (b *bundle) again(ahead io.Reader) func(context.Context) (io.ReadCloser, error) {
	anew := b.file(b.parts[0]).Open
	return func(ctx context.Context) (io.ReadCloser, error) {
		if ahead == nil {
			return anew(ctx)
		}
		r := ahead
		ahead = nil
		return io.NopCloser(r), nil
	}
}

// hints returns what is known of the recording from outside it, and the side
// files that are of its format.
func (b *bundle) hints(ctx context.Context, h format.Hints, sealed string) (format.Hints, []format.File, error) {
	h.Name = b.name
	if b.entry != nil {
		h.Session = b.entry.ID
		if h.Visitor == "" {
			h.Visitor = b.entry.Visitor
		}
	} else if sealed != "" {
		h.Session = sealed
	}
	h.About = h.About.Clone()
	var files []format.File
	for _, s := range b.side {
		f := b.file(s)
		if !strings.HasSuffix(f.Base(), "meta.json") {
			files = append(files, f)
			continue
		}
		raw, err := f.ReadAll(ctx, side.MaxSize)
		if err != nil {
			return h, nil, err
		}
		own, ok := side.Own(raw)
		if !ok {
			files = append(files, f)
			continue
		}
		h.Add(own)
	}
	return h, files, nil
}

// mostTogether bounds the files of a sequential archive that are kept in memory
// because they may belong to one recording.
const mostTogether = 256 << 20

// bundles yields the recordings of an archive in order. Errors are as those of
// envelope.Archive.Items.
func bundles(ctx context.Context, archive *opened) iter.Seq2[*bundle, error] {
	switch {
	case archive.files != nil:
		return func(yield func(*bundle, error) bool) { yield(archive.files, nil) }
	case archive.Manifest() != nil:
		return listed(ctx, archive)
	case archive.Sequential():
		return neighbours(ctx, archive)
	}
	return grouped(ctx, archive)
}

// listed yields the sessions of an archive's list.
func listed(ctx context.Context, archive *opened) iter.Seq2[*bundle, error] {
	return func(yield func(*bundle, error) bool) {
		for item, err := range archive.Items(ctx) {
			if !yield(&bundle{name: item.Name, entry: item.Session, parts: []file{fileOf(item)}}, err) {
				return
			}
		}
	}
}

// grouped yields the recordings of an archive whose files can be opened in any
// order.
func grouped(ctx context.Context, archive *opened) iter.Seq2[*bundle, error] {
	return func(yield func(*bundle, error) bool) {
		var items []envelope.Item
		var refused []error
		for item, err := range archive.Items(ctx) {
			if err != nil && item.Name == "" {
				yield(&bundle{}, err)
				return
			}
			items, refused = append(items, item), append(refused, err)
		}
		names := make([]string, len(items))
		for i := range items {
			names[i] = items[i].Name
		}
		for _, r := range group.Recordings(names) {
			b := &bundle{name: r.Name, gaps: r.Gaps}
			var err error
			for _, i := range r.Parts {
				b.parts, err = append(b.parts, fileOf(items[i])), errors.Join(err, refused[i])
			}
			for _, i := range r.Side {
				b.side, err = append(b.side, fileOf(items[i])), errors.Join(err, refused[i])
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// neighbours yields the recordings of an archive that is read in order: files
// of one recording must stand one behind the other in it.
func neighbours(ctx context.Context, archive *opened) iter.Seq2[*bundle, error] {
	return func(yield func(*bundle, error) bool) {
		n := together{seen: map[string]bool{}, yield: yield}
		for item, err := range archive.Items(ctx) {
			if err == nil && group.Belongs(item.Name) {
				if !n.keep(ctx, item) {
					return
				}
				continue
			}
			if !n.flush() || !yield(&bundle{name: item.Name, parts: []file{fileOf(item)}}, err) {
				return
			}
		}
		n.flush()
	}
}

// together collects files of one folder that stand one behind the other.
type together struct {
	folder string
	names  []string
	files  []file
	size   int64
	seen   map[string]bool // recordings that were yielded
	yield  func(*bundle, error) bool
}

func (t *together) keep(ctx context.Context, item envelope.Item) bool {
	folder, _ := path.Split(item.Name)
	if folder != t.folder && !t.flush() {
		return false
	}
	t.folder = folder
	f := file{name: item.Name}
	content, err := item.Open(ctx)
	var b []byte
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(content, mostTogether-t.size+1))
		content.Close()
	}
	t.size += int64(len(b))
	switch {
	case ctx.Err() != nil:
		return t.yield(&bundle{}, ctx.Err())
	case err == nil && t.size > mostTogether:
		err, t.size = fault.New(fault.Limit, "read %s: the files of its folder take more than 256 MiB, which a tar does not allow; a ZIP does", item.Name), mostTogether
	}
	f.open = func(context.Context) (*envelope.Content, error) {
		if err != nil {
			return nil, err
		}
		return &envelope.Content{Protection: content.Protection, Session: content.Session, ReadCloser: io.NopCloser(bytes.NewReader(b))}, nil
	}
	t.names, t.files = append(t.names, item.Name), append(t.files, f)
	return true
}

// flush yields what was collected.
func (t *together) flush() bool {
	names, files := t.names, t.files
	t.names, t.files, t.size = nil, nil, 0
	for _, r := range group.Recordings(names) {
		b := &bundle{name: r.Name, gaps: r.Gaps}
		for _, i := range r.Parts {
			b.parts = append(b.parts, files[i])
		}
		for _, i := range r.Side {
			b.side = append(b.side, files[i])
		}
		var err error
		if t.seen[r.Name] {
			err = fault.New(fault.Unsupported, "read %s: its files do not stand one behind the other in the tar; a ZIP may hold them in any order", r.Name)
		}
		t.seen[r.Name] = true
		if !t.yield(b, err) {
			return false
		}
	}
	return true
}
