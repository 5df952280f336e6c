package data

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hindsite.app/player/fault"
)

// normalise brings identifiers and attributes to the form in which they are
// compared.
func normalise(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// check refuses what cannot be stored.
func check(in *Incoming) error {
	s := &in.Session
	if s.ID == "" || !plainText(s.ID) {
		return fault.New(fault.Schema, "store session: it has no valid identifier")
	}
	if len(s.ID) > MaxID || len(s.Visitor) > MaxText || len(s.SourceName) > MaxText || len(s.Signed) > MaxText || len(s.Entry) > MaxText {
		return fault.New(fault.Limit, "store session: an identifier or name is too long")
	}
	for _, word := range []string{s.Device, s.Browser, s.OS, s.Country, s.Language, s.Recorder, s.Protection} {
		if len(word) > MaxWord {
			return fault.New(fault.Limit, "store session: a field of %d bytes", len(word))
		}
		if !plainText(word) {
			return fault.New(fault.Schema, "store session: a field with control characters")
		}
	}
	if s.Duration < 0 || !plausible(s.Start) {
		return fault.New(fault.Schema, "store session: its time is not plausible")
	}
	for _, n := range []int{s.Pages, s.Events, s.Clicks, s.Moves, s.Scrolls, s.Inputs, s.Keys, s.Errors, s.Anomalies, s.ViewportW, s.ViewportH} {
		if n < 0 {
			return fault.New(fault.Schema, "store session: a negative count")
		}
	}
	if s.Struggle != nil && !(*s.Struggle >= 0) {
		return fault.New(fault.Schema, "store session: a struggle score that is not positive")
	}
	if err := checkAttributes(s.Attributes); err != nil {
		return err
	}
	return checkViews(in.Views)
}

func checkAttributes(attributes map[string]string) error {
	if len(attributes) > MaxAttributes {
		return fault.New(fault.Limit, "store session: %d attributes", len(attributes))
	}
	names := make(map[string]bool, len(attributes))
	for name, value := range attributes {
		if len(name) > MaxWord || len(value) > MaxText {
			return fault.New(fault.Limit, "store session: an attribute is too long")
		}
		plain := normalise(name)
		if plain == "" || !plainText(plain) {
			return fault.New(fault.Schema, "store session: an attribute has no valid name")
		}
		if names[plain] {
			return fault.New(fault.Duplicate, "store session: two attributes of one name")
		}
		names[plain] = true
	}
	return nil
}

func checkViews(views []View) error {
	if len(views) > MaxViews {
		return fault.New(fault.Limit, "store session: %d views", len(views))
	}
	for _, v := range views {
		if len(v.URL) > MaxText || len(v.Title) > MaxText || len(v.Path) > MaxText {
			return fault.New(fault.Limit, "store session: a title or an address is too long")
		}
		if v.Start < 0 || v.End < v.Start || v.Clicks < 0 || v.Moves < 0 || v.Width < 0 || v.Height < 0 {
			return fault.New(fault.Schema, "store session: a view with negative time, count or size")
		}
	}
	return nil
}

// plainText reports whether s is text that SQLite and JSON hold unchanged.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func plausible(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 2200 }
