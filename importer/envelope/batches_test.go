package envelope

import (
	"bytes"
	"io"
	"testing"

	"hindsite.app/player/fault"
)

type batchSource struct {
	*bytes.Reader
	closed *int
}

func (s batchSource) Close() error { *s.closed++; return nil }

func TestBatches(t *testing.T) {
	k := sealKeys(t)
	keys := Keys{Sealed: k}
	opened, closed := 0, 0
	batches := func(pieces ...[]byte) []Batch {
		var out []Batch
		for _, b := range pieces {
			out = append(out, Batch{Size: int64(len(b)), Open: func() (BatchSource, error) {
				opened++
				return batchSource{bytes.NewReader(b), &closed}, nil
			}})
		}
		return out
	}
	first, second, third := []byte(`{"type":4}`), []byte("{\"type\":2}\n"), []byte(`{"type":3}`)
	good := batches(sealTo(t, first, "visit", k[0]), sealTo(t, zs(t, second), "visit", k[1]), sealTo(t, third, "", k[0]))
	a, err := OpenBatches(t.Context(), "visit", good, keys, Limits{Sealed: true})
	if err != nil {
		t.Fatal(err)
	}
	for item := range a.Items(t.Context()) {
		c, err := item.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if want := "{\"type\":4}\n{\"type\":2}\n{\"type\":3}"; string(got) != want || err != nil || c.Session != "visit" {
			t.Errorf("%q, %v, session %q", got, err, c.Session)
		}
		if c.Protection.String() != "sealed with AES-256-GCM" {
			t.Error(c.Protection)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if opened == 0 || opened != closed {
		t.Errorf("%d pieces opened, %d closed", opened, closed)
	}
	for name, c := range map[string]struct {
		pieces []Batch
		want   fault.Class
	}{
		"none":            {nil, fault.NotArchive},
		"not sealed":      {batches(twoLines), fault.NotArchive},
		"second in clear": {batches(sealTo(t, first, "visit", k[0]), twoLines), fault.NotArchive},
		"another session": {batches(sealTo(t, first, "visit", k[0]), sealTo(t, second, "other", k[0])), fault.Tampered},
		"second changed":  {batches(sealTo(t, first, "visit", k[0]), flip(sealTo(t, second, "visit", k[0]), 550)), fault.Tampered},
	} {
		a, err := OpenBatches(t.Context(), "visit", c.pieces, keys, Limits{})
		if err == nil {
			err = readAll(a)["visit"].err
		}
		if fault.Of(err) != c.want {
			t.Errorf("%s: %v (%s)", name, err, fault.Of(err))
		}
	}
	if opened != closed {
		t.Errorf("%d pieces opened, %d closed", opened, closed)
	}
}
