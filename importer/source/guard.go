package source

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"

	"hindsite.app/player/fault"
)

// How far a host is away. Nothing that an origin says may lead to a nearer
// network than its own.
const (
	reachPublic int32 = iota
	reachPrivate
	reachLoopback
)

// guard decides which hosts an origin may lead to.
type guard struct {
	host  string // the origin's own
	opts  Options
	reach atomic.Int32 // where that host turned out to be
}

func newGuard(host string, opts Options) *guard { return &guard{host: host, opts: opts} }

// transport makes connections under the guard, with the rules for TLS.
func (g *guard) transport() *http.Transport {
	return &http.Transport{
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: g.opts.RootCAs},
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        g.opts.StallTimeout,
	}
}

// isOwn reports whether host is the origin's, or a bucket of it.
func (g *guard) isOwn(host string) bool {
	own := strings.ToLower(g.host)
	host = strings.ToLower(host)
	return host == own || strings.HasSuffix(host, "."+own)
}

// dial connects to the origin wherever it is, and to other hosts only if they
// are not nearer.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fault.New(fault.Server, "the address is malformed")
	}
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	own := g.isOwn(host)
	var last error
	for _, a := range addrs {
		near := reachOf(a)
		if own {
			g.reach.Store(max(g.reach.Load(), near))
		} else if near > g.reach.Load() {
			return nil, fault.New(fault.Server, "the origin leads into a private network")
		}
		conn, err := g.opts.Dial(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (g *guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	addrs, err := g.opts.Lookup(ctx, host)
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
