// Package source fetches archives from where they are: an HTTPS origin, a
// folder, a file. It is the only package that uses the network. What it
// fetches is ciphertext to it: it checks sizes and digests, and opens nothing.
package source

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// Source is a place that has archives. Its methods may be called from several
// goroutines. All errors carry a class, but for those of a cancelled context.
// Package sourcetest holds what every Source must pass.
type Source interface {
	// List returns the archives that are there.
	List(ctx context.Context) ([]Entry, error)

	// Fetch brings an archive of List into the folder dir, under its Name. A
	// fetch that was stopped goes on where it was, also in another process.
	// A file that is there already, whole, is not fetched again; a different
	// file of that name is not replaced, but refused with class Duplicate.
	// Progress, which may be nil, is called from the same goroutine, a few
	// times a second and at the end. One file must not be fetched twice at
	// the same time.
	Fetch(ctx context.Context, e Entry, dir string, progress func(Progress)) (Result, error)

	// Open reads an archive of List where it is, without fetching it whole. All
	// reads are of one version: when an origin replaces the archive meanwhile,
	// they fail with class Server. Reads end when ctx is cancelled. The caller
	// closes the archive.
	Open(ctx context.Context, e Entry) (Archive, error)
}

// Entry is an archive that can be fetched.
type Entry struct {
	URL     string // address, or path of a local file
	Name    string // file name to keep it under; harmless
	Size    int64  // bytes; -1 when not known
	SHA256  Digest // zero when not known
	ETag    string
	Seq     int64
	Created time.Time
}

// Digest is a SHA-256 digest, written in lower-case hexadecimal.
type Digest [sha256.Size]byte

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero reports whether the digest is not known.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText implements encoding.TextMarshaler.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) || strings.ToLower(string(text)) != string(text) {
		return errors.New("not 64 lower-case hexadecimal digits")
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// Result is a fetched archive.
type Result struct {
	URL         string // without query
	File        string // path
	Bytes       int64
	ResumedFrom int64 // bytes that were there before; Bytes when nothing was fetched
}

// Options is what a source takes from its surroundings. The zero value of a
// field means the default.
type Options struct {
	Authorization string // header value, sent to the origin's own host only
	MinSeq        int64  // a feed with a lower seq is refused
	// Pins are the keys that may sign the feed; Signatures is what becomes of a
	// feed that none of them signed, signature.Warn when empty. A bad signature
	// is refused in any case.
	Pins       []signature.Pin
	Signatures signature.Policy
	FeedRead   func(Feed) // told of a good feed before List returns; may be nil

	S3      S3    // for s3 addresses
	MaxSize int64 // bytes of an archive whose size nobody tells; default 200 GB

	Throttle *Throttle // shared by all fetches that it bounds; nil means no bound

	HeaderTimeout time.Duration // until the response begins; default 30 s
	StallTimeout  time.Duration // without a byte; default 30 s
	SlowRate      int64         // bytes per second that a fetch must make; default 1024
	SlowFor       time.Duration // over this time; default 5 min

	Clock   Clock
	Free    func(dir string) (int64, error) // bytes free on dir's disk; -1 when not known
	RootCAs *x509.CertPool                  // default: the system's
	Lookup  func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Create  func(root *os.Root, name string) (PartFile, error)
}

// PartFile is the file that bytes are appended to.
type PartFile interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	Seek(offset int64, whence int) (int64, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

func (o Options) withDefaults() Options {
	if o.MaxSize <= 0 {
		o.MaxSize = 200_000_000_000
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&o.HeaderTimeout, 30 * time.Second}, {&o.StallTimeout, 30 * time.Second}, {&o.SlowFor, 5 * time.Minute}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.SlowRate <= 0 {
		o.SlowRate = 1024
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Free == nil {
		o.Free = freeSpace
	}
	if o.Lookup == nil {
		o.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: o.HeaderTimeout}).DialContext
	}
	if o.Create == nil {
		o.Create = openPart
	}
	return o
}

// ErrPlainHTTP says that an address would be asked without encryption.
var ErrPlainHTTP = &fault.Error{Class: fault.Policy, Err: errors.New("plain HTTP is used on this machine only")}

// Parse makes a Source of an address or a path: an HTTPS address that ends in
// / or index.json is a feed, any other an archive; plain HTTP is taken only
// on this machine; s3://bucket/ with a prefix that ends in /, an index.json or an
// object; a path, or a file address, is a folder or a file.
func Parse(raw string, opts Options) (Source, error) {
	opts = opts.withDefaults()
	scheme, _, found := strings.Cut(raw, "://")
	if !found {
		return newLocal(raw, opts)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fault.New(fault.Unsupported, "read address: malformed")
	}
	switch strings.ToLower(scheme) {
	case "file":
		if u.Host != "" && u.Host != "localhost" {
			return nil, fault.New(fault.Unsupported, "read address: a file on another machine")
		}
		return newLocal(filePath(u), opts)
	case "s3":
		return newBucket(u, opts)
	case "https":
	case "http":
		if !isLoopbackHost(u.Hostname()) {
			return nil, fmt.Errorf("read address: %w", ErrPlainHTTP)
		}
	default:
		return nil, fault.New(fault.Unsupported, "read address: only https, s3, files and folders are read")
	}
	if u.Hostname() == "" {
		return nil, fault.New(fault.Unsupported, "read address: no host")
	}
	if u.User != nil {
		return nil, fault.New(fault.Unsupported, "read address: names and passwords do not belong into an address")
	}
	return newOrigin(u, opts), nil
}

// filePath is the path of a file address: file:///C:/x is C:\x on Windows.
func filePath(u *url.URL) string {
	path := filepath.FromSlash(u.Path)
	if trimmed := strings.TrimPrefix(path, string(filepath.Separator)); filepath.VolumeName(trimmed) != "" {
		return trimmed
	}
	return path
}

// Clock is the time as a source sees it.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in its own goroutine once d has passed.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a running AfterFunc.
type Timer interface {
	Stop() bool
	Reset(d time.Duration) bool
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
