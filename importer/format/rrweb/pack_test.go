package rrweb

import (
	"testing"
)

func FuzzUnpack(f *testing.F) {
	f.Add(`{"type":4}`)
	f.Add("x\u009c\u00ab\u0056\u002a\u00a9\u002cH\u0055\u00b2\u0032\u00a9\u0005\u0000")
	f.Add("\u001f\u008b\u0008")
	f.Fuzz(func(t *testing.T, s string) {
		const limit = 1 << 16
		for _, undo := range []func(string, int) ([]byte, error){unpack, ungzip} {
			b, err := undo(s, limit)
			if err == nil && len(b) > limit && len(b) > len(s) {
				t.Fatalf("%d bytes were made, more than %d", len(b), limit)
			}
		}
		if b, ok := latin1(s); ok && len([]rune(s)) != len(b) {
			t.Fatalf("%d characters became %d bytes", len([]rune(s)), len(b))
		}
	})
}

func TestDepthAndLength(t *testing.T) {
	for text, want := range map[string]struct{ deep, long bool }{
		`{"a":[1]}`:             {false, false},
		`{"a":[[1]]}`:           {true, false},
		`"[[[[\"[[["`:           {false, true},
		`["\\",[[`:              {true, false},
		`"` + "12345678" + `"`:  {false, false},
		`"` + "123456789" + `"`: {false, true},
	} {
		if deep, long := nestsDeeper([]byte(text), 2), hasLongString([]byte(text), 8); deep != want.deep || long != want.long {
			t.Errorf("%s: deep %v, long %v", text, deep, long)
		}
	}
	if got := string(withoutNUL([]byte(`{"a\u0000":"\\u0000\u0000","b":"\u001f\u008b\u0000"}`))); got != `{"a\ufffd":"\\u0000\ufffd","b":"\u001f\u008b\u0000"}` {
		t.Errorf("got %s", got)
	}
}
