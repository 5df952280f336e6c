package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"hindsite.app/player/fault"
)

const maxRedirects = 5

// origin is a feed, or a single archive, at an HTTP address.
type origin struct {
	url    *url.URL
	isFeed bool
	opts   Options
	client *http.Client
}

func newOrigin(u *url.URL, opts Options) *origin {
	o := &origin{url: u, opts: opts}
	if strings.HasSuffix(u.Path, "/") || u.Path == "" || path.Base(u.Path) == feedName {
		o.isFeed = true
		if path.Base(u.Path) != feedName {
			o.url = u.JoinPath(feedName)
			o.url.RawQuery = u.RawQuery
		}
	}
	o.client = &http.Client{
		CheckRedirect: o.checkRedirect,
		Transport:     dogged{newGuard(o.url.Hostname(), opts).transport(), opts},
	}
	return o
}

// List implements Source.
func (o *origin) List(ctx context.Context) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !o.isFeed {
		return []Entry{{URL: o.url.String(), Name: fileName(o.url), Size: -1}}, nil
	}
	return readFeed(ctx, o.url, o.opts, func(ctx context.Context, u *url.URL) (io.ReadCloser, error) {
		resp, err := o.get(ctx, u.String(), span{})
		if err != nil {
			return nil, fmt.Errorf("read feed: %w", err)
		}
		switch resp.StatusCode {
		case http.StatusOK:
			return resp.Body, nil
		case http.StatusNotFound, http.StatusGone:
			err = errNotThere
		default:
			err = fmt.Errorf("read feed: %w", answers(resp.StatusCode))
		}
		resp.Body.Close()
		return nil, err
	})
}

// answers is the error of a status that is of no use.
func answers(status int) error {
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		return ErrDenied
	}
	return fault.New(fault.Server, "the origin answers %d", status)
}

// Open implements Source, with a request for a range for each piece.
func (o *origin) Open(ctx context.Context, e Entry) (Archive, error) {
	if err := o.mayName(e); err != nil {
		return nil, err
	}
	r, err := openRemote(ctx, func(ctx context.Context, offset, length int64, tag string) (piece, error) {
		return o.piece(ctx, e, span{offset, length, tag})
	}, e.Size)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (o *origin) piece(ctx context.Context, e Entry, s span) (piece, error) {
	resp, err := o.get(ctx, e.URL, s)
	if err != nil {
		return piece{}, err
	}
	p := piece{body: resp.Body}
	switch {
	case !isPlain(resp.Header):
		err = errCompressed
	case resp.StatusCode == http.StatusOK && s.tag != "":
		err = errChanged
	case resp.StatusCode == http.StatusOK:
		err = fault.New(fault.Unsupported, "the origin does not give parts of an archive; download it first")
	case resp.StatusCode != http.StatusPartialContent:
		err = answers(resp.StatusCode)
	default:
		var last int64
		var ok bool
		p.start, last, p.total, ok = parsePart(resp.Header.Get("Content-Range"))
		if !ok || last-p.start+1 > s.length {
			err = fault.New(fault.Server, "the origin answers with another range than was asked for")
		}
	}
	if err != nil {
		resp.Body.Close()
		return piece{}, err
	}
	p.tag = resp.Header.Get("ETag")
	return p, nil
}

// mayName refuses archives that this origin may not speak of.
func (o *origin) mayName(e Entry) error {
	u, err := url.Parse(e.URL)
	if err != nil || u.Hostname() == "" || u.User != nil || !allowedScheme(u, o.url) {
		return fault.New(fault.Server, "fetch archive: the address is not one that this origin may name")
	}
	return nil
}

// Fetch implements Source.
func (o *origin) Fetch(ctx context.Context, e Entry, dir string, progress func(Progress)) (Result, error) {
	if err := o.mayName(e); err != nil {
		return Result{}, err
	}
	open := func(ctx context.Context, offset int64, tag string) (*response, error) {
		return o.open(ctx, e, offset, tag)
	}
	return newTransfer(e, dir, open, o.opts, progress).run(ctx)
}

// open asks for the bytes from offset on, and once more from the beginning
// when what there is turns out to be of another version.
func (o *origin) open(ctx context.Context, e Entry, offset int64, tag string) (*response, error) {
	for {
		resp, err := o.get(ctx, e.URL, span{from: offset, tag: tag})
		if err != nil {
			return nil, fmt.Errorf("fetch archive: %w", err)
		}
		r, again, err := judge(resp, offset, tag, e.Size)
		if err != nil || again || r.body == nil {
			resp.Body.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("fetch archive: %w", err)
		}
		if !again {
			return r, nil
		}
		offset, tag = 0, ""
	}
}

var errCompressed = fault.New(fault.Server, "the origin compresses what it was asked not to")

// isPlain reports whether a body is as it was asked for. Some storages keep the
// coding in which an object was once sent to them, aws-chunked, as its
// property, though they give it out without.
func isPlain(h http.Header) bool {
	coding := h.Get("Content-Encoding")
	return coding == "" || coding == "identity" || coding == "aws-chunked"
}

// judge decides what a response is good for; again asks for a new request from
// the beginning.
func judge(resp *http.Response, offset int64, tag string, size int64) (r *response, again bool, err error) {
	r = &response{body: resp.Body, total: -1}
	if got := resp.Header.Get("ETag"); isStrong(got) {
		r.tag = got
	}
	if !isPlain(resp.Header) {
		return nil, false, errCompressed
	}
	switch {
	case resp.StatusCode == http.StatusOK:
		r.total = resp.ContentLength
		return r, false, nil
	case resp.StatusCode == http.StatusPartialContent && offset > 0:
		if r.tag != tag {
			return nil, true, nil
		}
		from, total, ok := parseRange(resp.Header.Get("Content-Range"))
		if !ok || from != offset || size >= 0 && total != size {
			return nil, false, fault.New(fault.Server, "the origin answers with another range than was asked for")
		}
		r.start, r.total = from, total
		return r, false, nil
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && offset > 0:
		if offset == size {
			// All of it is there; whether it is right the digest will tell.
			return &response{start: offset}, false, nil
		}
		return nil, true, nil
	}
	return nil, false, answers(resp.StatusCode)
}

// parseRange reads a Content-Range (RFC 9110, section 14.4) that goes to the
// end of the whole.
func parseRange(s string) (from, total int64, ok bool) {
	from, last, total, ok := parsePart(s)
	if !ok || last+1 != total {
		return 0, 0, false
	}
	return from, total, true
}

// parsePart reads a Content-Range of which the size of the whole is known.
func parsePart(s string) (from, last, total int64, ok bool) {
	s, found := strings.CutPrefix(s, "bytes ")
	within, whole, slash := strings.Cut(s, "/")
	first, end, dash := strings.Cut(within, "-")
	if !found || !slash || !dash {
		return 0, 0, 0, false
	}
	numbers := [3]uint64{}
	for i, text := range []string{first, end, whole} {
		n, err := strconv.ParseUint(text, 10, 62)
		if err != nil {
			return 0, 0, 0, false
		}
		numbers[i] = n
	}
	if numbers[0] > numbers[1] || numbers[1] >= numbers[2] {
		return 0, 0, 0, false
	}
	return int64(numbers[0]), int64(numbers[1]), int64(numbers[2]), true
}

// span is a part of an archive: length bytes, or all to the end when length is
// 0, of the version that tag names. The zero value is the whole.
type span struct {
	from, length int64
	tag          string
}

// header returns the value of Range, "" for the whole.
func (s span) header() string {
	switch {
	case s.length > 0:
		return fmt.Sprintf("bytes=%d-%d", s.from, s.from+s.length-1)
	case s.from > 0 && s.tag != "":
		return fmt.Sprintf("bytes=%d-", s.from)
	}
	return ""
}

// get sends one request. The response's body is watched, and must be closed.
func (o *origin) get(ctx context.Context, address string, s span) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.New(fault.Server, "the address is malformed")
	}
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", "Hindsite")
	if want := s.header(); want != "" {
		req.Header.Set("Range", want)
		if s.tag != "" {
			req.Header.Set("If-Range", s.tag)
		}
	}
	if o.opts.Authorization != "" && o.isOwn(req.URL) {
		req.Header.Set("Authorization", o.opts.Authorization)
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return nil, requestError(ctx, err)
	}
	return resp, nil
}

// isOwn reports whether u is on the origin's own host.
func (o *origin) isOwn(u *url.URL) bool { return u.Scheme == o.url.Scheme && u.Host == o.url.Host }

// checkRedirect implements the rules for redirects; where they lead to is
// checked again when the address is known, in dial.
func (o *origin) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fault.New(fault.Server, "the origin redirects more than %d times", maxRedirects)
	}
	if !allowedScheme(req.URL, o.url) || req.URL.User != nil {
		return fault.New(fault.Server, "the origin redirects to an address that is not https")
	}
	req.Header.Del("Referer") // it would carry queries elsewhere
	if !o.isOwn(req.URL) {
		req.Header.Del("Authorization")
	}
	return nil
}

// requestError gives the class of a request that got no response. The client
// puts the whole address into its errors, so that only the cause is kept.
func requestError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if fault.Of(err) != "" {
		for {
			u, ok := errors.AsType[*url.Error](err)
			if !ok {
				return err
			}
			err = u.Err
		}
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fault.New(fault.Server, "reach origin: %w", op.Err)
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fault.New(fault.Server, "reach origin: its certificate is not good: %w", cert.Err)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fault.New(fault.Server, "reach origin: its name is not known: %w", dns)
	}
	return fault.New(fault.Server, "reach origin: no valid response")
}
