package source_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hindsite.app/importer/signature"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// signingKey is a key that ssh-keygen made for the tests of signatures.
func signingKey(t *testing.T, name string) (*signature.Signer, signature.Key) {
	t.Helper()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("..", "signature", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	signer, err := signature.ParseSigner(read(name), nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.ParseKey(read(name + ".pub"))
	if err != nil {
		t.Fatal(err)
	}
	return signer, key
}

func sign(t *testing.T, s *signature.Signer, message []byte, namespace string) []byte {
	t.Helper()
	b, err := s.Sign(rand.Reader, message, namespace, time.Unix(1_800_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSignedFeed has the four states of a feed under both policies.
func TestSignedFeed(t *testing.T) {
	mine, mineKey := signingKey(t, "ed25519")
	other, _ := signingKey(t, "ecdsa")
	feed := feedOf(map[string][]byte{"study.zip.age": content})
	pins := []signature.Pin{{Name: "Ada", Key: mineKey}}
	for _, c := range []struct {
		name          string
		sig           []byte
		state         signature.State
		warn, require fault.Class
	}{
		{"pinned", sign(t, mine, feed, signature.Feed), signature.Pinned, "", ""},
		{"unknown key", sign(t, other, feed, signature.Feed), signature.Unknown, "", fault.Signature},
		{"unsigned", nil, signature.Unsigned, "", fault.Signature},
		{"41 bad signature", sign(t, mine, append(bytes.Clone(feed), '\n'), signature.Feed), signature.Bad, fault.Signature, fault.Signature},
		{"58 for something else", sign(t, mine, feed, signature.Archive), signature.Bad, fault.Signature, fault.Signature},
		{"page in place of a file", []byte("<html>not found, said with 200</html>"), signature.Unsigned, "", fault.Signature},
	} {
		for policy, want := range map[signature.Policy]fault.Class{signature.Warn: c.warn, signature.Require: c.require} {
			t.Run(c.name+" "+string(policy), func(t *testing.T) {
				w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
					switch {
					case !strings.HasSuffix(r.URL.Path, "ig"):
						rw.Write(feed)
					case strings.HasSuffix(r.URL.Path, "index.json.sig") && c.sig != nil:
						rw.Write(c.sig)
					default:
						http.NotFound(rw, r)
					}
				})
				var said *source.Feed
				w.opts.Pins, w.opts.Signatures = pins, policy
				w.opts.FeedRead = func(f source.Feed) { said = &f }
				entries, err := w.source(t, "https://example.com/d/index.json").List(t.Context())
				wantClass(t, err, want)
				if want != "" {
					if said != nil || entries != nil {
						t.Error("used a feed that was refused")
					}
					return
				}
				if said == nil || said.Signed.State != c.state || said.Seq != 5 || len(entries) != 1 {
					t.Errorf("said %+v, %d archives", said, len(entries))
				}
			})
		}
	}
	t.Run("a server that fails is no server without a signature", func(t *testing.T) {
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "ig") {
				http.Error(rw, "", http.StatusBadGateway)
				return
			}
			rw.Write(feed)
		})
		_, err := w.source(t, "https://example.com/d/index.json").List(t.Context())
		wantClass(t, err, fault.Server)
	})
}

// TestFeedSignedByTheTool has ssh-keygen itself sign, as an operator would.
func TestFeedSignedByTheTool(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("no ssh-keygen here")
	}
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	keyFile, feedFile := filepath.Join(dir, "key"), filepath.Join(dir, "index.json")
	feed := feedOf(map[string][]byte{"study.zip.age": content})
	if err := os.WriteFile(feedFile, feed, 0o600); err != nil {
		t.Fatal(err)
	}
	run("-q", "-t", "ed25519", "-N", "", "-C", "origin", "-f", keyFile)
	run("-q", "-Y", "sign", "-n", "session-feed@v1", "-f", keyFile, feedFile)
	public, err := os.ReadFile(keyFile + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.ParseKey(public)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			http.NotFound(rw, r)
			return
		}
		rw.Write(b)
	})
	w.opts.Pins, w.opts.Signatures = []signature.Pin{{Name: "Origin", Key: key}}, signature.Require
	entries, err := w.source(t, "https://example.com/d/").List(t.Context())
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}
