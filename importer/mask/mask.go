// Package mask takes personal data out of a recording before anything of it is
// stored. It makes two passes: the first decides which fields may never be
// read, the second rewrites every place where their content can hide. Typing
// makes one event for each key, so that masking complete values only would
// leave all but the last character.
package mask

import (
	"strings"
	"unicode/utf8"

	"hindsite.app/player/recording"
)

// Version names the rules; reports carry it.
const Version = "1"

// Policy says what may be kept. The zero value keeps nothing that was typed.
type Policy struct {
	// AllowFields are names or ids of form fields whose content may be kept.
	// Passwords, payment data and every field of a form that asks for a card
	// are masked even so.
	AllowFields []string
	// KeepPictures keeps bitmaps of canvases and inlined images, which cannot
	// be checked for personal data.
	KeepPictures bool
}

// Report counts what was masked. It holds no values.
type Report struct {
	Version  string `json:"version"`
	Fields   int    `json:"fields"`   // form fields whose content was masked
	Values   int    `json:"values"`   // values masked in events and snapshots
	Secrets  int    `json:"secrets"`  // fields of passwords and payment data among them
	Cards    int    `json:"cards"`    // card numbers found in other text
	Echoes   int    `json:"echoes"`   // typed values found again in other text
	Queries  int    `json:"queries"`  // addresses whose query or user data was cut
	Pictures int    `json:"pictures"` // bitmaps dropped
	Allowed  int    `json:"allowed"`  // values kept because the policy allows the field
}

// Add adds the counts of o.
func (r *Report) Add(o Report) {
	r.Version = o.Version
	r.Fields += o.Fields
	r.Values += o.Values
	r.Secrets += o.Secrets
	r.Cards += o.Cards
	r.Echoes += o.Echoes
	r.Queries += o.Queries
	r.Pictures += o.Pictures
	r.Allowed += o.Allowed
}

// Apply masks rec in place and says what it did. Applying it again changes
// nothing more. It must run before rec is stored, logged or shown.
func Apply(rec *recording.Recording, p Policy) Report {
	m := &masker{policy: p, fields: newFields(p), report: Report{Version: Version}}
	m.fields.learn(rec)
	m.echoes = newMatcher(m.fields.typed.values)
	m.report.Fields, m.report.Secrets = m.fields.count()
	m.rewrite(rec)
	return m.report
}

// Bullet is the character that stands for what was there.
const Bullet = '•'

// hide returns text of the same rough length that says nothing: the length is
// rounded up to a multiple of eight.
func hide(s string) string {
	if strings.TrimSpace(s) == "" {
		return s
	}
	n := min(utf8.RuneCountInString(s), maxHidden)
	return strings.Repeat(string(Bullet), (n+7)/8*8)
}

// maxHidden bounds what masking a long text makes.
const maxHidden = 4096

// hidden reports whether s is already what hide makes.
func hidden(s string) bool {
	return s != "" && strings.Trim(s, string(Bullet)) == "" && utf8.RuneCountInString(s)%8 == 0
}
