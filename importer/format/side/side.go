// Package side reads what recorders keep apart from their recordings: what their
// servers say of a session, as JSON.
package side

import (
	"context"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/importer/format"
)

// MaxSize bounds a file beside a recording.
const MaxSize = 1 << 20

// Own reads the form in which Hindsite itself takes what is said of a session.
func Own(raw []byte) (a format.About, ok bool) {
	if json.Unmarshal(raw, &a, json.RejectUnknownMembers(true)) != nil {
		return format.About{}, false
	}
	var within format.About
	within.Add(a)
	return within, true
}

// Read returns what the files say, those that come first counting before the
// others, and how many of them say nothing that is understood. An error is
// one of reading.
func Read(ctx context.Context, files []format.File) (a format.About, unread int, err error) {
	for _, f := range files {
		raw, err := f.ReadAll(ctx, MaxSize)
		if err != nil {
			return a, unread, err
		}
		said, ok := Own(raw)
		if !ok {
			said, ok = Vendor(raw)
		}
		if !ok {
			unread++
			continue
		}
		a.Add(said)
	}
	return a, unread, nil
}

// Vendor reads what a recorder's server says of a session, whichever it is.
func Vendor(raw []byte) (format.About, bool) {
	o, ok := objectOf(raw)
	if !ok {
		return format.About{}, false
	}
	for _, wrap := range []string{"data", "session", "replay"} {
		if inner, ok := objectOf(o[wrap]); ok && len(o) <= 3 {
			o = inner
		}
	}
	switch {
	case o.has("secure_id"), o.has("user_object"), o.has("user_properties"):
		return highlight(o), true
	case o.has("replay_id"), o.has("count_errors"), o.has("started_at") && o.has("urls"):
		return Sentry(o), true
	case o.has("distinct_ids"), o.has("distinct_id"), o.has("person"):
		return PostHog(o), true
	}
	return format.About{}, false
}

// Object is a JSON object.
type Object map[string]jsontext.Value

// objectOf reads an object; of a name that is in it twice the last counts.
func objectOf(raw []byte) (Object, bool) {
	if jsontext.Value(raw).Kind() != '{' {
		return nil, false
	}
	var o Object
	err := json.Unmarshal(raw, &o, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	return o, err == nil
}

func (o Object) has(name string) bool {
	v, ok := o[name]
	return ok && v.Kind() != 'n'
}

// text returns a string, number or boolean as text, "" for all else.
func (o Object) text(name string) string { return text(o[name]) }

func text(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		b, _ := jsontext.AppendUnquote(nil, v) // broken UTF-8 is replaced
		return string(b)
	case '0', 't', 'f':
		return string(v)
	}
	return ""
}

// under returns the object of that name, an empty one when there is none.
func (o Object) under(name string) Object {
	inner, _ := objectOf(o[name])
	return inner
}

// first returns the first element of the list of that name as text.
func (o Object) first(name string) string {
	var all []jsontext.Value
	if json.Unmarshal(o[name], &all, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil || len(all) == 0 {
		return ""
	}
	return text(all[0])
}

// number returns a whole number that a screen can have.
func (o Object) pixels(name string) int {
	var n float64
	if json.Unmarshal(o[name], &n) != nil || n < 1 || n > 1<<16 {
		return 0
	}
	return int(n)
}

// started reads a wall time in RFC 3339.
func (o Object) started(name string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, o.text(name))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// attribute keeps a member under a name, where it is a string, a number or a
// boolean.
func attribute(a *format.About, name string, o Object, member string) {
	a.Set(name, o.text(member))
}

// country keeps a country that is given by its two letters.
func country(code string) string {
	if len(code) != 2 {
		return ""
	}
	return strings.ToUpper(code)
}

// or returns the first text that is not empty.
func or(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
