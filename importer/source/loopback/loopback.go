// Package loopback serves a folder of archives on this machine's own address,
// as an origin would: for the demo and for trying a feed out.
package loopback

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"hindsite.app/player/fault"
)

// Origin is a running server.
type Origin struct {
	URL    string // of the feed
	server *http.Server
	done   chan struct{}
}

// feedEntry is one archive in index.json.
type feedEntry struct {
	URL     string    `json:"url"`
	Size    int64     `json:"size"`
	SHA256  string    `json:"sha256"`
	Seq     int64     `json:"seq"`
	Created time.Time `json:"created"`
}

// Serve serves the named files of dir and a feed that lists them. The caller
// closes the origin. Nothing beyond this machine can reach it.
func Serve(ctx context.Context, dir string, names []string, now time.Time) (*Origin, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(fault.Storage, "serve archives: %w", err)
	}
	feed, err := feedOf(root, names, now)
	if err != nil {
		root.Close()
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		root.Close()
		return nil, fault.New(fault.Server, "serve archives: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /index.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		// A reader that has gone away is no fault of ours.
		_, _ = w.Write(feed)
	})
	for _, e := range names {
		mux.HandleFunc("GET /"+e, func(w http.ResponseWriter, r *http.Request) {
			f, err := root.Open(e)
			if err != nil {
				http.NotFound(w, r)
				return
			}
			defer f.Close()
			w.Header().Set("ETag", `"`+e+`"`)
			http.ServeContent(w, r, e, now, f)
		})
	}
	o := &Origin{
		URL:    "http://" + listener.Addr().String() + "/index.json",
		server: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second},
		done:   make(chan struct{}),
	}
	go func() {
		defer close(o.done)
		defer root.Close()
		// It always returns an error, at the latest ErrServerClosed.
		_ = o.server.Serve(listener)
	}()
	return o, nil
}

func feedOf(root *os.Root, names []string, now time.Time) ([]byte, error) {
	entries := make([]feedEntry, 0, len(names))
	for i, name := range names {
		f, err := root.Open(name)
		if err != nil {
			return nil, fault.New(fault.Storage, "read archive: %w", err)
		}
		h := sha256.New()
		size, err := io.Copy(h, f)
		f.Close()
		if err != nil {
			return nil, fault.New(fault.Storage, "read archive: %w", err)
		}
		entries = append(entries, feedEntry{URL: name, Size: size, SHA256: hex.EncodeToString(h.Sum(nil)), Seq: int64(i + 1), Created: now.UTC()})
	}
	b, err := json.Marshal(entries)
	if err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return b, nil
}

// Close stops the server.
func (o *Origin) Close() error {
	err := o.server.Close()
	<-o.done
	return err
}
