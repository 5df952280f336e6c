// Package canary proves that a backend that draws hostile pages reaches nobody.
// Everything in its pages points at listeners on the loopback interface, which
// count who calls. It is for tests, and the only package beside the importer's
// sources that knows of networking.
package canary

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Canary listens on the loopback interface for HTTP, bare TCP and UDP.
type Canary struct {
	// Base is the address that pages point at, without a slash at the end.
	Base string
	udp  string

	mu      sync.Mutex
	page    string
	paths   map[string]int
	calls   int // connections over TCP
	packets int // over UDP
}

// Heard is what a canary noticed.
type Heard struct {
	Paths       []string // that were asked for over HTTP
	Connections int
	Packets     int
}

// Quiet reports whether nobody called.
func (h Heard) Quiet() bool { return h.Connections == 0 && h.Packets == 0 }

// String counts and names what was heard.
func (h Heard) String() string {
	return fmt.Sprintf("%d connections, %d packets, asked for %s", h.Connections, h.Packets, strings.Join(h.Paths, " "))
}

// Listen starts a canary that ends with the test.
func Listen(t testing.TB) *Canary {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Canary{Base: "http://" + tcp.Addr().String(), udp: udp.LocalAddr().String(), paths: map[string]int{}}
	server := &http.Server{Handler: c}
	var done sync.WaitGroup
	done.Go(func() { _ = server.Serve(counted{tcp, c}) })
	done.Go(func() { c.count(udp) })
	t.Cleanup(func() {
		_ = server.Close()
		_ = udp.Close()
		done.Wait()
	})
	return c
}

// counted counts what is accepted, whatever comes over it.
type counted struct {
	net.Listener
	canary *Canary
}

func (l counted) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.canary.mu.Lock()
		l.canary.calls++
		l.canary.mu.Unlock()
	}
	return conn, err
}

func (c *Canary) count(udp net.PacketConn) {
	buffer := make([]byte, 2048)
	for {
		if _, _, err := udp.ReadFrom(buffer); err != nil {
			return
		}
		c.mu.Lock()
		c.packets++
		c.mu.Unlock()
	}
}

// pagePath is where the page of Serve is.
const pagePath = "/the-page"

// Serve gives the canary a page, for those that are meant to load it, and
// returns its address.
func (c *Canary) Serve(html string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page = html
	return c.Base + pagePath
}

// ServeHTTP notes a request and answers so that more would follow.
func (c *Canary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	page := c.page
	if r.URL.Path != pagePath {
		c.paths[r.URL.Path]++
	}
	c.mu.Unlock()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	switch {
	case r.URL.Path == pagePath:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	case strings.Contains(r.URL.Path, "sheet") || strings.Contains(r.URL.Path, "import"):
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprintf(w, "p { background: url(%s%s-inner) }", c.Base, r.URL.Path)
	case strings.Contains(r.URL.Path, "frame"):
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<img src='%s%s-inner'>", c.Base, r.URL.Path)
	}
}

// Heard returns what was heard until now. The page of Serve does not count as a
// path, but its connection does.
func (c *Canary) Heard() Heard {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := Heard{Connections: c.calls, Packets: c.packets}
	for p := range c.paths {
		h.Paths = append(h.Paths, p)
	}
	slices.Sort(h.Paths)
	return h
}

// Poke calls the canary over HTTP and UDP itself, to show that it hears.
func (c *Canary) Poke(t testing.TB) {
	t.Helper()
	r, err := http.Get(c.Base + "/poke")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	u, err := net.Dial("udp", c.udp)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	if _, err := u.Write([]byte("poke")); err != nil {
		t.Fatal(err)
	}
}

// fill puts the canary's addresses into a vector: $ is the address of the
// vector, @PORT the port of the UDP listener.
func (c *Canary) fill(text, name string) string {
	_, port, _ := net.SplitHostPort(c.udp)
	if _, err := strconv.Atoi(port); err != nil {
		panic("internal error: no port")
	}
	slug := strings.NewReplacer(" ", "-", "/", "-", "@", "", ":", "-").Replace(name)
	return strings.NewReplacer("$WS", strings.Replace(c.Base, "http", "ws", 1)+"/"+slug, "$//", strings.TrimPrefix(c.Base, "http:")+"/"+slug, "$", c.Base+"/"+slug, "@PORT", port).Replace(text)
}
