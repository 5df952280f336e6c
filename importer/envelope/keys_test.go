package envelope

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsite.app/player/fault"
)

func TestKeyFiles(t *testing.T) {
	id, err := NewIdentity(X25519)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := id.WriteFile(&out, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("# created: 2026-01-02T03:04:05Z\n# public key: %s\n%s\n", id.Recipient(), id.Secret())
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
	crlf := strings.ReplaceAll("\uFEFF"+want+"\n  \n# more\n", "\n", "\r\n")
	if ids, err := ParseIdentities(strings.NewReader(crlf)); err != nil || len(ids) != 1 || ids[0].Secret() != id.Secret() {
		t.Errorf("read back: %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		shown := fmt.Sprintf(verb, id) + fmt.Sprintf(verb, Keys{Identities: []*Identity{id}, Passphrase: "open sesame"})
		if strings.Contains(shown, id.Secret()[15:]) || strings.Contains(shown, "sesame") {
			t.Errorf("%s shows a secret", verb)
		}
	}
	for in, want := range map[string]fault.Class{
		"":                                      fault.Schema,
		"# only a comment\n":                    fault.Schema,
		"AGE-SECRET-KEY-1QQQ\n":                 fault.Schema,
		"AGE-PLUGIN-YUBIKEY-1QQQ\n":             fault.Unsupported,
		"-----BEGIN OPENSSH PRIVATE KEY-----":   fault.Unsupported,
		fmt.Sprint(id.Recipient()):              fault.Schema,
		strings.Repeat("#", 2<<20):              fault.Limit,
		"age-encryption.org/v1\n-> scrypt a 18": fault.Unsupported,
	} {
		_, err := ParseIdentities(strings.NewReader(in))
		if fault.Of(err) != want {
			t.Errorf("%.20q: %v", in, err)
		}
		if err != nil && strings.Contains(err.Error(), "QQQ") {
			t.Errorf("quotes the key: %v", err)
		}
	}
	hybrid, err := NewIdentity(Hybrid)
	if err != nil {
		t.Fatal(err)
	}
	list := fmt.Sprintf("# team\n%s\n\n%s\n", hybrid.Recipient(), id.Recipient())
	if rs, err := ParseRecipients(strings.NewReader(list)); err != nil || len(rs) != 2 || Fingerprint(rs[0]) != Fingerprint(hybrid.Recipient()) {
		t.Errorf("recipients: %v", err)
	}
	if _, err := ParseRecipient(id.Secret()); fault.Of(err) != fault.Schema {
		t.Errorf("secret as recipient: %v", err)
	}
	if raw := strings.TrimPrefix(Fingerprint(id.Recipient()), "SHA256:"); base64.RawStdEncoding.DecodedLen(len(raw)) != 32 {
		t.Errorf("fingerprint %s", raw)
	}
}
