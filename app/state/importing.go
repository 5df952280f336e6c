package state

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"hindsite.app/data"
	"hindsite.app/importer"
	"hindsite.app/importer/envelope"
	"hindsite.app/importer/format"
	"hindsite.app/importer/mask"
	"hindsite.app/player/fault"
)

// ImportOptions says how to import.
type ImportOptions struct {
	AllowFields  []string // form fields whose content may be kept, by name or id
	KeepPictures bool
	KeepBoth     bool     // keep a session whose id is taken under another id
	Sessions     []string // import these alone, by the names that the archive gives them
	Passphrase   string
	KeyFile      string // a further key for the archives
	Said         Said
	Origin       string // site that the paths were fetched from; "" when only archives say it
	// Report is told of every recording, in order; Progress of how far it is.
	Report   func(ImportLine)
	Progress func(ImportProgress)
}

// ImportLine is what became of one recording.
type ImportLine struct {
	Source    string      `json:"source"`
	Session   string      `json:"session"`
	Status    string      `json:"status"`
	Class     fault.Class `json:"class"`
	Events    int         `json:"events"`
	Anomalies int         `json:"anomalies"`
	Oddities  []Oddity    `json:"oddities,omitempty"`
	Problem   *Problem    `json:"-"`
	// How the recording was protected, and who signed its archive; "" when that
	// was not found out.
	Protection string `json:"protection,omitempty"`
	Signed     string `json:"signed,omitempty"`
}

// Oddity is a kind of anomaly with its number and its meaning.
type Oddity struct {
	Kind     string `json:"kind"`
	Count    int    `json:"count"`
	Sentence string `json:"sentence"`
}

// ImportProgress says how far an import is. Total is 0 while it is not known.
type ImportProgress struct {
	Source      string
	Done, Total int
}

// ImportSummary is what an import came to.
type ImportSummary struct {
	Imported    int            `json:"imported"`
	Present     int            `json:"present"`
	Refused     int            `json:"refused"`
	Erased      int            `json:"erased"`
	Events      int            `json:"events"`
	Anomalies   int            `json:"anomalies"`
	Oddities    []Oddity       `json:"oddities,omitempty"`
	Masked      mask.Report    `json:"masked"`
	Protections map[string]int `json:"protections"` // recordings by how they were protected
	Signatures  map[string]int `json:"signatures"`  // archives by who signed them
	// RefusedBy counts what was refused by class.
	RefusedBy map[fault.Class]int `json:"refused_by,omitempty"`
}

// Import takes archives, folders and recordings into the library, from paths of
// this computer and from addresses, where they are read in place. What is
// refused is reported and does not stop the rest. The error is the context's or
// one that ended the import; the summary holds either way.
func (l *Library) Import(ctx context.Context, paths []string, o ImportOptions) (ImportSummary, error) {
	ins, err := l.inputsAt(ctx, paths)
	if err != nil {
		return ImportSummary{}, err
	}
	keys, err := l.keysWith(o.KeyFile, o.Passphrase)
	if err != nil {
		return ImportSummary{}, err
	}
	return l.importInputs(ctx, ins, keys, o, shownSource(paths))
}

// keysWith returns the library's keys for archives and further ones, where they
// are not "".
func (l *Library) keysWith(keyFile, passphrase string) (envelope.Keys, error) {
	keys := l.keys
	if keyFile != "" {
		more, _, err := Credential{KeyFile: keyFile}.keys()
		if err != nil {
			return keys, err
		}
		keys.Identities = slices.Concat(keys.Identities, more.Identities)
		keys.Sealed = slices.Concat(keys.Sealed, more.Sealed)
	}
	if passphrase != "" {
		keys.Passphrase = passphrase
	}
	return keys, nil
}

// total is the number of recordings that were looked at.
func (s ImportSummary) total() int { return s.Imported + s.Present + s.Refused + s.Erased }

func shownSource(paths []string) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = filepath.Base(p)
		if isAddress(p) {
			names[i] = withoutQuery(p)
		}
	}
	return strings.Join(names, ", ")
}

func (l *Library) importInputs(ctx context.Context, ins []importer.Input, keys envelope.Keys, o ImportOptions, source string) (ImportSummary, error) {
	trust, err := l.Trust(ctx)
	if err != nil {
		return ImportSummary{}, err
	}
	said, err := o.Said.about()
	if err != nil {
		return ImportSummary{}, err
	}
	for i := range ins {
		if ins[i].Origin == "" {
			ins[i].Origin = o.Origin
		}
	}
	sum, err := importer.Run(ctx, ins, &sink{library: l.data, keepBoth: o.KeepBoth}, importer.Options{
		Keys: keys, Envelope: envelope.Limits{Sealed: trust.Rules.AES256}, Trust: trust.For,
		Only: only(o.Sessions), Said: said, Now: l.deps.Now,
		Mask: mask.Policy{AllowFields: o.AllowFields, KeepPictures: o.KeepPictures},
		Report: func(r importer.Result) {
			if o.Report != nil {
				o.Report(importLine(r))
			}
		},
		Progress: func(input string, done, total int) {
			if o.Progress != nil {
				o.Progress(ImportProgress{Source: input, Done: done, Total: total})
			}
		},
	})
	summary := summarise(sum)
	if err == nil && len(o.Sessions) > 0 && summary.total() == 0 {
		return summary, errNoSuchSession
	}
	if recordErr := l.recordImport(context.WithoutCancel(ctx), source, summary); err == nil {
		err = recordErr
	}
	return summary, err
}

func importLine(r importer.Result) ImportLine {
	return ImportLine{
		Source: r.Source, Session: r.Session, Status: string(r.Status), Class: r.Class(), Events: r.Events,
		Anomalies: r.Anomalies.Total(), Oddities: oddities(r.Anomalies), Problem: Explain(r.Err),
		Protection: r.Protection, Signed: r.Signed,
	}
}

func oddities(m format.Anomalies) []Oddity {
	var out []Oddity
	for kind, n := range m {
		out = append(out, Oddity{Kind: string(kind), Count: n, Sentence: kind.Sentence()})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Kind < out[j].Kind })
	return out
}

func summarise(s importer.Summary) ImportSummary {
	return ImportSummary{
		Imported: s.Imported, Present: s.Present, Refused: s.Refused, Erased: s.Erased, Events: s.Events,
		Anomalies: s.Anomalies.Total(), Oddities: oddities(s.Anomalies), Masked: s.Masked, Protections: s.Protections,
		Signatures: s.Signatures, RefusedBy: s.Classes,
	}
}

func (l *Library) recordImport(ctx context.Context, source string, s ImportSummary) error {
	report, err := json.Marshal(s)
	if err != nil {
		return err
	}
	protections := make([]string, 0, len(s.Protections))
	for p := range s.Protections {
		protections = append(protections, p)
	}
	sort.Strings(protections)
	_, err = l.data.RecordImport(ctx, data.Import{
		When: l.deps.Now().UTC(), Source: clip(source), Protection: word(strings.Join(protections, ", ")),
		Stored: s.Imported, Present: s.Present, Refused: s.Refused, Erased: s.Erased, Anomalies: s.Anomalies, Report: report,
	})
	return err
}
