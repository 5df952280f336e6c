package source_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
)

// fullFile is a disk with room for limit bytes.
type fullFile struct {
	source.PartFile
	limit, n int
}

var errFull = errors.New("no space left on device")

func (f *fullFile) Write(p []byte) (int, error) {
	if f.n+len(p) > f.limit {
		n, _ := f.PartFile.Write(p[:max(0, f.limit-f.n)])
		f.n += n
		return n, errFull
	}
	n, err := f.PartFile.Write(p)
	f.n += n
	return n, err
}

func TestDisk(t *testing.T) {
	t.Run("40 full in the middle", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		w.opts.Create = func(root *os.Root, name string) (source.PartFile, error) {
			f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
			return &fullFile{PartFile: f, limit: 150_000}, err
		}
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Storage)
		if !errors.Is(err, errFull) || partLen(dir) != 150_000 {
			t.Errorf("%v, part of %d bytes", err, partLen(dir))
		}
		w.opts.Create = nil
		r, err := fetch(t, w, dir)
		if err != nil || r.ResumedFrom != 150_000 {
			t.Errorf("with room again: %+v, %v", r, err)
		}
		wantWhole(t, dir)
	})
	t.Run("no room from the beginning", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		w.opts.Free = func(string) (int64, error) { return 200_000, nil }
		dir := t.TempDir()
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Storage)
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("left behind: %v", files)
		}
	})
	t.Run("link in place of the part", func(t *testing.T) {
		w := newWorld(t, good(content, tag))
		dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "victim")
		if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(dir, "study.zip.age.part")); err != nil {
			t.Skip("no symbolic links here")
		}
		_, err := fetch(t, w, dir)
		wantClass(t, err, fault.Storage)
		if b, _ := os.ReadFile(outside); string(b) != "mine" {
			t.Error("wrote through the link")
		}
	})
}

// certificate signs itself, for host, until the given time.
func certificate(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host},
		NotBefore: time.Unix(0, 0), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, parsed
}

func TestCertificates(t *testing.T) {
	far := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, host string
		until      time.Time
		trusted    bool
		version    uint16
		want       fault.Class
	}{
		{"42 good", "example.com", far, true, tls.VersionTLS12, ""},
		{"42 expired", "example.com", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), true, tls.VersionTLS12, fault.Server},
		{"42 self-signed", "example.com", far, false, tls.VersionTLS12, fault.Server},
		{"42 wrong host", "example.org", far, true, tls.VersionTLS12, fault.Server},
		{"42 TLS 1.1", "example.com", far, true, tls.VersionTLS11, fault.Server},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, good(content, tag))
			cert, parsed := certificate(t, c.host, c.until)
			server := httptest.NewUnstartedServer(good(content, tag))
			server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: c.version}
			server.Config.ErrorLog = quiet()
			server.StartTLS()
			t.Cleanup(server.Close)
			w.server = server
			w.opts.RootCAs = x509.NewCertPool()
			if c.trusted {
				w.opts.RootCAs.AddCert(parsed)
			}
			_, err := fetch(t, w, t.TempDir())
			wantClass(t, err, c.want)
			if c.want == "" && err != nil {
				t.Error(err)
			}
		})
	}
}
