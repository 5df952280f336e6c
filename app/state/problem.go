// Package state holds the use cases of Hindsite, shared by the window and the
// command line: it joins importer, library and player, and is the only place
// that turns an error into a sentence.
package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"hindsite.app/data/filter"
	"hindsite.app/data/keyring"
	"hindsite.app/importer"
	"hindsite.app/importer/format/openreplay"
	"hindsite.app/importer/signature"
	"hindsite.app/importer/source"
	"hindsite.app/player/fault"
	"hindsite.app/player/render/chromium"
	"hindsite.app/player/render/fallback"
)

// Problem is an error as a person reads it.
type Problem struct {
	Class    fault.Class // "" for one that has none
	Sentence string      // what happened
	Hint     string      // what to do; may be empty
	Detail   string      // the error itself, for whoever helps
	Usage    bool        // the request itself was wrong: a filter, an order
}

var problems = map[fault.Class][2]string{
	fault.NotArchive:  {"This is neither an archive nor a recording that Hindsite reads.", "Hindsite reads its own archives (.sessions.zip.age), .zip and .tar archives with or without age, and rrweb recordings as JSON or NDJSON."},
	fault.Unsupported: {"This kind of file is known, but this version does not read it.", "Ask whoever made it for an rrweb recording or an age archive."},
	fault.NoKey:       {"This cannot be opened with your key.", "It was made for another key or passphrase. Ask the sender which recipient they used, and compare it with “hindsite key show”."},
	fault.Tampered:    {"The content does not match its checksum: the file was damaged or changed.", "Download it again. If that does not help, tell the sender; nothing of the damaged part was used."},
	fault.Truncated:   {"The file ends too early.", "Download it again; a download that was interrupted goes on where it stopped."},
	fault.Limit:       {"The file asks for more than is safe to give.", "If you trust its maker, ask them to split it into smaller archives."},
	fault.Manifest:    {"The archive's table of contents is missing or wrong.", "Ask the sender to make the archive again."},
	fault.Signature:   {"The signature is missing, of an unknown key, or not right.", "Do not use it before its maker has confirmed it. “hindsite archive inspect” says who signed; “hindsite trust add” pins a key that you know."},
	fault.Path:        {"The archive holds a file name that could do harm.", "The member was refused; nothing is ever written under such a name."},
	fault.Duplicate:   {"Something else has this name already.", "Nothing was replaced. Import with “keep both” to keep the two apart."},
	fault.Schema:      {"There is no recording in it that can be used.", "Check that the file is an rrweb recording: a list of events, each with a type, data and a timestamp."},
	fault.Server:      {"The server did not behave as it should.", "Try again later; what was downloaded so far is kept."},
	fault.Policy:      {"The rules of this library forbid it.", "“hindsite policy show” lists the rules."},
	fault.Erased:      {"It was erased on request and is not imported again.", ""},
	fault.Locked:      {"The library is locked or open elsewhere.", "Unlock it, or close the other window or command that has it open."},
	fault.Renderer:    {"The browser for exact rendering did not work.", "Pages can be drawn without it, by Hindsite itself. Switch exact rendering off and on to try it again."},
	fault.Storage:     {"The disk or the library's files could not be read or written.", "Check free space and permissions of the library's folder."},
}

// ErrNoScreen says that there is no screen to open a window on.
var ErrNoScreen = &fault.Error{Class: fault.Unsupported, Err: errors.New("no screen: neither DISPLAY nor WAYLAND_DISPLAY is set")}

// Explain turns an error into sentences. It returns nil for nil and for a
// cancelled context: whoever cancelled knows.
func Explain(err error) *Problem {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	p := &Problem{Class: fault.Of(err), Detail: err.Error()}
	var syntax *filter.SyntaxError
	switch {
	case errors.As(err, &syntax):
		p.Usage = true
		p.Sentence, p.Hint = fmt.Sprintf("The filter cannot be read at character %d: %s.", syntax.Column, syntax.Message), "Example: duration > 30s and device = phone and errors > 0"
	case p.Class == fault.Storage && errors.Is(err, fs.ErrNotExist):
		p.Sentence, p.Hint = "There is no such file or folder.", "Check the name."
	case errors.Is(err, ErrNoScreen):
		p.Sentence, p.Hint = "There is no screen here to open the window on.", "Use the subcommands (hindsite --help), or a virtual screen."
	case errors.Is(err, chromium.ErrMissing):
		p.Sentence, p.Hint = "Exact rendering needs a browser, and none was found on this computer.", "Install Chromium, Chrome or Edge. Without one, Hindsite draws pages itself."
	case errors.Is(err, chromium.ErrHung), errors.Is(err, fallback.ErrSlow):
		p.Sentence, p.Hint = "The browser for exact rendering took too long with this page.", problems[fault.Renderer][1]
	case errors.Is(err, chromium.ErrDied):
		p.Sentence, p.Hint = "The browser for exact rendering ended unexpectedly.", problems[fault.Renderer][1]
	case errors.Is(err, chromium.ErrStart):
		p.Sentence, p.Hint = "The browser for exact rendering did not start.", problems[fault.Renderer][1]
	case errors.Is(err, ErrNoPin):
		p.Sentence, p.Hint = "No such key is pinned for this origin.", "“hindsite trust list” shows the keys that are."
	case errors.Is(err, signature.ErrPassphrase):
		p.Sentence, p.Hint = "The signing key is protected by a passphrase.", "Give it in a file: --sign-passphrase-file FILE."
	case errors.Is(err, openreplay.ErrEncrypted):
		p.Sentence = "This recording of OpenReplay is encrypted in a way that does not show changes, and is not imported as it is."
		p.Hint = "With the session's key it can be converted: hindsite convert --openreplay-key-file FILE --to RECIPIENT --out ARCHIVE."
	case p.Class == fault.NoKey && errors.Is(err, fs.ErrNotExist):
		p.Sentence, p.Hint = "There is no key file of that name.", "Check the name, or make a key: hindsite key new --out FILE."
	case errors.Is(err, ErrNoCredential):
		p.Sentence, p.Hint = "No key was given.", "Name the file of your key, or make one first: hindsite key new --out FILE, then --key FILE."
	case errors.Is(err, source.ErrPlainHTTP):
		p.Sentence, p.Hint = "Plain HTTP is not used: anybody on the way could read or change what comes.", "Use an address that begins with https://."
	case errors.Is(err, source.ErrDenied):
		p.Sentence, p.Hint = "The origin asks for credentials, or refuses those that it got.", "Give it others: hindsite origin add ADDRESS --authorization-file FILE, or --s3-keys FILE for an object storage."
	case errors.Is(err, keyring.ErrAbsent):
		p.Sentence, p.Hint = "The credentials of this origin are in the system's keyring, which cannot be asked now.", "Unlock the keyring, or add the origin again: its credentials are then sealed in the library."
	case errors.Is(err, keyring.ErrNotFound):
		p.Sentence, p.Hint = "The system's keyring does not have the credentials of this origin any more.", "Add the origin again with its credentials."
	case errors.Is(err, ErrNoOrigin):
		p.Sentence, p.Hint = "There is no such origin.", "“hindsite origin list” shows them."
	case importer.IsKeptTooLong(err):
		p.Sentence, p.Hint = "The recordings in this archive were to be deleted by now.", "Delete the archive. If its date is wrong, ask whoever made it for another."
	case errors.Is(err, errNoSuchSession):
		p.Sentence, p.Hint = "No session of that name is in it.", "“hindsite archive inspect” lists the sessions of an archive."
	case p.Class != "":
		p.Sentence, p.Hint = problems[p.Class][0], problems[p.Class][1]
	case errors.Is(err, fs.ErrNotExist):
		p.Sentence, p.Hint = "There is no such thing here.", "Check the name; “hindsite list” shows the sessions of the library."
	case errors.Is(err, fs.ErrPermission):
		p.Sentence, p.Hint = "The file may not be read or written.", "Check its permissions."
	default:
		p.Sentence, p.Hint = "Something went wrong that Hindsite did not expect.", "Nothing that was in the library is lost. Please report the detail."
	}
	return p
}
