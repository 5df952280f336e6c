package source

import (
	"context"
	"fmt"
	"io"
	"sync"

	"hindsite.app/player/fault"
)

// Archive is an archive that is read where it is, in pieces. ReadAt may be
// called from several goroutines.
type Archive interface {
	io.ReaderAt
	io.Closer
	Size() int64 // bytes
	// Traffic tells how many requests were made and how many bytes came for
	// them; both are 0 for a file of this machine.
	Traffic() (requests int, bytes int64)
}

const (
	blockSize  = 256 << 10 // bytes that a request asks for at least
	keptBlocks = 64        // of them are remembered
)

// pieces asks for length bytes of an archive from offset on. They come from
// the version that tag names, or not at all; an empty tag asks for whatever is
// there. The body is closed by the caller.
type pieces func(ctx context.Context, offset, length int64, tag string) (piece, error)

// piece is an answer to a request for a part of an archive.
type piece struct {
	body  io.ReadCloser
	start int64
	total int64  // bytes of the whole archive
	tag   string // strong entity tag
}

var errChanged = fault.New(fault.Server, "read archive: it was replaced while it was read")

// remote reads an archive over requests for pieces of it, and remembers the
// latest blocks. Whoever reads one session of a large archive causes some
// requests of 256 KiB, and no more.
type remote struct {
	ctx    context.Context
	cancel context.CancelFunc
	ask    pieces
	size   int64
	tag    string

	mu       sync.Mutex
	blocks   map[int64][]byte
	order    []int64 // of the blocks, the one that goes next first
	requests int
	bytes    int64
}

// openRemote asks for the first block, which also tells the size. want is the
// listed size, or -1. The archive's reads end with ctx.
func openRemote(ctx context.Context, ask pieces, want int64) (*remote, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &remote{ctx: ctx, cancel: cancel, ask: ask, size: blockSize, blocks: map[int64][]byte{}}
	if want >= 0 {
		r.size = want
	}
	if err := r.begin(want); err != nil {
		cancel()
		return nil, err
	}
	return r, nil
}

func (r *remote) begin(want int64) error {
	if want == 0 {
		return nil
	}
	p, err := r.ask(r.ctx, 0, min(blockSize, r.size), "")
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	defer p.body.Close()
	switch {
	case p.start != 0 || p.total <= 0 || want >= 0 && p.total != want:
		return fault.New(fault.Server, "open archive: another range or size than was asked for")
	case !isStrong(p.tag):
		return fault.New(fault.Unsupported, "open archive: the origin does not name its version, so that parts of it cannot be read; download it first")
	}
	r.size, r.tag = p.total, p.tag
	return r.take(p.body, 0, min(blockSize, r.size))
}

// Size implements Archive.
func (r *remote) Size() int64 { return r.size }

// Traffic implements Archive.
func (r *remote) Traffic() (requests int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests, r.bytes
}

// Close ends the requests that are going on.
func (r *remote) Close() error {
	r.cancel()
	return nil
}

// ReadAt implements io.ReaderAt.
func (r *remote) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fault.New(fault.Storage, "read archive: before its beginning")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for n < len(p) && off < r.size {
		at := off / blockSize
		b, ok := r.blocks[at]
		if !ok {
			if err := r.fetch(at, min(off+int64(len(p)-n), r.size)); err != nil {
				return n, err
			}
			b = r.blocks[at]
		}
		c := copy(p[n:], b[off-at*blockSize:])
		n, off = n+c, off+int64(c)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fetch brings the blocks from the given one on that are missing up to end,
// in one request, but not more than are kept.
func (r *remote) fetch(first, end int64) error {
	last := first
	for last+1 < first+keptBlocks/2 && (last+1)*blockSize < end && r.blocks[last+1] == nil {
		last++
	}
	from := first * blockSize
	length := min((last+1)*blockSize, r.size) - from
	p, err := r.ask(r.ctx, from, length, r.tag)
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	defer p.body.Close()
	switch {
	case p.tag != r.tag || p.total != r.size:
		return errChanged
	case p.start != from:
		return fault.New(fault.Server, "read archive: another range than was asked for")
	}
	return r.take(p.body, from, length)
}

// take keeps length bytes, which begin at a block, as blocks.
func (r *remote) take(body io.Reader, from, length int64) error {
	r.requests++
	for got := int64(0); got < length; {
		b := make([]byte, min(blockSize, length-got))
		n, err := io.ReadFull(body, b)
		r.bytes += int64(n)
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return fault.New(fault.Truncated, "read archive: the answer broke off")
		case err != nil:
			return fault.Default(fault.Server, fmt.Errorf("read archive: %w", err))
		}
		r.keep((from+got)/blockSize, b)
		got += int64(n)
	}
	return nil
}

func (r *remote) keep(at int64, b []byte) {
	if r.blocks[at] == nil {
		r.order = append(r.order, at)
	}
	r.blocks[at] = b
	for len(r.order) > keptBlocks {
		delete(r.blocks, r.order[0])
		r.order = r.order[1:]
	}
}
