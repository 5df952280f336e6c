package keys

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"hindsite.app/player/fault"
)

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func newRing(t testing.TB, c Credential) *Keyring {
	t.Helper()
	k, err := New(c, MinParams())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func fileOf(t testing.TB, k *Keyring) []byte {
	t.Helper()
	b, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpensWithEachSlot(t *testing.T) {
	x := identity(t)
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	later := identity(t)
	k := newRing(t, Credential{Identities: []age.Identity{x, hybrid}, Passphrase: []byte("Grüße")})
	if _, err := k.AddRecipient(later.Recipient()); err != nil {
		t.Fatal(err)
	}
	s, w := k.NewSession("s")
	sealed, err := s.SealPerson(Cell{"t", "c", "r"}, []byte("v-1001"))
	if err != nil {
		t.Fatal(err)
	}
	b := fileOf(t, k)
	for name, c := range map[string]Credential{
		"x25519":         {Identities: []age.Identity{x}},
		"hybrid":         {Identities: []age.Identity{hybrid}},
		"added":          {Identities: []age.Identity{identity(t), later}},
		"passphrase":     {Passphrase: []byte("Grüße")},
		"decomposed":     {Passphrase: []byte("Gru\u0308ße")},
		"both, one fits": {Identities: []age.Identity{identity(t)}, Passphrase: []byte("Grüße")},
	} {
		o, err := Open(t.Context(), b, c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if o.Library() != k.Library() || o.Tag("visitor", "x") != k.Tag("visitor", "x") || len(o.Slots()) != 4 {
			t.Errorf("%s: another library", name)
		}
		os, err := o.Session("s", w)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := os.OpenPerson(Cell{"t", "c", "r"}, sealed); err != nil || string(got) != "v-1001" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if !bytes.Equal(fileOf(t, o), b) {
			t.Errorf("%s: keys.json is not written as it was read", name)
		}
	}
}

func TestWrongKey(t *testing.T) {
	b := fileOf(t, newRing(t, Credential{Identities: []age.Identity{identity(t)}, Passphrase: []byte("right")}))
	for name, c := range map[string]Credential{
		"passphrase": {Passphrase: []byte("wrong")},
		"identity":   {Identities: []age.Identity{identity(t)}},
		"nothing":    {},
		"endless":    {Passphrase: bytes.Repeat([]byte("x"), maxPassphrase+1)},
	} {
		if _, err := Open(t.Context(), b, c); fault.Of(err) != fault.NoKey {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, b, Credential{Passphrase: []byte("right")}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	scrypt, err := age.NewScryptIdentity("x")
	if err != nil {
		t.Fatal(err)
	}
	cheap := MinParams()
	cheap.MemoryKiB--
	for name, try := range map[string]struct {
		c    Credential
		p    Params
		want fault.Class
	}{
		"nothing":      {Credential{}, MinParams(), fault.Policy},
		"no recipient": {Credential{Identities: []age.Identity{scrypt}}, MinParams(), fault.Unsupported},
		"too cheap":    {Credential{Passphrase: []byte("x")}, cheap, fault.Limit},
		"too dear":     {Credential{Passphrase: []byte("x")}, Params{Time: 11, MemoryKiB: minMemoryKiB, Threads: 1}, fault.Limit},
	} {
		if _, err := New(try.c, try.p); fault.Of(err) != try.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// edit changes keys.json as somebody without a key could.
func edit(t testing.TB, b []byte, change func(*file)) []byte {
	t.Helper()
	var compact bytes.Buffer
	if err := json.Compact(&compact, b); err != nil {
		t.Fatal(err)
	}
	var f file
	if err := json.Unmarshal(compact.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	change(&f)
	out, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestHostileFiles(t *testing.T) {
	id := identity(t)
	cred := Credential{Identities: []age.Identity{id}}
	k := newRing(t, Credential{Identities: []age.Identity{id}, Passphrase: []byte("right")})
	b := fileOf(t, k)
	other := fileOf(t, newRing(t, Credential{Identities: []age.Identity{id}}))
	var foreign file
	if err := json.Unmarshal(other, &foreign); err != nil {
		t.Fatal(err)
	}
	params := func(from, to string) func(*file) {
		return func(f *file) {
			changed := strings.Replace(string(f.Slots[1].Params), from, to, 1)
			if changed == string(f.Slots[1].Params) {
				t.Fatalf("no %s in %s", from, changed)
			}
			f.Slots[1].Params = json.RawMessage(changed)
		}
	}
	for name, try := range map[string]struct {
		change func(*file)
		want   fault.Class
	}{
		"t=1":                     {params(`"t":3`, `"t":1`), fault.Tampered},
		"m=8":                     {params(`"m":65536`, `"m":8`), fault.Tampered},
		"m=128 MiB":               {params(`"m":65536`, `"m":131072`), fault.Tampered},
		"p=1":                     {params(`"p":4`, `"p":1`), fault.Tampered},
		"m=64 GiB":                {params(`"m":65536`, `"m":67108864`), fault.Limit},
		"m=2^63":                  {params(`"m":65536`, `"m":9223372036854775808`), fault.Limit},
		"t=11":                    {params(`"t":3`, `"t":11`), fault.Limit},
		"p=17":                    {params(`"p":4`, `"p":17`), fault.Limit},
		"other algorithm":         {params(`argon2id`, `argon2d`), fault.Schema},
		"unknown field":           {params(`{`, `{"x":1,`), fault.Schema},
		"slot removed":            {func(f *file) { f.Slots = f.Slots[:1] }, fault.Tampered},
		"slot doubled":            {func(f *file) { f.Slots = append(f.Slots, f.Slots[0]) }, fault.Tampered},
		"slot sealed":             {func(f *file) { f.Slots[0].Sealed[20] ^= 1 }, fault.Tampered},
		"slot renamed":            {func(f *file) { f.Slots[0].ID = "other" }, fault.Tampered},
		"slot of another library": {func(f *file) { f.Slots[0] = foreign.Slots[0] }, fault.Tampered},
		"slot of another library, sum made right": {func(f *file) {
			f.Slots[0] = foreign.Slots[0]
			f.Slots[0].Sum = f.Slots[0].sum(f.Library)
		}, fault.Tampered},
		"unknown kind":   {func(f *file) { f.Slots[0].Kind = "retina" }, fault.Unsupported},
		"epoch changed":  {func(f *file) { f.Epochs[0].Sealed[20] ^= 1 }, fault.Tampered},
		"epoch foreign":  {func(f *file) { f.Epochs = foreign.Epochs }, fault.Tampered},
		"epochs equal":   {func(f *file) { f.Epochs = append(f.Epochs, f.Epochs[0]) }, fault.Schema},
		"identity":       {func(f *file) { f.Identity = foreign.Identity }, fault.Tampered},
		"mac":            {func(f *file) { f.MAC[0] ^= 1 }, fault.Tampered},
		"no slots":       {func(f *file) { f.Slots = nil }, fault.Schema},
		"library":        {func(f *file) { f.Library = foreign.Library }, fault.Tampered},
		"library id":     {func(f *file) { f.Library = "x" }, fault.Schema},
		"newer":          {func(f *file) { f.Version = 2 }, fault.Unsupported},
		"other format":   {func(f *file) { f.Format = "x" }, fault.Schema},
		"too many slots": {func(f *file) { f.Slots = make([]slot, maxSlots+1) }, fault.Limit},
	} {
		if name == "too many slots" {
			// json.RawMessage must hold something to be written.
			inner := try.change
			try.change = func(f *file) {
				inner(f)
				for i := range f.Slots {
					f.Slots[i].Params = json.RawMessage("{}")
				}
			}
		}
		if _, err := Open(t.Context(), edit(t, b, try.change), cred); fault.Of(err) != try.want {
			t.Errorf("%s: %v (class %q), want %s", name, err, fault.Of(err), try.want)
		}
	}
	for name, raw := range map[string]string{"empty": "", "array": "[]", "two": string(b) + string(b), "cut": string(b[:len(b)/2])} {
		if _, err := Open(t.Context(), []byte(raw), cred); fault.Of(err) != fault.Schema {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(t.Context(), make([]byte, MaxFile+1), cred); fault.Of(err) != fault.Limit {
		t.Errorf("large: %v", err)
	}
}

func TestSealedValuesCannotMove(t *testing.T) {
	k := newRing(t, Credential{Identities: []age.Identity{identity(t)}})
	a, wa := k.NewSession("a")
	b, _ := k.NewSession("b")
	home := Cell{"views", "title", "a/1"}
	own, err := a.Seal(home, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	person, err := a.SealPerson(home, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	shared := k.Seal(home, []byte("x"))
	for _, c := range []Cell{{"view", "title", "a/1"}, {"views", "url", "a/1"}, {"views", "title", "a/2"}, {"viewst", "itle", "a/1"}} {
		for name, open := range map[string]func() ([]byte, error){
			"own":    func() ([]byte, error) { return a.Open(c, own) },
			"person": func() ([]byte, error) { return a.OpenPerson(c, person) },
			"shared": func() ([]byte, error) { return k.Open(c, shared) },
		} {
			if _, err := open(); fault.Of(err) != fault.Tampered {
				t.Errorf("%s at %v: %v", name, c, err)
			}
		}
	}
	for name, open := range map[string]func() ([]byte, error){
		"other session":     func() ([]byte, error) { return b.Open(home, own) },
		"other person":      func() ([]byte, error) { return b.OpenPerson(home, person) },
		"person as cell":    func() ([]byte, error) { return a.Open(home, person) },
		"cell as person":    func() ([]byte, error) { return a.OpenPerson(home, own) },
		"short":             func() ([]byte, error) { return a.Open(home, own[:27]) },
		"empty":             func() ([]byte, error) { return a.Open(home, nil) },
		"key of other name": func() ([]byte, error) { _, err := k.Session("b", wa); return nil, err },
	} {
		if _, err := open(); fault.Of(err) != fault.Tampered {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := k.Session("a", Wrapped{Epoch: 2, Sealed: wa.Sealed}); fault.Of(err) != fault.Erased {
		t.Errorf("epoch that is gone: %v", err)
	}
	if got, err := a.Open(home, own); err != nil || string(got) != "x" {
		t.Errorf("at home: %q, %v", got, err)
	}
}

func TestTagsAreHMAC(t *testing.T) {
	k := newRing(t, Credential{Identities: []age.Identity{identity(t)}})
	h := hmac.New(sha256.New, k.index)
	h.Write([]byte("visitor\x00v-1001"))
	got := k.Tag("visitor", "v-1001")
	if !bytes.Equal(got[:], h.Sum(nil)[:16]) {
		t.Error("tag is not HMAC-SHA256(index, field 0x00 value)[:16]")
	}
	if k.Tag("visitor", "x") == newRing(t, Credential{Identities: []age.Identity{identity(t)}}).Tag("visitor", "x") {
		t.Error("two libraries tag alike")
	}
}

func FuzzParse(f *testing.F) {
	k := newRing(f, Credential{Identities: []age.Identity{identity(f)}})
	f.Add(fileOf(f, k))
	f.Add([]byte(`{"format":"hindsite-keys","version":1,"library":"00000000000000000000000000000000","slots":[{"id":"a","kind":"passphrase","params":{"alg":"argon2id","t":3,"m":65536,"p":4,"salt":"AAAAAAAAAAAAAAAAAAAAAA=="},"sum":"","sealed":""}],"epochs":[{"n":1,"sealed":""}],"identity":"","mac":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parse(b)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(again); err != nil {
			t.Fatalf("read again: %v", err)
		}
	})
}

func BenchmarkOpenSession(b *testing.B) {
	k := newRing(b, Credential{Identities: []age.Identity{identity(b)}})
	s, w := k.NewSession("s")
	sealed, err := s.SealPerson(Cell{"t", "c", "s"}, []byte("v-1001"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := k.Session("s", w)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.OpenPerson(Cell{"t", "c", "s"}, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
