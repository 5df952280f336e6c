package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hindsite.app/player/fault"
)

// S3 says where an object storage is and who asks. Empty fields are taken from
// the usual places: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and
// AWS_DEFAULT_REGION, then Amazon's; and for the keys AWS_ACCESS_KEY_ID and its
// kin, MINIO_ACCESS_KEY and its kin, then the profile AWS_PROFILE of the files
// in ~/.aws. Without any the requests are not signed.
type S3 struct {
	Endpoint     string `json:"endpoint,omitempty"` // https://host[:port]; plain HTTP on this machine only
	Region       string `json:"region,omitempty"`
	AccessKey    string `json:"access_key,omitempty"`
	SecretKey    string `json:"secret_key,omitempty"`
	SessionToken string `json:"session_token,omitempty"`
}

// ErrDenied says that an origin or a storage knows who asks, or does not, and
// gives nothing.
var ErrDenied = &fault.Error{Class: fault.Server, Err: errors.New("the origin refuses these credentials, or asks for some")}

const amazon = "https://s3.amazonaws.com"

// bucket is a part of an S3 bucket: what is below a prefix, one object, or the
// archives of a feed that lies in it.
type bucket struct {
	name   string
	key    string // prefix, ends with / or is empty; or an object
	opts   Options
	client *minio.Core
}

// newBucket reads s3://bucket/key. The address may name endpoint and region in
// its query.
func newBucket(u *url.URL, opts Options) (*bucket, error) {
	if u.Hostname() == "" || u.Port() != "" || u.User != nil {
		return nil, fault.New(fault.Unsupported, "read address: an S3 address is s3://bucket/prefix/ or s3://bucket/object")
	}
	where := opts.S3
	query := u.Query()
	where.Endpoint = first(query.Get("endpoint"), where.Endpoint, os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), amazon)
	where.Region = first(query.Get("region"), where.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	endpoint, err := url.Parse(where.Endpoint)
	if err != nil || endpoint.Hostname() == "" || endpoint.User != nil || strings.Trim(endpoint.Path, "/") != "" || endpoint.RawQuery != "" {
		return nil, fault.New(fault.Unsupported, "read endpoint: it is https://host, without a path")
	}
	if endpoint.Scheme != "https" && (endpoint.Scheme != "http" || !isLoopbackHost(endpoint.Hostname())) {
		return nil, fmt.Errorf("read endpoint: %w", ErrPlainHTTP)
	}
	client, err := minio.NewCore(endpoint.Host, &minio.Options{
		Creds:      where.credentials(),
		Secure:     endpoint.Scheme == "https",
		Transport:  dogged{newGuard(endpoint.Hostname(), opts).transport(), opts},
		Region:     where.Region,
		MaxRetries: 3,
	})
	if err != nil {
		return nil, fault.New(fault.Unsupported, "read endpoint: it is not one of an object storage")
	}
	return &bucket{name: u.Host, key: strings.TrimPrefix(u.Path, "/"), opts: opts, client: client}, nil
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// credentials are those that were given, or else those of the usual places.
// The address of cloud machines that gives them out is not asked: a request to
// it from anywhere else goes to whoever has that address.
func (s S3) credentials() *credentials.Credentials {
	if s.AccessKey != "" {
		return credentials.NewStaticV4(s.AccessKey, s.SecretKey, s.SessionToken)
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.FileAWSCredentials{},
	})
}

func (b *bucket) url(key string) string {
	return (&url.URL{Scheme: "s3", Host: b.name, Path: "/" + key}).String()
}

// List implements Source: the objects below the prefix, the one object, or what
// the feed says.
func (b *bucket) List(ctx context.Context) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case path.Base(b.key) == feedName:
		return b.feed(ctx)
	case b.key != "" && !strings.HasSuffix(b.key, "/"):
		info, err := b.client.StatObject(ctx, b.name, b.key, minio.StatObjectOptions{})
		if err != nil {
			return nil, b.trouble(ctx, "find archive", err)
		}
		return []Entry{b.entry(info)}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var entries []Entry
	for info := range b.client.Client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.key, Recursive: true}) {
		if info.Err != nil {
			return nil, b.trouble(ctx, "list archives", info.Err)
		}
		if !isArchiveKey(info.Key) {
			continue
		}
		if len(entries) >= maxItems {
			return nil, fault.New(fault.Limit, "list archives: more than %d", maxItems)
		}
		entries = append(entries, b.entry(info))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	distinguish(entries)
	return entries, nil
}

// isArchiveKey leaves out folders, hidden objects, feeds and their signatures.
func isArchiveKey(key string) bool {
	name := path.Base(key)
	return !strings.HasSuffix(key, "/") && !strings.HasPrefix(name, ".") &&
		name != feedName && !strings.HasPrefix(name, feedName+".") && !strings.HasSuffix(name, partSuffix)
}

func (b *bucket) entry(info minio.ObjectInfo) Entry {
	key := info.Key
	if key == "" {
		key = b.key
	}
	return Entry{
		URL: b.url(key), Name: safeName(path.Base(key)), Size: info.Size,
		ETag: strongTag(info.ETag), Created: info.LastModified.UTC(),
	}
}

func strongTag(tag string) string {
	if tag == "" {
		return ""
	}
	return `"` + strings.Trim(tag, `"`) + `"`
}

func (b *bucket) feed(ctx context.Context) ([]Entry, error) {
	base, err := url.Parse(b.url(b.key))
	if err != nil {
		return nil, fault.New(fault.Unsupported, "read address: malformed")
	}
	return readFeed(ctx, base, b.opts, func(ctx context.Context, u *url.URL) (io.ReadCloser, error) {
		body, _, _, err := b.client.GetObject(ctx, b.name, strings.TrimPrefix(u.Path, "/"), minio.GetObjectOptions{})
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			return nil, errNotThere
		}
		if err != nil {
			return nil, b.trouble(ctx, "read feed", err)
		}
		return body, nil
	})
}

// keyOf returns the object of an entry, which must be in this bucket.
func (b *bucket) keyOf(e Entry) (string, error) {
	u, err := url.Parse(e.URL)
	if err != nil || u.Scheme != "s3" || u.Host != b.name || u.Path == "/" || u.Path == "" {
		return "", fault.New(fault.Server, "fetch archive: not of this bucket")
	}
	return strings.TrimPrefix(u.Path, "/"), nil
}

// Open implements Source.
func (b *bucket) Open(ctx context.Context, e Entry) (Archive, error) {
	key, err := b.keyOf(e)
	if err != nil {
		return nil, err
	}
	r, err := openRemote(ctx, func(ctx context.Context, offset, length int64, tag string) (piece, error) {
		resp, err := b.ask(ctx, key, span{offset, length, tag})
		if errors.Is(err, errOtherVersion) {
			return piece{}, errChanged
		}
		if err != nil {
			return piece{}, err
		}
		start, last, total, ok := parsePart(resp.header.Get("Content-Range"))
		if !ok || last-start+1 > length {
			resp.body.Close()
			return piece{}, fault.New(fault.Server, "the storage answers with another range than was asked for")
		}
		return piece{body: resp.body, start: start, total: total, tag: strongTag(resp.header.Get("ETag"))}, nil
	}, e.Size)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Fetch implements Source.
func (b *bucket) Fetch(ctx context.Context, e Entry, dir string, progress func(Progress)) (Result, error) {
	key, err := b.keyOf(e)
	if err != nil {
		return Result{}, err
	}
	open := func(ctx context.Context, offset int64, tag string) (*response, error) {
		return b.open(ctx, key, offset, tag)
	}
	return newTransfer(e, dir, open, b.opts, progress).run(ctx)
}

// open asks for the bytes from offset on, and for all of them when the object
// is another by now.
func (b *bucket) open(ctx context.Context, key string, offset int64, tag string) (*response, error) {
	if tag == "" {
		offset = 0
	}
	got, err := b.ask(ctx, key, span{from: offset, tag: tag})
	switch {
	case errors.Is(err, errPastEnd):
		info, err := b.client.StatObject(ctx, b.name, key, minio.StatObjectOptions{})
		if err != nil {
			return nil, b.trouble(ctx, "fetch archive", err)
		}
		if info.Size == offset && strongTag(info.ETag) == tag {
			return &response{start: offset}, nil // all of it is there
		}
		fallthrough
	case errors.Is(err, errOtherVersion):
		got, err = b.ask(ctx, key, span{})
	}
	if err != nil {
		return nil, err
	}
	r := &response{body: got.body, total: got.size, tag: strongTag(got.header.Get("ETag"))}
	if value := got.header.Get("Content-Range"); value != "" {
		from, total, ok := parseRange(value)
		if !ok || from != offset {
			got.body.Close()
			return nil, fault.New(fault.Server, "fetch archive: another range than was asked for")
		}
		r.start, r.total = from, total
	}
	return r, nil
}

var (
	errOtherVersion = errors.New("the object is another by now")
	errPastEnd      = errors.New("there is nothing behind")
)

type object struct {
	body   io.ReadCloser
	header http.Header
	size   int64 // as told; -1 when not
}

// ask sends one request for a part of an object, or for all of it.
func (b *bucket) ask(ctx context.Context, key string, s span) (object, error) {
	var o minio.GetObjectOptions
	if want := s.header(); want != "" {
		o.Set("Range", want)
	}
	if s.tag != "" {
		if err := o.SetMatchETag(strings.Trim(s.tag, `"`)); err != nil {
			return object{}, fault.New(fault.Server, "fetch archive: the entity tag is malformed")
		}
	}
	body, info, header, err := b.client.GetObject(ctx, b.name, key, o)
	if err != nil {
		switch minio.ToErrorResponse(err).StatusCode {
		case http.StatusPreconditionFailed:
			return object{}, errOtherVersion
		case http.StatusRequestedRangeNotSatisfiable:
			return object{}, errPastEnd
		}
		return object{}, b.trouble(ctx, "fetch archive", err)
	}
	return object{body: body, header: header, size: info.Size}, nil
}

// trouble gives an error of the client its class, without the names that it
// quotes.
func (b *bucket) trouble(ctx context.Context, doing string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if fault.Of(err) != "" {
		return fmt.Errorf("%s: %w", doing, requestError(ctx, err))
	}
	r := minio.ToErrorResponse(err)
	switch {
	case r.StatusCode == http.StatusForbidden, r.StatusCode == http.StatusUnauthorized,
		r.Code == minio.InvalidAccessKeyID, r.Code == minio.SignatureDoesNotMatch, r.Code == minio.AccessDenied:
		return fmt.Errorf("%s: %w", doing, ErrDenied)
	case r.Code == minio.NoSuchBucket:
		return fault.New(fault.Server, "%s: there is no such bucket", doing)
	case r.Code == minio.NoSuchKey, r.StatusCode == http.StatusNotFound:
		return fault.New(fault.Server, "%s: there is no such object", doing)
	case r.StatusCode > 0:
		return fault.New(fault.Server, "%s: the storage answers %d", doing, r.StatusCode)
	}
	return fault.New(fault.Server, "%s: no valid response", doing)
}
