package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

const (
	feedName = "index.json"
	maxFeed  = 16 << 20
	maxItems = 100_000
)

// feed is an origin's list of archives (FORMAT.md).
type feed struct {
	Seq      int64      `json:"seq"`
	Expires  time.Time  `json:"expires"`
	Archives []feedItem `json:"archives"`
}

type feedItem struct {
	URL     string    `json:"url"`
	Size    int64     `json:"size"`
	SHA256  Digest    `json:"sha256"`
	ETag    string    `json:"etag"`
	Seq     int64     `json:"seq"`
	Created time.Time `json:"created"`
}

// parseFeed reads the bytes of a feed that lies at base.
func parseFeed(b []byte, base *url.URL) (*feed, error) {
	f := &feed{}
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("[")) {
		err = json.Unmarshal(b, &f.Archives)
	} else {
		err = json.Unmarshal(b, f)
	}
	if err != nil {
		return nil, fault.New(fault.Schema, "read feed: malformed")
	}
	if len(f.Archives) > maxItems {
		return nil, fault.New(fault.Limit, "read feed: more than %d archives", maxItems)
	}
	for i := range f.Archives {
		item := &f.Archives[i]
		u, err := base.Parse(item.URL)
		switch {
		case err != nil || item.URL == "" || u.Hostname() == "" || u.User != nil:
			return nil, fault.New(fault.Schema, "read feed: archive %d: the address is malformed", i+1)
		case !allowedScheme(u, base):
			return nil, fault.New(fault.Server, "read feed: archive %d: the address is not https", i+1)
		case item.Size <= 0:
			return nil, fault.New(fault.Schema, "read feed: archive %d: the size is missing", i+1)
		case item.SHA256.IsZero():
			return nil, fault.New(fault.Schema, "read feed: archive %d: the digest is missing", i+1)
		}
		item.URL = u.String()
		f.Seq = max(f.Seq, item.Seq)
	}
	return f, nil
}

// errNotThere says that an origin has no such file.
var errNotThere = fault.New(fault.Server, "the origin does not have it")

// reading opens a small file of an origin. It fails with errNotThere when there
// is none.
type reading func(ctx context.Context, u *url.URL) (io.ReadCloser, error)

// readFeed reads the feed at base and holds it to the rules: its signature, a
// number that does not go back, a day that has not passed.
func readFeed(ctx context.Context, base *url.URL, opts Options, open reading) ([]Entry, error) {
	b, err := readSmall(ctx, base, open, maxFeed)
	if errors.Is(err, errNotThere) {
		err = fmt.Errorf("read feed: %w", err)
	}
	if err != nil {
		return nil, err
	}
	signed, err := whoSigned(ctx, b, base, opts, open)
	if err != nil {
		return nil, err
	}
	f, err := parseFeed(b, base)
	if err != nil {
		return nil, err
	}
	if f.Seq < opts.MinSeq {
		return nil, fault.New(fault.Signature, "read feed: older than the one before")
	}
	if !f.Expires.IsZero() && !opts.Clock.Now().Before(f.Expires) {
		return nil, fault.New(fault.Signature, "read feed: it has expired")
	}
	if opts.FeedRead != nil {
		opts.FeedRead(Feed{Seq: f.Seq, Expires: f.Expires, Signed: signed})
	}
	return f.entries(), nil
}

// Feed is what a list of archives says about itself.
type Feed struct {
	Seq     int64
	Expires time.Time // zero when it does not
	Signed  signature.Finding
}

// whoSigned checks the signatures that lie beside a feed, before anything in it
// is believed.
func whoSigned(ctx context.Context, b []byte, base *url.URL, opts Options, open reading) (signature.Finding, error) {
	var found [][]byte
	for _, ending := range []string{".sig", ".minisig"} {
		u := *base
		u.Path, u.RawPath = base.Path+ending, ""
		sig, err := readSmall(ctx, &u, open, signature.MaxSize)
		if errors.Is(err, errNotThere) {
			continue
		}
		if err != nil {
			return signature.Finding{}, fmt.Errorf("read signature: %w", err)
		}
		if isSignature(sig) {
			found = append(found, sig)
		}
	}
	finding := signature.Check(b, signature.Feed, found, opts.Pins)
	policy := opts.Signatures
	if policy == "" {
		policy = signature.Warn
	}
	if err := policy.Refuse(finding); err != nil {
		return finding, fmt.Errorf("read feed: %w", err)
	}
	return finding, nil
}

// isSignature tells a signature, be it good or not, from what some servers say
// in place of a file that they do not have. Whoever could put such a text in
// place of a signature could as well take it away.
func isSignature(b []byte) bool {
	b = bytes.TrimSpace(b)
	return bytes.HasPrefix(b, []byte("-----BEGIN SSH SIGNATURE-----")) || bytes.HasPrefix(b, []byte("untrusted comment:"))
}

// readSmall reads a file of at most limit bytes.
func readSmall(ctx context.Context, u *url.URL, open reading, limit int64) ([]byte, error) {
	body, err := open(ctx, u)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, limit+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fault.New(fault.Truncated, "read feed: broke off")
	case err != nil:
		return nil, fault.Default(fault.Server, fmt.Errorf("read feed: %w", err))
	case int64(len(b)) > limit:
		return nil, fault.New(fault.Limit, "read feed: larger than %d bytes", limit)
	}
	return b, nil
}

// entries returns the archives as they are listed.
func (f *feed) entries() []Entry {
	out := make([]Entry, 0, len(f.Archives))
	for _, item := range f.Archives {
		u, err := url.Parse(item.URL)
		if err != nil {
			continue // parseFeed let none through
		}
		seq := item.Seq
		if seq == 0 {
			seq = f.Seq
		}
		out = append(out, Entry{
			URL: item.URL, Name: fileName(u), Size: item.Size, SHA256: item.SHA256,
			ETag: item.ETag, Seq: seq, Created: item.Created,
		})
	}
	distinguish(out)
	return out
}

// allowedScheme reports whether an address that base speaks of may be used:
// https, or plain HTTP on this machine for a base that is there too; of a bucket
// what is in it.
func allowedScheme(u, base *url.URL) bool {
	if base.Scheme == "s3" {
		return u.Scheme == "s3" && u.Host == base.Host
	}
	return u.Scheme == "https" || u.Scheme == "http" && base.Scheme == "http" && isLoopbackHost(u.Hostname())
}
