package state

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"hindsite.app/data"
	"hindsite.app/data/keyring"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// Keyring is where the system keeps secrets. Its methods may wait for a person
// who unlocks it.
type Keyring interface {
	Put(name, secret string) error
	Secret(name string) (string, error)
	Drop(name string) error
}

// Origin is a place that archives come from, as it was set up.
type Origin struct {
	ID          string     `json:"id"`
	Address     string     `json:"address"` // without query
	Name        string     `json:"name"`
	Credentials Keeping    `json:"credentials"`
	Seq         int64      `json:"seq"`    // of its latest list; 0 when none was read
	Seen        *time.Time `json:"seen"`   // when that was
	Signed      string     `json:"signed"` // who signed it; "" when none was read
}

// Keeping says where credentials are.
type Keeping string

// The places.
const (
	NoCredentials Keeping = ""
	InKeyring     Keeping = "system keyring"
	InLibrary     Keeping = "sealed in the library"
)

// OriginOptions says what is to be remembered of an origin. Credentials go into
// the system's keyring, or sealed into the library where there is none.
type OriginOptions struct {
	Address       string
	Name          string // empty: the host or bucket
	Authorization string // value of the header of that name
	S3            source.S3
}

// access is what an origin is asked with: the secret part of an Origin.
type access struct {
	Authorization string    `json:"authorization,omitempty"`
	S3            source.S3 `json:"s3,omitzero"`
}

// originRecord is what the library keeps of an origin.
type originRecord struct {
	Address string  `json:"address"`
	Name    string  `json:"name"`
	Where   Keeping `json:"where"`
	Access  *access `json:"access,omitempty"` // when sealed here
}

// feedRecord is what is remembered of the list of an origin.
type feedRecord struct {
	Address string    `json:"address"`
	Seq     int64     `json:"seq"`
	Seen    time.Time `json:"seen"`
	Signed  string    `json:"signed"`
}

const (
	originKind = "origin"
	feedKind   = "feed"
)

// kept is a record of the library with its content as a T.
type kept[T any] struct {
	ID    string
	At    time.Time
	Value T
}

// recordsOf reads the records of a kind, the oldest first.
func recordsOf[T any](ctx context.Context, l *data.Library, kind string) ([]kept[T], error) {
	records, err := l.Records(ctx, kind)
	if err != nil {
		return nil, err
	}
	out := make([]kept[T], len(records))
	for i, r := range records {
		out[i].ID, out[i].At = r.ID, r.At
		if err := json.Unmarshal(r.Body, &out[i].Value); err != nil {
			return nil, fault.New(fault.Storage, "read %s: not what was stored", kind)
		}
	}
	return out, nil
}

func putRecord(ctx context.Context, l *data.Library, kind, id string, at time.Time, v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return l.PutRecord(ctx, data.Record{Kind: kind, ID: id, At: at, Body: body})
}

// AddOrigin remembers an origin, in place of one with the same address.
func (l *Library) AddOrigin(ctx context.Context, o OriginOptions) (Origin, error) {
	address, where, err := splitAddress(o.Address)
	if err != nil {
		return Origin{}, err
	}
	if where.Endpoint != "" {
		o.S3.Endpoint = where.Endpoint
	}
	if where.Region != "" {
		o.S3.Region = where.Region
	}
	if _, err := source.Parse(address, source.Options{S3: o.S3}); err != nil {
		return Origin{}, err
	}
	if o.Name == "" {
		o.Name = hostOf(address)
	}
	if len(o.Name) > 200 || strings.ContainsAny(o.Authorization, "\r\n") {
		return Origin{}, fault.New(fault.Schema, "add origin: the name is too long, or the authorization has more than one line")
	}
	all, err := recordsOf[originRecord](ctx, l.data, originKind)
	if err != nil {
		return Origin{}, err
	}
	id := ""
	for _, r := range all {
		if r.Value.Address == address {
			id = r.ID
		}
	}
	r := originRecord{Address: address, Name: o.Name}
	if id, err = putRecord(ctx, l.data, originKind, id, l.deps.Now(), r); err != nil {
		return Origin{}, err
	}
	if a := (access{o.Authorization, o.S3}); a != (access{}) {
		if err := l.keepAccess(id, &r, a); err != nil {
			return Origin{}, err
		}
		if _, err := putRecord(ctx, l.data, originKind, id, l.deps.Now(), r); err != nil {
			return Origin{}, err
		}
	} else {
		l.dropAccess(id)
	}
	return l.origin(ctx, id)
}

// keepAccess puts the credentials where they are safest.
func (l *Library) keepAccess(id string, r *originRecord, a access) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if l.deps.Keyring != nil {
		err := l.deps.Keyring.Put(secretName(id), string(b))
		if err == nil {
			r.Where = InKeyring
			return nil
		}
		if !errors.Is(err, keyring.ErrAbsent) && fault.Of(err) != fault.Limit {
			return err
		}
	}
	l.dropAccess(id)
	r.Where, r.Access = InLibrary, &a
	return nil
}

// dropAccess forgets what the keyring may have of an origin. A keyring that
// cannot be asked keeps it; it opens nothing without the origin's address.
func (l *Library) dropAccess(id string) {
	if l.deps.Keyring != nil {
		_ = l.deps.Keyring.Drop(secretName(id))
	}
}

func secretName(id string) string { return "origin " + id }

// RemoveOrigin forgets an origin and its credentials.
func (l *Library) RemoveOrigin(ctx context.Context, id string) error {
	o, err := l.origin(ctx, id)
	if err != nil {
		return err
	}
	if err := l.data.DropRecord(ctx, originKind, o.ID); err != nil {
		return err
	}
	l.dropAccess(o.ID)
	return nil
}

// ErrNoOrigin says that no origin of that id or address was set up.
var ErrNoOrigin = &fault.Error{Class: fault.Schema, Err: errors.New("no such origin")}

// origin finds an origin by id or address.
func (l *Library) origin(ctx context.Context, id string) (Origin, error) {
	all, err := l.Origins(ctx)
	if err != nil {
		return Origin{}, err
	}
	for _, o := range all {
		if o.ID == id || o.Address == id {
			return o, nil
		}
	}
	return Origin{}, ErrNoOrigin
}

// Origins returns the origins that were set up, in the order of that.
func (l *Library) Origins(ctx context.Context) ([]Origin, error) {
	all, err := recordsOf[originRecord](ctx, l.data, originKind)
	if err != nil {
		return nil, err
	}
	feeds, err := recordsOf[feedRecord](ctx, l.data, feedKind)
	if err != nil {
		return nil, err
	}
	out := make([]Origin, len(all))
	for i, r := range all {
		out[i] = Origin{ID: r.ID, Address: r.Value.Address, Name: r.Value.Name, Credentials: r.Value.Where}
		for _, f := range feeds {
			if f := f.Value; f.Address == r.Value.Address {
				out[i].Seq, out[i].Seen, out[i].Signed = f.Seq, &f.Seen, f.Signed
			}
		}
	}
	return out, nil
}

// accessTo returns what is known for asking an address: of the origin whose
// address is the longest beginning of it.
func (l *Library) accessTo(ctx context.Context, address string) (access, error) {
	all, err := recordsOf[originRecord](ctx, l.data, originKind)
	if err != nil {
		return access{}, err
	}
	var best kept[originRecord]
	for _, r := range all {
		if isBelow(address, r.Value.Address) && len(r.Value.Address) > len(best.Value.Address) {
			best = r
		}
	}
	switch {
	case best.Value.Where == NoCredentials:
		return access{}, nil
	case best.Value.Access != nil:
		return *best.Value.Access, nil
	case l.deps.Keyring == nil:
		return access{}, keyring.ErrAbsent
	}
	secret, err := l.deps.Keyring.Secret(secretName(best.ID))
	if err != nil {
		return access{}, err
	}
	var a access
	if err := json.Unmarshal([]byte(secret), &a); err != nil {
		return access{}, fault.New(fault.Storage, "read credentials: not what was stored")
	}
	return a, nil
}

// isBelow reports whether an address is origin's, or of something in it.
// Credentials never go to another host.
func isBelow(address, origin string) bool {
	a, err := url.Parse(address)
	if err != nil {
		return false
	}
	o, err := url.Parse(origin)
	if err != nil || a.Scheme != o.Scheme || a.Host != o.Host {
		return false
	}
	in := strings.TrimSuffix(o.Path, "index.json")
	return a.Path == o.Path || strings.HasPrefix(a.Path, strings.TrimSuffix(in, "/")+"/") || in == ""
}

// splitAddress takes the query from an address: it may hold secrets, or where
// an object storage is.
func splitAddress(raw string) (address string, s3 source.S3, err error) {
	if !isAddress(raw) {
		return "", s3, fault.New(fault.Unsupported, "read address: an origin is an https or s3 address")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return "", s3, fault.New(fault.Unsupported, "read address: malformed")
	}
	if u.Scheme == "s3" {
		s3.Endpoint, s3.Region = u.Query().Get("endpoint"), u.Query().Get("region")
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String(), s3, nil
}

func isAddress(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && scheme != "file" && len(scheme) > 1
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// sourceOptions returns what is needed to ask an address: the keys that are
// pinned for it, the rule for its signatures, and the credentials that the
// library has for it, and nothing of them for another storage than theirs.
func (l *Library) sourceOptions(ctx context.Context, address string) (source.Options, error) {
	o := l.deps.Network
	if !isAddress(address) {
		return o, nil
	}
	trust, err := l.Trust(ctx)
	if err != nil {
		return o, err
	}
	o.Pins, o.Signatures = trust.For(hostOf(address))
	a, err := l.accessTo(ctx, address)
	if err != nil {
		return o, err
	}
	_, named, err := splitAddress(address)
	if err != nil {
		return o, err
	}
	if named.Endpoint == "" || named.Endpoint == a.S3.Endpoint {
		o.S3 = a.S3
	}
	o.Authorization = a.Authorization
	return o, nil
}

// visited is an address and what is there.
type visited struct {
	source  source.Source
	entries []source.Entry
}

// visit lists what an address has, with the credentials and the memory of the
// library, and remembers the number of its list.
func (l *Library) visit(ctx context.Context, address string, throttle *source.Throttle) (visited, error) {
	o, err := l.sourceOptions(ctx, address)
	if err != nil {
		return visited{}, err
	}
	o.Throttle = throttle
	plain := withoutQuery(address)
	feeds, err := recordsOf[feedRecord](ctx, l.data, feedKind)
	if err != nil {
		return visited{}, err
	}
	id := ""
	for _, f := range feeds {
		if f.Value.Address == plain {
			id, o.MinSeq = f.ID, f.Value.Seq
		}
	}
	var read *source.Feed
	o.FeedRead = func(f source.Feed) { read = &f }
	src, err := source.Parse(address, o)
	if err != nil {
		return visited{}, err
	}
	entries, err := src.List(ctx)
	if err != nil {
		return visited{}, err
	}
	if read != nil {
		now := l.deps.Now().UTC()
		if _, err := putRecord(ctx, l.data, feedKind, id, now, feedRecord{plain, read.Seq, now, read.Signed.String()}); err != nil {
			return visited{}, err
		}
	}
	return visited{src, entries}, nil
}
