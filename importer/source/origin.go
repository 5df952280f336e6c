package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync/atomic"

	"hindsite.app/player/fault"
)

const maxRedirects = 5

// origin is a feed, or a single archive, at an HTTP address.
type origin struct {
	url    *url.URL
	isFeed bool
	opts   Options
	client *http.Client
	reach  atomic.Int32 // where the origin's own host turned out to be
}

// How far a host is away. A redirect may not lead to a nearer network than the
// origin's own.
const (
	reachPublic int32 = iota
	reachPrivate
	reachLoopback
)

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
		Transport: &http.Transport{
			DialContext:            o.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: opts.RootCAs},
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        opts.StallTimeout,
		},
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
	resp, err := o.get(ctx, o.url.String(), 0, "")
	if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Server, "read feed: the origin answers %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxFeed+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fault.New(fault.Truncated, "read feed: broke off")
	case err != nil:
		return nil, fault.Default(fault.Server, fmt.Errorf("read feed: %w", err))
	case len(b) > maxFeed:
		return nil, fault.New(fault.Limit, "read feed: larger than %d bytes", maxFeed)
	}
	f, err := parseFeed(b, o.url)
	if err != nil {
		return nil, err
	}
	if f.Seq < o.opts.MinSeq {
		return nil, fault.New(fault.Signature, "read feed: older than the one before")
	}
	if !f.Expires.IsZero() && !o.opts.Clock.Now().Before(f.Expires) {
		return nil, fault.New(fault.Signature, "read feed: it has expired")
	}
	return f.entries(), nil
}

// Fetch implements Source.
func (o *origin) Fetch(ctx context.Context, e Entry, dir string, progress func(Progress)) (Result, error) {
	u, err := url.Parse(e.URL)
	if err != nil || u.Hostname() == "" || u.User != nil || !allowedScheme(u, o.url) {
		return Result{}, fault.New(fault.Server, "fetch archive: the address is not one that this origin may name")
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
		resp, err := o.get(ctx, e.URL, offset, tag)
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

// judge decides what a response is good for; again asks for a new request from
// the beginning.
func judge(resp *http.Response, offset int64, tag string, size int64) (r *response, again bool, err error) {
	r = &response{body: resp.Body, total: -1}
	if got := resp.Header.Get("ETag"); isStrong(got) {
		r.tag = got
	}
	if coding := resp.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, false, fault.New(fault.Server, "the origin compresses what it was asked not to")
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
	return nil, false, fault.New(fault.Server, "the origin answers %d", resp.StatusCode)
}

// parseRange reads a Content-Range (RFC 9110, section 14.4) that goes to the
// end of the whole.
func parseRange(s string) (from, total int64, ok bool) {
	s, found := strings.CutPrefix(s, "bytes ")
	span, whole, slash := strings.Cut(s, "/")
	first, last, dash := strings.Cut(span, "-")
	if !found || !slash || !dash {
		return 0, 0, false
	}
	numbers := [3]uint64{}
	for i, text := range []string{first, last, whole} {
		n, err := strconv.ParseUint(text, 10, 62)
		if err != nil {
			return 0, 0, false
		}
		numbers[i] = n
	}
	if numbers[0] > numbers[1] || numbers[1]+1 != numbers[2] {
		return 0, 0, false
	}
	return int64(numbers[0]), int64(numbers[2]), true
}

// get sends one request. The response's body is watched, and must be closed.
func (o *origin) get(ctx context.Context, address string, offset int64, tag string) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel(nil)
		return nil, fault.New(fault.Server, "the address is malformed")
	}
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", "Hindsite")
	if offset > 0 && tag != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		req.Header.Set("If-Range", tag)
	}
	if o.opts.Authorization != "" && o.isOwn(req.URL) {
		req.Header.Set("Authorization", o.opts.Authorization)
	}
	w := newWatchdog(o.opts, cancel)
	resp, err := o.client.Do(req)
	if err != nil {
		w.stop()
		err = requestError(ctx, err)
		cancel(nil)
		return nil, err
	}
	w.begin()
	resp.Body = &watched{body: resp.Body, dog: w, ctx: ctx, cancel: cancel}
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

// dial connects to the origin wherever it is, and to other hosts only if they
// are not nearer.
func (o *origin) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fault.New(fault.Server, "the address is malformed")
	}
	addrs, err := o.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	own := strings.EqualFold(host, o.url.Hostname())
	var last error
	for _, a := range addrs {
		near := reachOf(a)
		if own {
			o.reach.Store(max(o.reach.Load(), near))
		} else if near > o.reach.Load() {
			return nil, fault.New(fault.Server, "the origin leads into a private network")
		}
		conn, err := o.opts.Dial(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (o *origin) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	addrs, err := o.opts.Lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(addrs) == 0 {
		return nil, fault.New(fault.Server, "the host has no address")
	}
	return addrs, nil
}

func reachOf(a netip.Addr) int32 {
	a = a.Unmap()
	// RFC 6598, and "this network" of RFC 1122.
	shared := netip.MustParsePrefix("100.64.0.0/10")
	local := netip.MustParsePrefix("0.0.0.0/8")
	switch {
	case a.IsLoopback(), a.IsUnspecified(), a.Is4() && local.Contains(a):
		return reachLoopback
	case a.IsPrivate(), a.IsLinkLocalUnicast(), a.IsMulticast(), a.Is4() && shared.Contains(a):
		return reachPrivate
	}
	return reachPublic
}

func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
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
