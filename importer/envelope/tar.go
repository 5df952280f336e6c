package envelope

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync/atomic"

	"hindsite.app/player/fault"
)

func (a *Archive) tarItems(ctx context.Context, spent *atomic.Int64) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		limits := a.limits.member()
		limits.Output = a.limits.Archive
		r, err := a.pool.Reader(a.section(), limits)
		if err != nil {
			yield(Item{}, fmt.Errorf("read tar: %w", err))
			return
		}
		defer r.Close()
		zeros := &zeroTail{r: r}
		w := tarWalk{a: a, in: tar.NewReader(zeros), seen: map[string]struct{}{}, spent: spent}
		if !w.run(ctx, yield) {
			return
		}
		// The end of the tar is not yet the end of the compression, whose
		// checksum is still to come.
		if _, err := io.Copy(io.Discard, zeros); err != nil {
			yield(Item{}, fmt.Errorf("read tar: %w", err))
			return
		}
		if zeros.n < tarBlock {
			yield(Item{}, fault.New(fault.Truncated, "read tar: its end is missing"))
		}
	}
}

const tarBlock = 512

// zeroTail counts the zeros at the end of what went through: a tar that was
// cut between two members lacks the blocks of zeros that end it.
type zeroTail struct {
	r io.Reader
	n int
}

func (z *zeroTail) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	rest := bytes.TrimRight(p[:n], "\x00")
	if len(rest) > 0 {
		z.n = 0
	}
	z.n = min(z.n+n-len(rest), tarBlock)
	return n, err
}

// tarWalk goes through a tar once.
type tarWalk struct {
	a     *Archive
	in    *tar.Reader
	seen  map[string]struct{}
	spent *atomic.Int64
	turn  int // the current member
}

// run reports whether it came to the end of the tar.
func (w *tarWalk) run(ctx context.Context, yield func(Item, error) bool) bool {
	for {
		if err := ctx.Err(); err != nil {
			yield(Item{}, err)
			return false
		}
		header, err := w.in.Next()
		if err == io.EOF {
			return true
		}
		if err != nil {
			yield(Item{}, fmt.Errorf("read tar: %w", tarError(err)))
			return false
		}
		w.turn++
		if w.turn > w.a.limits.Members {
			yield(Item{}, fault.New(fault.Limit, "read tar: more than %d members", w.a.limits.Members))
			return false
		}
		if header.Typeflag == tar.TypeDir || header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if !w.member(header, yield) {
			return false
		}
	}
}

// member yields one member and reports whether to go on.
func (w *tarWalk) member(header *tar.Header, yield func(Item, error) bool) bool {
	name := strings.TrimPrefix(header.Name, "./")
	item := Item{Name: shownName(name), Size: header.Size}
	if err := checkTarMember(header, name); err != nil {
		return yield(item, fmt.Errorf("read member: %w", err))
	}
	if claim(w.seen, foldName(name)) != nil {
		yield(Item{}, fault.New(fault.Duplicate, "read tar: two members named %s", item.Name))
		return false
	}
	turn, opened := w.turn, false
	item.Open = func(ctx context.Context) (*Content, error) {
		if turn != w.turn || opened {
			return nil, errors.New("read member: the archive has gone past it")
		}
		opened = true
		return w.a.openContent(ctx, &turned{w: w, turn: turn}, w.spent)
	}
	return yield(item, nil)
}

// turned reads a tar's member as long as it is that member's turn.
type turned struct {
	w    *tarWalk
	turn int
}

func (t *turned) Read(p []byte) (int, error) {
	if t.turn != t.w.turn {
		return 0, errors.New("the archive has gone past it")
	}
	n, err := t.w.in.Read(p)
	if err != nil && err != io.EOF {
		err = tarError(err)
	}
	return n, err
}

func checkTarMember(header *tar.Header, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if header.Typeflag != tar.TypeReg {
		return fault.New(fault.Path, "member is a link or a device")
	}
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return fault.New(fault.Unsupported, "member is a sparse file")
		}
	}
	return nil
}

func tarError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Truncated, "ends too early")
	}
	if errors.Is(err, tar.ErrFieldTooLong) {
		return fault.New(fault.Limit, "header too large")
	}
	return fault.Default(fault.Tampered, err)
}
