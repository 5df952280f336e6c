package data

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"hindsite.app/player/fault"
)

func TestRecords(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	for i := range 3 {
		id, err := l.PutRecord(ctx, Record{Kind: "origin", ID: fmt.Sprint("o", i), At: testStart.Add(-time.Duration(i) * time.Hour), Body: []byte(marker + fmt.Sprint(i))})
		if err != nil || id != fmt.Sprint("o", i) {
			t.Fatal(id, err)
		}
	}
	if _, err := l.PutRecord(ctx, Record{Kind: "origin", ID: "o1", At: testStart.Add(-time.Hour), Body: []byte("again")}); err != nil {
		t.Fatal(err)
	}
	given, err := l.PutRecord(ctx, Record{Kind: "download", Body: []byte("x")})
	if err != nil || len(given) != 32 {
		t.Fatal(given, err)
	}
	if err := l.DropRecord(ctx, "origin", "o2"); err != nil {
		t.Fatal(err)
	}
	if err := l.DropRecord(ctx, "origin", "o2"); err != nil {
		t.Errorf("drop twice: %v", err)
	}
	l = reopen(t, l)
	got, err := l.Records(ctx, "origin")
	if err != nil || len(got) != 2 || got[0].ID != "o1" || string(got[0].Body) != "again" || got[1].ID != "o0" || !got[1].At.Equal(testStart) {
		t.Errorf("%+v, %v", got, err)
	}
	if n := found(t, l.dir, marker); n != 0 {
		t.Errorf("the content lies in %d files", n)
	}
}

func TestRecordsAreSealedToTheirPlace(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	for _, id := range []string{"a", "b"} {
		if _, err := l.PutRecord(ctx, Record{Kind: "origin", ID: id, Body: []byte(id)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.db.write.ExecContext(ctx, `UPDATE records SET body = (SELECT body FROM records WHERE id = 'b') WHERE id = 'a'`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Records(ctx, "origin"); fault.Of(err) != fault.Tampered {
		t.Errorf("got %v, want %s", err, fault.Tampered)
	}
}

func TestRecordsAreBounded(t *testing.T) {
	l := newLibrary(t)
	for _, r := range []Record{{Kind: ""}, {Kind: "abcdefghijklmnopqrstuvwxyzabcdefg"}, {Kind: "origin", Body: bytes.Repeat([]byte("x"), maxBody+1)}} {
		if _, err := l.PutRecord(t.Context(), r); fault.Of(err) != fault.Limit {
			t.Errorf("kind %q, %d bytes: %v", r.Kind, len(r.Body), err)
		}
	}
}
