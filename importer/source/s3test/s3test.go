// Package s3test starts a real S3-compatible server for tests: Versity's
// gateway over a folder, on this machine's own address.
package s3test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hindsite.app/importer/source"
)

// Bucket is what Start makes.
const Bucket = "recordings"

// Server is a running storage.
type Server struct {
	S3     source.S3 // how to reach it
	client *minio.Client
}

// Start runs a server until the test ends. The test is skipped where there is
// none: HINDSITE_S3_SERVER names the program, out/bin/versitygw of the project
// and the PATH are looked at; with HINDSITE_TEST_S3 a missing one is an error.
func Start(t testing.TB) *Server {
	t.Helper()
	program := find()
	if program == "" {
		if os.Getenv("HINDSITE_TEST_S3") != "" {
			t.Fatal("no S3 server here: .ci/setup s3 builds one")
		}
		t.Skip("no S3 server here: .ci/setup s3 builds one")
	}
	s := &Server{S3: source.S3{
		Endpoint: "http://" + freeAddress(t), Region: "eu-test-1", AccessKey: "researcher", SecretKey: "not-a-secret-0123",
	}}
	data, meta := t.TempDir(), t.TempDir()
	cmd := exec.Command(program, "--access", s.S3.AccessKey, "--secret", s.S3.SecretKey, "--region", s.S3.Region,
		"--port", s.S3.Endpoint[len("http://"):], "--quiet", "posix", "--sidecar", meta, data)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("server: %s", said.String())
		}
	})
	var err error
	s.client, err = minio.New(s.S3.Endpoint[len("http://"):], &minio.Options{
		Creds: credentials.NewStaticV4(s.S3.AccessKey, s.S3.SecretKey, ""), Region: s.S3.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.await(t)
	return s
}

func find() string {
	if p := os.Getenv("HINDSITE_S3_SERVER"); p != "" {
		return p
	}
	for dir, _ := os.Getwd(); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		if p := filepath.Join(dir, "out", "bin", "versitygw"); isFile(p) {
			return p
		}
	}
	p, _ := exec.LookPath("versitygw")
	return p
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular()
}

func freeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// await makes the bucket as soon as the server answers.
func (s *Server) await(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		err := s.client.MakeBucket(ctx, Bucket, minio.MakeBucketOptions{Region: s.S3.Region})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the server does not answer: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Put stores an object.
func (s *Server) Put(t testing.TB, key string, b []byte) {
	t.Helper()
	if _, err := s.client.PutObject(t.Context(), Bucket, key, bytes.NewReader(b), int64(len(b)), minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
}

// Presign returns an address at which the object can be had without keys.
func (s *Server) Presign(t testing.TB, key string) string {
	t.Helper()
	u, err := s.client.Presign(t.Context(), http.MethodGet, Bucket, key, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u.String()
}
