package source

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"

	"hindsite.app/player/fault"
)

// response is an archive's bytes from some offset on.
type response struct {
	body  io.ReadCloser
	start int64  // offset of the first byte
	total int64  // bytes of the whole; -1 when not known
	tag   string // strong entity tag, or ""
}

// opener asks for an archive's bytes from offset on, if it is still the one
// that tag was of. The response may start at 0 instead. A nil body means that
// there is nothing behind offset.
type opener func(ctx context.Context, offset int64, tag string) (*response, error)

// transfer is one Fetch, the same for every source.
type transfer struct {
	entry Entry
	dir   string
	open  opener
	opts  Options
	meter *meter

	resumed int64 // bytes that were not asked for again
}

func newTransfer(e Entry, dir string, open opener, opts Options, progress func(Progress)) *transfer {
	return &transfer{
		entry: e, dir: dir, open: open, opts: opts,
		meter: &meter{clock: opts.Clock, report: progress, total: e.Size},
	}
}

const bufferSize = 128 << 10

func (t *transfer) run(ctx context.Context) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if t.entry.Size > t.opts.MaxSize {
		return Result{}, fault.New(fault.Limit, "fetch archive: larger than %d bytes", t.opts.MaxSize)
	}
	p, err := openDownload(t.dir, t.entry, t.opts)
	if err != nil {
		return Result{}, err
	}
	defer p.close()
	if there, err := t.isThere(p); there || err != nil {
		return t.result(p), err
	}
	for again := false; ; again = true {
		if err := t.pass(ctx, p); err != nil {
			return Result{}, err
		}
		if t.entry.SHA256.IsZero() || p.digest() == t.entry.SHA256 {
			break
		}
		if t.resumed == 0 || again {
			p.discard()
			return Result{}, fault.New(fault.Tampered, "fetch archive: the digest is not the listed one")
		}
		// The earlier bytes may be of another version: once more from the
		// beginning.
		if err := p.restart(); err != nil {
			return Result{}, err
		}
	}
	n := p.n
	if err := p.finish(); err != nil {
		return Result{}, err
	}
	t.meter.at(n, true)
	return Result{URL: plainURL(t.entry.URL), File: p.path(), Bytes: n, ResumedFrom: t.resumed}, nil
}

// isThere reports whether the finished file is there already.
func (t *transfer) isThere(p *part) (bool, error) {
	if t.entry.SHA256.IsZero() {
		return false, nil // it is compared when it has been fetched
	}
	there, digest, err := hashFile(p.root, p.name)
	if err != nil || !there {
		return false, err
	}
	if digest != t.entry.SHA256 {
		return false, errDifferent
	}
	info, err := p.root.Stat(p.name)
	if err != nil {
		return false, storage("read file", err)
	}
	p.discard()
	p.n, t.resumed = info.Size(), info.Size()
	t.meter.total = info.Size()
	t.meter.at(info.Size(), true)
	return true, nil
}

func (t *transfer) result(p *part) Result {
	return Result{URL: plainURL(t.entry.URL), File: p.path(), Bytes: p.n, ResumedFrom: t.resumed}
}

// pass reads one response to its end.
func (t *transfer) pass(ctx context.Context, p *part) error {
	r, err := t.open(ctx, p.n, p.state.ETag)
	if err != nil {
		return err
	}
	if r.body != nil {
		defer r.body.Close()
	}
	if r.start != p.n {
		if err := p.restart(); err != nil {
			return err
		}
	}
	t.resumed = p.n
	if r.body == nil {
		return nil
	}
	if r.total >= 0 && t.entry.Size >= 0 && r.total != t.entry.Size {
		return fault.New(fault.Server, "fetch archive: %d bytes are offered, %d were listed", r.total, t.entry.Size)
	}
	size := max(r.total, t.entry.Size)
	if size > t.opts.MaxSize {
		return fault.New(fault.Limit, "fetch archive: larger than %d bytes", t.opts.MaxSize)
	}
	if err := t.checkRoom(size - p.n); err != nil {
		return err
	}
	p.state.Size, p.state.ETag = size, r.tag
	// From now on a program that is killed goes on where it was.
	if err := p.checkpoint(); err != nil {
		return err
	}
	t.meter.total = size
	return t.copy(ctx, p, r.body, size)
}

// checkRoom refuses to begin what the disk can not hold.
func (t *transfer) checkRoom(need int64) error {
	const spare = 16 << 20
	if need <= 0 {
		return nil
	}
	free, err := t.opts.Free(t.dir)
	if err != nil {
		return storage("ask for free space", err)
	}
	if free >= 0 && free < need+spare {
		return fault.New(fault.Storage, "fetch archive: the disk has no room for %d bytes", need)
	}
	return nil
}

func (t *transfer) copy(ctx context.Context, p *part, body io.Reader, size int64) error {
	limit := size
	if limit < 0 {
		limit = t.opts.MaxSize
	}
	buf := make([]byte, bufferSize)
	t.meter.at(p.n, false)
	for {
		n, err := body.Read(buf)
		if p.n+int64(n) > limit {
			p.discard()
			return fault.New(fault.Server, "fetch archive: longer than the %d bytes that were told", limit)
		}
		if n > 0 {
			if err := p.write(buf[:n]); err != nil {
				return err
			}
			t.meter.at(p.n, false)
		}
		if err == nil {
			err = t.opts.Throttle.wait(ctx, n)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF) && size >= 0 && p.n < size, errors.Is(err, io.ErrUnexpectedEOF):
			return fault.New(fault.Truncated, "fetch archive: broke off after %d bytes", p.n)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fault.Default(fault.Server, err)
		}
	}
}

// plainURL is an address without query and fragment, which may hold secrets.
func plainURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return raw
	}
	u.RawQuery, u.Fragment, u.RawFragment, u.User, u.ForceQuery = "", "", "", nil, false
	return u.String()
}

// sameFile reports whether two paths are one file.
func sameFile(a, b string) bool {
	ia, errA := os.Stat(a)
	ib, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(ia, ib)
}
