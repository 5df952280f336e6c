package source_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"hindsite.app/importer/source"
	"hindsite.app/importer/source/s3test"
	"hindsite.app/importer/source/sourcetest"
	"hindsite.app/player/fault"
)

func s3Options(s *s3test.Server) source.Options {
	return source.Options{Clock: &sourcetest.Clock{}, S3: s.S3}
}

func parse(t *testing.T, address string, o source.Options) source.Source {
	t.Helper()
	s, err := source.Parse(address, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBucket runs against a real S3-compatible server.
func TestBucket(t *testing.T) {
	server := s3test.Start(t)
	n := 0
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) source.Source {
		n++
		for name, b := range files {
			server.Put(t, fmt.Sprintf("run%d/%s", n, name), b)
		}
		return parse(t, fmt.Sprintf("s3://%s/run%d/", s3test.Bucket, n), s3Options(server))
	})
	t.Run("one object", func(t *testing.T) {
		server.Put(t, "one/study.zip.age", content)
		s := parse(t, "s3://"+s3test.Bucket+"/one/study.zip.age", s3Options(server))
		entries, err := s.List(t.Context())
		if err != nil || len(entries) != 1 || entries[0].Name != "study.zip.age" || entries[0].Size != int64(len(content)) {
			t.Fatalf("%+v, %v", entries, err)
		}
	})
	t.Run("feed in a bucket", func(t *testing.T) {
		files := map[string][]byte{"study.zip.age": content, "other.zip.age": version}
		server.Put(t, "feed/index.json", feedOf(files))
		for name, b := range files {
			server.Put(t, "feed/files/"+name, b)
		}
		s := parse(t, "s3://"+s3test.Bucket+"/feed/index.json", s3Options(server))
		entries, err := s.List(t.Context())
		if err != nil || len(entries) != 2 || entries[0].SHA256.IsZero() {
			t.Fatalf("%+v, %v", entries, err)
		}
		dir := t.TempDir()
		for _, e := range entries {
			if _, err := s.Fetch(t.Context(), e, dir, nil); err != nil {
				t.Error(err)
			}
		}
		wantWholeFile(t, filepath.Join(dir, "study.zip.age"), content)
		o := s3Options(server)
		o.MinSeq = 6
		_, err = parse(t, "s3://"+s3test.Bucket+"/feed/index.json", o).List(t.Context())
		wantClass(t, err, fault.Signature)
	})
	t.Run("what is no archive is not listed", func(t *testing.T) {
		for _, key := range []string{"mixed/", "mixed/.hidden", "mixed/index.json", "mixed/index.json.sig", "mixed/a.zip.age.part", "mixed/sub/a.zip.age", "mixed/a.zip.age"} {
			if key != "mixed/" {
				server.Put(t, key, []byte("x"))
			}
		}
		entries, err := parse(t, "s3://"+s3test.Bucket+"/mixed/", s3Options(server)).List(t.Context())
		if err != nil || len(entries) != 2 || entries[0].Name == entries[1].Name {
			t.Errorf("%+v, %v", entries, err)
		}
	})
	t.Run("presigned address", func(t *testing.T) {
		server.Put(t, "signed.zip.age", content)
		s := parse(t, server.Presign(t, "signed.zip.age"), source.Options{Clock: &sourcetest.Clock{}})
		entries, err := s.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Fetch(t.Context(), entries[0], t.TempDir(), nil)
		if err != nil || r.URL != server.S3.Endpoint+"/"+s3test.Bucket+"/signed.zip.age" {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func wantWholeFile(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %v", filepath.Base(path), len(got), err)
	}
}

// TestBucketRefuses checks what people get wrong about a storage.
func TestBucketRefuses(t *testing.T) {
	server := s3test.Start(t)
	server.Put(t, "study.zip.age", content)
	wrong := server.S3
	wrong.SecretKey = "another-secret-0123"
	for _, c := range []struct {
		name, address string
		s3            source.S3
		denied        bool
		secret        string
	}{
		{"wrong secret", "s3://" + s3test.Bucket + "/", wrong, true, "another-secret"},
		{"no such bucket", "s3://elsewhere/", server.S3, false, ""},
		{"no such object", "s3://" + s3test.Bucket + "/nothing.age", server.S3, false, ""},
		{"no such feed", "s3://" + s3test.Bucket + "/x/index.json", server.S3, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(t, c.address, source.Options{Clock: &sourcetest.Clock{}, S3: c.s3}).List(t.Context())
			wantClass(t, err, fault.Server)
			if errors.Is(err, source.ErrDenied) != c.denied {
				t.Errorf("denied: %v", err)
			}
			if c.secret != "" && bytes.Contains([]byte(err.Error()), []byte(c.secret)) {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		o := source.Options{Clock: &sourcetest.Clock{}, S3: source.S3{Endpoint: "http://127.0.0.1:9", AccessKey: "a", SecretKey: "b", Region: "x"}}
		_, err := parse(t, "s3://bucket/", o).List(t.Context())
		wantClass(t, err, fault.Server)
	})
}

// TestBucketCredentials finds keys and address in the usual places.
func TestBucketCredentials(t *testing.T) {
	server := s3test.Start(t)
	server.Put(t, "here/study.zip.age", content)
	home := t.TempDir()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "MINIO_ACCESS_KEY", "MINIO_ROOT_USER"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	list := func(t *testing.T, address string) error {
		t.Helper()
		entries, err := parse(t, address, source.Options{Clock: &sourcetest.Clock{}}).List(t.Context())
		if err == nil && len(entries) != 1 {
			t.Errorf("%+v", entries)
		}
		return err
	}
	query := "?endpoint=" + url.QueryEscape(server.S3.Endpoint) + "&region=" + server.S3.Region
	address := "s3://" + s3test.Bucket + "/here/"
	t.Run("none", func(t *testing.T) {
		if err := list(t, address+query); !errors.Is(err, source.ErrDenied) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("environment", func(t *testing.T) {
		t.Setenv("AWS_ACCESS_KEY_ID", server.S3.AccessKey)
		t.Setenv("AWS_SECRET_ACCESS_KEY", server.S3.SecretKey)
		t.Setenv("AWS_ENDPOINT_URL_S3", server.S3.Endpoint)
		t.Setenv("AWS_REGION", server.S3.Region)
		if err := list(t, address); err != nil {
			t.Error(err)
		}
	})
	t.Run("profile in the shared file", func(t *testing.T) {
		if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
			t.Fatal(err)
		}
		file := "[study]\naws_access_key_id = " + server.S3.AccessKey + "\naws_secret_access_key = " + server.S3.SecretKey + "\n"
		if err := os.WriteFile(filepath.Join(home, ".aws", "credentials"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_PROFILE", "study")
		if err := list(t, address+query); err != nil {
			t.Error(err)
		}
	})
}

// between passes everything on to a server, and can be told to change answers.
func between(t *testing.T, server string, change func(*http.Request, *http.Response)) string {
	t.Helper()
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := r.Clone(r.Context())
		out.RequestURI, out.URL.Scheme, out.URL.Host = "", "http", server[len("http://"):]
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer resp.Body.Close()
		change(r, resp)
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		if _, err := io.Copy(w, resp.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	p.Config.ErrorLog = quiet()
	t.Cleanup(p.Close)
	return p.URL
}

// TestBucketGoesWrong breaks off and replaces what is fetched.
func TestBucketGoesWrong(t *testing.T) {
	server := s3test.Start(t)
	server.Put(t, "study.zip.age", content)
	var cutting atomic.Bool
	o := s3Options(server)
	o.S3.Endpoint = between(t, server.S3.Endpoint, func(r *http.Request, resp *http.Response) {
		if cutting.Load() && r.Method == http.MethodGet {
			resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, 100_000), brokenReader{}))
		}
	})
	s := parse(t, "s3://"+s3test.Bucket+"/study.zip.age", o)
	entries, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stopped := func(t *testing.T) string {
		t.Helper()
		dir := t.TempDir()
		cutting.Store(true)
		_, err := s.Fetch(t.Context(), entries[0], dir, nil)
		cutting.Store(false)
		wantClass(t, err, fault.Truncated)
		if n := partLen(dir); n != 100_000 {
			t.Fatalf("%d bytes in the part", n)
		}
		return dir
	}
	t.Run("30 breaks off, goes on", func(t *testing.T) {
		dir := stopped(t)
		r, err := s.Fetch(t.Context(), entries[0], dir, nil)
		if err != nil || r.ResumedFrom != 100_000 {
			t.Errorf("%+v, %v", r, err)
		}
		wantWhole(t, dir)
	})
	t.Run("33 replaced meanwhile, starts again", func(t *testing.T) {
		dir := stopped(t)
		server.Put(t, "study.zip.age", version)
		defer server.Put(t, "study.zip.age", content)
		r, err := s.Fetch(t.Context(), entries[0], dir, nil)
		if err != nil || r.ResumedFrom != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		wantWholeFile(t, filepath.Join(dir, "study.zip.age"), version)
	})
	t.Run("replaced while it is read in place", func(t *testing.T) {
		big := append(append([]byte(nil), content...), content...)
		server.Put(t, "big", big)
		a, err := parse(t, "s3://"+s3test.Bucket+"/big", o).Open(t.Context(), source.Entry{URL: "s3://" + s3test.Bucket + "/big", Size: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		server.Put(t, "big", append(append([]byte(nil), version...), version...))
		b := make([]byte, 100)
		_, err = a.ReadAt(b, 500_000)
		wantClass(t, err, fault.Server)
	})
	t.Run("not of this bucket", func(t *testing.T) {
		for _, u := range []string{"s3://other/study.zip.age", "https://example.com/study.zip.age", "s3://" + s3test.Bucket + "/"} {
			_, err := s.Fetch(t.Context(), source.Entry{URL: u, Name: "x", Size: 1}, t.TempDir(), nil)
			wantClass(t, err, fault.Server)
		}
	})
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestEndpoints holds what an endpoint may be, and where it may lead.
func TestEndpoints(t *testing.T) {
	for endpoint, want := range map[string]fault.Class{
		"https://s3.example.com":      "",
		"https://s3.example.com:9000": "",
		"http://127.0.0.1:9000":       "",
		"http://s3.example.com":       fault.Policy,
		"https://s3.example.com/path": fault.Unsupported,
		"https://a:b@s3.example.com":  fault.Unsupported,
		"s3.example.com":              fault.Unsupported,
		"file:///etc/passwd":          fault.Unsupported,
	} {
		_, err := source.Parse("s3://bucket/", source.Options{S3: source.S3{Endpoint: endpoint}})
		if fault.Of(err) != want {
			t.Errorf("%s: got %v, want %q", endpoint, err, want)
		}
	}
	t.Run("29 leads to this machine", func(t *testing.T) {
		var dialled []string
		o := source.Options{Clock: &sourcetest.Clock{}, S3: source.S3{Endpoint: "https://s3.example.com", Region: "x", AccessKey: "a", SecretKey: "b"},
			Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				return nil, errors.New("refused")
			},
			Lookup: newWorld(t, nil).opts.Lookup}
		_, err := parse(t, "s3://bucket/", o).List(t.Context())
		wantClass(t, err, fault.Server)
		for _, d := range dialled {
			if d != "93.184.215.14:443" {
				t.Errorf("connected to %s", d)
			}
		}
		if len(dialled) == 0 {
			t.Error("never connected")
		}
	})
}
