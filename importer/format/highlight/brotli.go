package highlight

import (
	"errors"
	"io"

	"github.com/andybalholm/brotli"

	"hindsite.app/player/fault"
)

// Brotli has neither a signature nor a checksum: what was changed is found out
// by the events, if at all.

// unbrotli returns what r holds, at most limit bytes, and beyond the first 16
// MiB no more than 200 for each byte of r.
func unbrotli(r io.Reader, limit int64) io.Reader {
	in := &counted{r: r}
	return &bounded{in: in, out: brotli.NewReader(in), limit: limit}
}

type counted struct {
	r   io.Reader
	n   int64
	err error // of the source, which is not that of the compression
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

const (
	expansion = 200
	freely    = 16 << 20
)

type bounded struct {
	in    *counted
	out   io.Reader
	n     int64
	limit int64
	err   error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.out.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.limit:
		n, err = 0, fault.New(fault.Limit, "read brotli: more than %d bytes", b.limit)
	case b.n > freely+expansion*b.in.n:
		n, err = 0, fault.New(fault.Limit, "read brotli: it expands more than %d to 1", expansion)
	case err == nil || err == io.EOF:
	case b.in.err != nil:
		err = b.in.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fault.New(fault.Truncated, "read brotli: ends too early")
	default:
		err = fault.New(fault.Tampered, "read brotli: not brotli, or damaged")
	}
	b.err = err
	return n, err
}
