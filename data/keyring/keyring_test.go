package keyring

import (
	"errors"
	"os"
	"strings"
	"testing"

	gokeyring "github.com/zalando/go-keyring"

	"hindsite.app/player/fault"
)

// stand puts a keyring in memory in place of the system's, unless
// HINDSITE_TEST_KEYRING says that there is one that may be used.
func stand(t *testing.T) *System {
	t.Helper()
	s := New("hindsite tests")
	if os.Getenv("HINDSITE_TEST_KEYRING") == "" {
		gokeyring.MockInit()
		s.usable = func() bool { return true }
	}
	return s
}

func TestKeepsAndForgets(t *testing.T) {
	s := stand(t)
	const name, secret = "origin 1", "Bearer \u00fc and\nmore"
	for _, value := range []string{"before", secret} {
		if err := s.Put(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Secret(name); err != nil || got != secret {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.Secret("origin 2"); !errors.Is(err, ErrNotFound) {
		t.Errorf("another name: %v", err)
	}
	for range 2 {
		if err := s.Drop(name); err != nil {
			t.Errorf("drop: %v", err)
		}
	}
	if _, err := s.Secret(name); !errors.Is(err, ErrNotFound) {
		t.Errorf("dropped: %v", err)
	}
}

func TestLongestSecret(t *testing.T) {
	s := stand(t)
	if err := s.Put("long", strings.Repeat("x", MaxSecret)); err != nil {
		t.Error(err)
	}
	if err := s.Put("long", strings.Repeat("x", MaxSecret+1)); fault.Of(err) != fault.Limit {
		t.Errorf("longer: %v", err)
	}
	if err := s.Drop("long"); err != nil {
		t.Error(err)
	}
}

// TestNoKeyring is a computer without one, and one whose keyring does not
// answer.
func TestNoKeyring(t *testing.T) {
	check := func(t *testing.T, s *System) {
		t.Helper()
		if err := s.Put("a", "b"); !errors.Is(err, ErrAbsent) {
			t.Errorf("put: %v", err)
		}
		if _, err := s.Secret("a"); !errors.Is(err, ErrAbsent) {
			t.Errorf("secret: %v", err)
		}
		if err := s.Drop("a"); !errors.Is(err, ErrAbsent) {
			t.Errorf("drop: %v", err)
		}
	}
	t.Run("no bus", func(t *testing.T) {
		s := New("hindsite tests")
		s.usable = func() bool { return false }
		check(t, s)
	})
	t.Run("no answer", func(t *testing.T) {
		gokeyring.MockInitWithError(errors.New("owner ada@example.com is locked out"))
		t.Cleanup(gokeyring.MockInit)
		s := New("hindsite tests")
		s.usable = func() bool { return true }
		check(t, s)
	})
}
