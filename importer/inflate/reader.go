package inflate

import (
	"bufio"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"hindsite.app/player/fault"
)

// Pool keeps decoders for use by one reader after another: a new one costs
// its window, megabytes, which is more than most recordings. The zero value is
// ready; it may be used from several goroutines.
type Pool struct {
	zstd sync.Pool // of *zstd.Decoder with the default window
}

// Reader is Pool.Reader with a pool of its own.
func Reader(r io.Reader, limits Limits) (io.ReadCloser, error) {
	return new(Pool).Reader(r, limits)
}

// Reader returns a reader of what r holds below its compression layers; plain
// data passes through. The caller closes the result, which does not close r.
//
// Errors carry a class: Tampered for a damaged stream, a wrong checksum or
// bytes behind the end; Truncated for a stream that was cut; Limit for one
// that is larger, deeper or dearer than allowed; Unsupported for a Zstandard
// dictionary. Errors of r itself come back as they are. Every error is final:
// after one, each Read returns the same error, never io.EOF. Bytes released
// before an error are not yet known to be whole.
//
// The result is for one goroutine.
func (p *Pool) Reader(r io.Reader, limits Limits) (io.ReadCloser, error) {
	limits = limits.withDefaults()
	source := &layer{src: r, max: limits.Output, ratio: limits.Ratio, free: limits.Free}
	source.root = source
	source.max = 0 // the source is bounded by what is made of it
	s := &stack{pool: p}

	top := source
	for depth := 0; ; depth++ {
		buffered := bufio.NewReaderSize(top, bufferSize)
		kind := Sniff(peek(buffered))
		if kind == Plain {
			s.top = &layer{
				src: buffered, below: top, root: source, kind: Plain,
				max: limits.Output, ratio: limits.Ratio, free: limits.Free,
			}
			return s, nil
		}
		if depth == limits.Layers {
			s.Close()
			return nil, fault.New(fault.Limit, "read compressed data: more than %d layers", limits.Layers)
		}
		next := &layer{
			below: top, root: source, kind: kind,
			max: limits.Output, ratio: limits.Ratio, free: limits.Free,
		}
		if err := s.open(next, buffered, limits); err != nil {
			s.Close()
			return nil, err
		}
		top = next
	}
}

const bufferSize = 32 * kib

// stack is the layers of one stream; closing releases the decoders.
type stack struct {
	pool   *Pool
	top    *layer
	closes []func()
}

func (s *stack) Read(p []byte) (int, error) { return s.top.Read(p) }

// Close releases the decoders. It never fails.
func (s *stack) Close() error {
	for _, c := range s.closes {
		c()
	}
	s.closes = nil
	if s.top != nil && s.top.err == nil {
		s.top.err = errClosed
	}
	return nil
}

var errClosed = errors.New("read after close")

// open sets the decoder of l, which reads compressed bytes from r.
func (s *stack) open(l *layer, r *bufio.Reader, limits Limits) error {
	switch l.kind {
	case Gzip:
		l.src = &gzipReader{in: r}
	case Zlib:
		l.src = &zlibReader{in: r}
	case Zstd:
		frames := &frameReader{in: r, window: limits.Window, skippable: limits.Skippable}
		d, release, err := s.pool.decoder(frames, limits.Window)
		if err != nil {
			return l.classify(err)
		}
		s.closes = append(s.closes, release)
		l.src = d
		l.frames = frames
	}
	return nil
}

// decoder returns a decoder of r, and what to do with it afterwards.
func (p *Pool) decoder(r io.Reader, window int64) (*zstd.Decoder, func(), error) {
	pooled := window == defaultWindow
	if pooled {
		if d, ok := p.zstd.Get().(*zstd.Decoder); ok {
			return d, func() { p.put(d) }, d.Reset(r)
		}
	}
	// The decoder's own memory limit does not stop a stream; the layer does.
	// One goroutine keeps reads and errors in order.
	d, err := zstd.NewReader(r,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(window)))
	if err != nil {
		return nil, nil, err
	}
	if !pooled {
		return d, d.Close, nil
	}
	return d, func() { p.put(d) }, nil
}

// put keeps d for the next reader, unless it will not let go of its input.
func (p *Pool) put(d *zstd.Decoder) {
	if d.Reset(nil) == nil {
		p.zstd.Put(d)
	}
}

// layer counts, limits and classifies what one decoder yields. The bottom
// layer is the source itself.
type layer struct {
	src    io.Reader
	below  *layer // nil for the source
	root   *layer // the source, for the expansion ratio
	frames *frameReader
	kind   Kind

	max, ratio, free int64

	n   int64 // bytes yielded
	err error // final
}

// Read implements io.Reader with a sticky error.
func (l *layer) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := l.src.Read(p)
	l.n += int64(n)
	if limit := l.exceeded(); limit != nil {
		l.err = limit
		return 0, limit
	}
	if err != nil {
		l.err = l.classify(err)
		if l.err != io.EOF {
			// Withhold what came with the error: its checksum is wrong.
			return 0, l.err
		}
	}
	return n, l.err
}

// exceeded returns the limit that the layer has passed, or nil.
func (l *layer) exceeded() error {
	if l.below == nil {
		return nil
	}
	if l.n > l.max {
		return fault.New(fault.Limit, "read %s data: more than %d bytes", l.kind, l.max)
	}
	if l.n > l.free && l.n/l.ratio > l.root.n {
		return fault.New(fault.Limit, "read %s data: expands more than %d to 1", l.kind, l.ratio)
	}
	return nil
}

// classify turns an error of the layer's decoder into one with a class. The
// first cause counts: an error below makes errors above.
func (l *layer) classify(err error) error {
	if l.below == nil {
		return err
	}
	if e := l.below.err; e != nil && e != io.EOF {
		return e
	}
	if l.frames != nil && l.frames.err != nil {
		return l.frames.err
	}
	if err == io.EOF || fault.Of(err) != "" {
		return err
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fault.New(fault.Truncated, "read %s data: ends too early", l.kind)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fault.New(fault.Limit, "read %s data: %w", l.kind, err)
	case errors.Is(err, zstd.ErrUnknownDictionary), errors.Is(err, zlib.ErrDictionary):
		return fault.New(fault.Unsupported, "read %s data: made with a dictionary", l.kind)
	}
	return fault.New(fault.Tampered, "read %s data: %w", l.kind, err)
}

// errTrailing is for bytes behind the end of a gzip or zlib stream.
var errTrailing = errors.New("bytes behind the end")

// gzipReader reads one gzip member after another. It does by hand what the
// decoder's multistream mode does, because that cannot tell a cut member from
// garbage.
type gzipReader struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (g *gzipReader) Read(p []byte) (int, error) {
	if g.z == nil {
		z, err := gzip.NewReader(g.in)
		if err != nil {
			return 0, noEOF(err)
		}
		z.Multistream(false)
		g.z = z
	}
	for {
		n, err := g.z.Read(p)
		if err != io.EOF {
			return n, err
		}
		next, err := g.in.Peek(3)
		if len(next) == 0 {
			return n, err
		}
		if Sniff(next) != Gzip {
			return n, errTrailing
		}
		if err := g.z.Reset(g.in); err != nil {
			return n, noEOF(err)
		}
		g.z.Multistream(false)
		if n > 0 {
			return n, nil
		}
	}
}

type zlibReader struct {
	in *bufio.Reader
	z  io.ReadCloser
}

func (z *zlibReader) Read(p []byte) (int, error) {
	if z.z == nil {
		r, err := zlib.NewReader(z.in)
		if err != nil {
			return 0, noEOF(err)
		}
		z.z = r
	}
	n, err := z.z.Read(p)
	if err == io.EOF {
		if _, more := z.in.Peek(1); more == nil {
			return n, errTrailing
		}
	}
	return n, err
}

// noEOF makes an end within a header an early end.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
