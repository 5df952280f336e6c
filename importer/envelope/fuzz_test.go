package envelope

import (
	"bytes"
	"context"
	"io"
	"testing"

	"hindsite.app/player/fault"
)

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":"hindsite-sessions/1","archive_id":"00","sessions":{"file":"sessions.jsonl.zst","sha256":"","count":1}}`))
	f.Add(listing{}.manifestFor(nil, 3))
	f.Add([]byte(`{"format":"hindsite-sessions/1","for":["a"],"recorded":{"from":"2026-01-01T00:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseManifest(b)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		// What parses is written and parses to the same.
		out, err := encodeManifest(m)
		if err != nil {
			return // a time that can be read and not written
		}
		again, err := parseManifest(out)
		if err != nil {
			t.Fatalf("does not parse again: %v", err)
		}
		if twice, _ := encodeManifest(again); !bytes.Equal(out, twice) {
			t.Fatal("changes when written again")
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add([]byte(session("a", part("s/1/1.jsonl.zst", nil, 1))+"\n"), 1)
	f.Add([]byte(session("a")+"\n\n"+session("b")), 2)
	f.Add([]byte("{}"), 1)
	f.Fuzz(func(t *testing.T, b []byte, count int) {
		entries, err := parseList(b, count)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		if len(entries) != count {
			t.Fatalf("%d entries, want %d", len(entries), count)
		}
		for i := range entries {
			if err := entries[i].check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	keys := testKeys(f)
	plain, _ := pack(f, nil)
	f.Add(plain, "x.sessions.zip")
	f.Add(seal(f, []byte(`{"type":4}`), recipients(keys)...), "x.ndjson.age")
	f.Add(zipOf(f, file{name: "a.json", body: []byte("[]"), method: 8}), "x.zip")
	f.Add([]byte("age-encryption.org/v1\n-> X25519 a\nb\n--- c\n"), "")
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n"), "")
	f.Add(zs(f, []byte(`[1]`)), "x.json.zst")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		limits := Limits{Member: 1 << 20, Archive: 4 << 20, Members: 1000}
		a, err := Open(context.Background(), bytes.NewReader(b), int64(len(b)), name, keys, limits)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		var total int64
		for item, err := range a.Items(context.Background()) {
			if err == nil {
				var r io.ReadCloser
				if r, err = item.Open(context.Background()); err == nil {
					var n int64
					n, err = io.Copy(io.Discard, r)
					total += n
					r.Close()
				}
			}
			if err != nil && fault.Of(err) == "" {
				t.Fatalf("%q: no class: %v", item.Name, err)
			}
		}
		if total > limits.Archive+limits.Member {
			t.Fatalf("yielded %d bytes", total)
		}
	})
}
