// Package fault names the classes of failure that every room of Hindsite
// shares, so that a refusal means the same in the importer, in the library and
// in a report. The classes are those of the security design (section 3.2).
package fault

import (
	"errors"
	"fmt"
)

// Class says what kind of thing went wrong. It is stable: reports, exit codes
// and scripts rely on the words.
type Class string

// The classes. Anything that carries none of them is an internal error.
const (
	NotArchive  Class = "NotArchive"  // not a thing that Hindsite reads at all
	Unsupported Class = "Unsupported" // known, and refused by name
	NoKey       Class = "NoKey"       // whole, but for another key or passphrase
	Tampered    Class = "Tampered"    // authentication or a checksum failed
	Truncated   Class = "Truncated"   // ends too early
	Limit       Class = "Limit"       // larger, deeper or dearer than allowed
	Manifest    Class = "Manifest"    // the archive's own list is missing or wrong
	Signature   Class = "Signature"   // the signature is missing, wrong or by a stranger
	Path        Class = "Path"        // a member name that could be a path
	Duplicate   Class = "Duplicate"   // two things claim one name
	Schema      Class = "Schema"      // well-formed, but not what it claims to be
	Server      Class = "Server"      // the origin misbehaves
	Policy      Class = "Policy"      // the library's rules forbid it
	Erased      Class = "Erased"      // erased on request and must not come back
	Locked      Class = "Locked"      // the library is locked or in use
	Storage     Class = "Storage"     // the local disk or database failed
	Renderer    Class = "Renderer"    // the browser that was to draw pages is missing, hung or ended
)

// Error is an error with a class.
type Error struct {
	Class Class
	Err   error
}

// Error returns the text of the wrapped error; the class is not part of it.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of class c with a formatted, lower-case message that
// may wrap others with %w. Messages hold no recorded text, no query strings
// and no keys.
func New(c Class, format string, args ...any) error {
	return &Error{Class: c, Err: fmt.Errorf(format, args...)}
}

// Of returns the class of the outermost classed error in err's chain, or ""
// when there is none.
func Of(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// Default returns err with class c unless it already carries a class; nil
// stays nil.
func Default(c Class, err error) error {
	if err == nil || Of(err) != "" {
		return err
	}
	return &Error{Class: c, Err: err}
}
