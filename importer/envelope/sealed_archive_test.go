package envelope

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"hindsite.app/importer/envelope/sealed"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// sealKeys are keys that Node's WebCrypto has made.
func sealKeys(t testing.TB) []*sealed.Key {
	t.Helper()
	var out []*sealed.Key
	for _, name := range []string{"ec.jwk", "rsa.jwk"} {
		b, err := os.ReadFile(filepath.Join("sealed", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		keys, err := sealed.ParseKeys(b)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, keys...)
	}
	return out
}

func public(keys ...*sealed.Key) []*sealed.Public {
	var out []*sealed.Public
	for _, k := range keys {
		out = append(out, &k.Public)
	}
	return out
}

func sealTo(t testing.TB, plain []byte, session string, keys ...*sealed.Key) []byte {
	t.Helper()
	b, err := sealed.Seal(plain, public(keys...), session, "x")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// packSealed makes an archive of two sessions, every member sealed.
func packSealed(t testing.TB, to []age.Recipient, info Info) ([]byte, map[string]string) {
	t.Helper()
	var out bytes.Buffer
	w, err := Create(&out, to, info, testDeps())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for id, n := range map[string]int{"alpha-session": 1500, "beta-session": 2} {
		text, events := eventLines(n)
		want[id] = text
		if err := w.Add(t.Context(), SessionInfo{ID: id, Visitor: "somebody", Start: start}, events); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), want
}

func TestAES256Profile(t *testing.T) {
	keys := sealKeys(t)
	b, want := packSealed(t, nil, Info{SealTo: public(keys...)})
	for _, secret := range []string{"alpha-session", "beta-session", "somebody", "T10:0", "jsonl", "timestamp"} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%q is in clear", secret)
		}
	}
	for _, k := range keys {
		a, err := openBytes(b, strictName, Keys{Sealed: []*sealed.Key{k}})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Protection(); got != (Protection{Sealed: Wholly}) || got.String() != "sealed with AES-256-GCM" {
			t.Errorf("protection %v", got)
		}
		got := readAll(a)
		for id, text := range want {
			if got[id].text != text {
				t.Errorf("%s: %d bytes, %v", id, len(got[id].text), got[id].err)
			}
		}
		if len(a.Notes()) > 0 || a.ForSomebodyElse() {
			t.Errorf("notes %v", a.Notes())
		}
		if err := a.Verify(t.Context(), func(Verdict) {}); err != nil {
			t.Error(err)
		}
		if m := a.Manifest(); m.Recorded != nil || m.Sessions.Count != 2 || len(m.For) != 2 {
			t.Errorf("manifest %+v", m)
		}
	}
	stranger, err := sealed.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []Keys{{}, testKeys(t), {Sealed: []*sealed.Key{stranger}}} {
		if _, err := openBytes(b, strictName, k); fault.Of(err) != fault.NoKey {
			t.Errorf("%v: %v", k, err)
		}
	}
}

func TestSealedWithinAge(t *testing.T) {
	k := sealKeys(t)
	keys := testKeys(t)
	b, want := packSealed(t, recipients(keys), Info{SealTo: public(k...)})
	keys.Sealed = k
	a, err := openBytes(b, strictName+".age", keys)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Protection().String(); got != "sealed with AES-256-GCM, encrypted with age (X25519)" {
		t.Error(got)
	}
	if got := readAll(a); got["beta-session"].text != want["beta-session"] {
		t.Error(got["beta-session"].err)
	}
	// An archive that is only age is never said to be AES-256.
	plain, _ := pack(t, recipients(keys))
	if a, err = openBytes(plain, "", keys); err != nil || strings.Contains(a.Protection().String(), "AES") {
		t.Errorf("%v, %v", a.Protection(), err)
	}
}

// What makes a session sealed is told of each session.
func mixed(t *testing.T) (b []byte, keys Keys) {
	t.Helper()
	k := sealKeys(t)
	plain := zs(t, twoLines)
	own := sealTo(t, plain, "own", k[0])
	none := sealTo(t, twoLines, "", k[1])
	stolen := sealTo(t, plain, "own", k[0])
	broken := flip(sealTo(t, plain, "broken", k[0]), len(own)-20)
	l := listing{
		lines: []string{
			session("own", sealedPart("1.seal", own, "seal")),
			session("unnamed", sealedPart("2.seal", none, "seal")),
			session("half", sealedPart("3.seal", none, "seal"), part("3.zst", plain, 2)),
			session("clear", part("4.zst", plain, 2)),
			session("stolen", sealedPart("5.seal", stolen, "seal")),
			session("broken", sealedPart("6.seal", broken, "seal")),
			session("other-form", sealedPart("7.seal", own, "jwe")),
		},
		files: []file{
			{name: "1.seal", body: own}, {name: "2.seal", body: none}, {name: "3.seal", body: none}, {name: "3.zst", body: plain},
			{name: "4.zst", body: plain}, {name: "5.seal", body: stolen}, {name: "6.seal", body: broken}, {name: "7.seal", body: own},
		},
	}
	return l.zip(t), Keys{Sealed: k}
}

func TestMixedArchive(t *testing.T) {
	b, keys := mixed(t)
	a, err := openBytes(b, strictName, keys)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Protection().String(); got != "partly sealed with AES-256-GCM, the rest not encrypted" {
		t.Error(got)
	}
	if n := a.Notes(); len(n) != 1 || n[0].Class != fault.Policy {
		t.Errorf("notes %v", n)
	}
	want := map[string]struct {
		class      fault.Class
		protection string
	}{
		"own": {"", "sealed with AES-256-GCM"}, "unnamed": {"", "sealed with AES-256-GCM"},
		"half":  {"", "partly sealed with AES-256-GCM, the rest not encrypted"},
		"clear": {"", "not encrypted"}, "stolen": {fault.Tampered, ""}, "broken": {fault.Tampered, ""}, "other-form": {fault.Tampered, ""},
	}
	for item, err := range a.Items(t.Context()) {
		w := want[item.Name]
		var c *Content
		var text []byte
		if err == nil {
			if c, err = item.Open(t.Context()); err == nil {
				text, err = io.ReadAll(c)
			}
		}
		if fault.Of(err) != w.class {
			t.Errorf("%s: %v, want %q", item.Name, err, w.class)
		}
		if err == nil && (c.Protection.String() != w.protection || !bytes.HasPrefix(text, twoLines)) {
			t.Errorf("%s: %s, %q", item.Name, c.Protection, text)
		}
	}
}

// Cases 25 and 26 of the security design, section 3.3.
func TestCase26(t *testing.T) {
	b, keys := mixed(t)
	inAge := testKeys(t)
	onlyAge, _ := pack(t, recipients(inAge))
	allSealed, _ := packSealed(t, nil, Info{SealTo: public(keys.Sealed...)})
	inAge.Sealed = keys.Sealed
	single := sealTo(t, twoLines, "", keys.Sealed[0])
	for _, c := range []struct {
		name           string
		in             []byte
		taken, refused int
	}{
		{"case 26 age alone", onlyAge, 0, 3},
		{"case 26 some sealed", b, 2, 2}, // three more are broken
		{"case 26 all sealed", allSealed, 2, 0},
		{"case 26 one sealed recording", single, 1, 0},
		{"case 26 one recording in clear", twoLines, 0, 1},
		{"case 26 sealed and clear files", zipOf(t, file{name: "a.seal", body: single}, file{name: "b.json", body: twoLines}), 1, 1},
		{"case 26 sealed and clear files, tar", tarWith(t, single, twoLines), 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Open(t.Context(), bytes.NewReader(c.in), int64(len(c.in)), "", inAge, Limits{Sealed: true})
			if err != nil {
				t.Fatal(err)
			}
			taken, refused := 0, 0
			for _, o := range readAll(a) {
				switch {
				case o.err == nil:
					taken++
				case o.class == fault.Policy && o.text == "":
					refused++
				}
			}
			if taken != c.taken || refused != c.refused {
				t.Errorf("%d taken, %d refused", taken, refused)
			}
		})
	}
}

func TestCase25(t *testing.T) {
	b, keys := mixed(t)
	allSealed, _ := packSealed(t, nil, Info{SealTo: public(keys.Sealed...)})
	clear, _ := pack(t, nil)
	for _, c := range []struct {
		name string
		in   []byte
		want fault.Class
	}{
		{"case 25 archive in clear", clear, fault.Policy},
		{"case 25 recording in clear", twoLines, fault.Policy},
		{"case 25 files in clear", zipOf(t, file{name: "a.json", body: twoLines}), fault.Policy},
		{"case 25 sealed recordings, the list in clear", b, fault.Policy},
		{"case 25 everything sealed", allSealed, ""},
		{"case 25 one sealed recording", sealTo(t, twoLines, "", keys.Sealed[0]), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(t.Context(), bytes.NewReader(c.in), int64(len(c.in)), "", keys, Limits{Encrypted: true})
			if fault.Of(err) != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func tarWith(t *testing.T, bodies ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i, b := range bodies {
		if err := w.WriteHeader(&tar.Header{Name: string(rune('a' + i)), Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(b))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSealedFiles(t *testing.T) {
	k := sealKeys(t)
	keys := testKeys(t)
	to := recipients(keys)
	keys.Sealed = k
	in := sealTo(t, twoLines, "visit", k[0])
	for name, b := range map[string][]byte{
		"a.seal": in, "a.seal.age": seal(t, in, to...), "a.seal.zst": zs(t, in),
		"compressed.seal": sealTo(t, zs(t, twoLines), "visit", k[1]),
	} {
		a, err := openBytes(b, name, keys)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.Protection().Sealed != Wholly {
			t.Errorf("%s: %s", name, a.Protection())
		}
		for item := range a.Items(t.Context()) {
			c, err := item.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, twoLines) || c.Session != "visit" {
				t.Errorf("%s: %q, session %q, %v", name, got, c.Session, err)
			}
		}
	}
	for name, c := range map[string]struct {
		in   []byte
		keys Keys
		want fault.Class
	}{
		"no key":              {in, Keys{}, fault.NoKey},
		"sealed twice":        {sealTo(t, in, "", k[0]), keys, fault.Unsupported},
		"case 53 ZIP sealed":  {sealTo(t, zipOf(t, file{name: "a", body: twoLines}), "", k[0]), keys, fault.Unsupported},
		"case 53 age sealed":  {sealTo(t, seal(t, twoLines, to...), "", k[0]), keys, fault.Unsupported},
		"case 49 bomb sealed": {sealTo(t, bigBomb(t), "", k[0]), keys, fault.Limit},
		"cut":                 {in[:len(in)-10], keys, fault.Tampered},
	} {
		a, err := openBytes(c.in, "a", c.keys)
		if err == nil {
			for _, o := range readAll(a) {
				err = errors.Join(err, o.err)
			}
		}
		if fault.Of(err) != c.want {
			t.Errorf("%s: %v (%s), want %s", name, err, fault.Of(err), c.want)
		}
	}
}

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

func archiveSigner(t *testing.T, name string) *signature.Signer {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "signature", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	s, err := signature.ParseSigner(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Case 58 for archives: the signature is over the manifest, which has the
// digests of everything else.
func TestSignedArchive(t *testing.T) {
	ssh, mini := archiveSigner(t, "ed25519"), archiveSigner(t, "minisign.key")
	keys := testKeys(t)
	b, _ := packSealed(t, recipients(keys), Info{Sign: []*signature.Signer{ssh, mini}})
	a, err := openBytes(b, strictName+".age", keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pins []signature.Pin
		want string
	}{
		{nil, "signed by unknown key"},
		{[]signature.Pin{{Name: "Ada", Key: ssh.Key()}}, "signed by Ada (pinned)"},
		{[]signature.Pin{{Name: "Bo", Key: mini.Key()}}, "signed by Bo (pinned)"},
	} {
		if got := a.Signature(c.pins).String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if len(a.Notes()) > 0 {
		t.Errorf("notes %v", a.Notes())
	}
	// The signatures of one archive, in another.
	sig, _, _ := a.Extra(manifestName + ".sig")
	_, goodFile, good := goodPart(t)
	other, err := openBytes(listing{lines: []string{good}, files: []file{goodFile, {name: manifestName + ".sig", body: sig}}}.zip(t), strictName, keys)
	if err != nil {
		t.Fatal(err)
	}
	if f := other.Signature([]signature.Pin{{Name: "Ada", Key: ssh.Key()}}); f.State != signature.Bad {
		t.Errorf("case 58 other bytes: %v", f)
	}
	unsigned, _ := pack(t, nil)
	if a, err = openBytes(unsigned, "", Keys{}); err != nil || a.Signature(nil).String() != "unsigned" {
		t.Errorf("unsigned: %v", err)
	}
	if a, err = openBytes(twoLines, "a.json", Keys{}); err != nil || a.Signature(nil).String() != "unsigned" {
		t.Errorf("a recording: %v", err)
	}
	if _, err := Create(io.Discard, nil, Info{Plain: true, Sign: []*signature.Signer{ssh, ssh}}, testDeps()); fault.Of(err) != fault.Duplicate {
		t.Errorf("signed twice: %v", err)
	}
}

// Case 24 of the security design, section 3.3: OpenPGP is not read, so that not
// one byte of a message that was changed can reach anybody.
func TestCase24(t *testing.T) {
	for _, name := range []string{"symmetric.pgp", "recipient.pgp", "recipient.asc"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for what, in := range map[string][]byte{"whole": b, "byte flipped": flip(b, len(b)-40)} {
			_, err := openBytes(in, name, Keys{})
			if fault.Of(err) != fault.Unsupported || !strings.Contains(err.Error(), "OpenPGP") {
				t.Errorf("case 24 %s, %s: %v", name, what, err)
			}
			a, err := openBytes(zipOf(t, file{name: name, body: in}), "a.zip", Keys{})
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(a)[name]; got.class != fault.Unsupported || got.text != "" || !strings.Contains(got.err.Error(), "OpenPGP") {
				t.Errorf("case 24 %s in a ZIP, %s: %v", name, what, got)
			}
		}
	}
	// Seven bits of a first byte are not enough to be taken for a message.
	if isOpenPGP([]byte("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")) || isOpenPGP([]byte("\x85\x01\x8c\x09aaaaaa")) {
		t.Error("taken for OpenPGP")
	}
}
