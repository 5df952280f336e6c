// Package importer takes recordings from archives and files to a Sink: opened,
// decoded, masked. It stores nothing and knows no library.
package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/format"
	"hindsite.app/importer/mask"
	"hindsite.app/importer/signature"
	"hindsite.app/player/fault"
)

// Session is one recording, decoded and masked, on its way to a Sink.
type Session struct {
	*format.Session
	Source     string              // archive or file, as it may be shown
	Protection envelope.Protection // of this recording
	Signature  signature.Finding   // of the archive
	Masked     mask.Report
}

// Sink stores sessions. Put is called by several goroutines at once and owns
// the session. It returns Imported, or Present when the same content was there
// already; a classed error refuses the session and only that; any error
// without a class, and Locked and Storage, ends the import.
type Sink interface {
	Put(ctx context.Context, s *Session) (Status, error)
}

// Status says what became of a recording.
type Status string

// The outcomes.
const (
	Imported Status = "imported"
	Present  Status = "present"
	Refused  Status = "refused"
	Erased   Status = "erased"
)

// Result is what became of one recording. Its error holds no recorded text.
type Result struct {
	Source    string
	Session   string // id, or the name of the member when no session was read
	Status    Status
	Err       error
	Events    int
	Anomalies format.Anomalies
	Masked    mask.Report

	Protection string // sentence; "" when the recording was not opened
	Signed     string // sentence; "" when the archive was not opened
}

// Class returns the class of a refusal, "" otherwise.
func (r Result) Class() fault.Class {
	if r.Status != Refused && r.Status != Erased {
		return ""
	}
	return fault.Of(r.Err)
}

// Summary adds the results of an import up.
type Summary struct {
	Imported, Present, Refused, Erased int
	Events                             int
	Anomalies                          format.Anomalies
	Masked                             mask.Report
	Protections                        map[string]int      // sentence to number of recordings that were opened
	Signatures                         map[string]int      // sentence to number of archives that were opened
	Classes                            map[fault.Class]int // of what was refused
}

func (s *Summary) add(r Result) {
	if r.Protection != "" {
		s.Protections[r.Protection]++
	}
	if c := r.Class(); c != "" {
		s.Classes[c]++
	}
	switch r.Status {
	case Imported:
		s.Imported++
		s.Masked.Add(r.Masked)
		for a, n := range r.Anomalies {
			s.Anomalies.Add(a, n)
		}
		s.Events += r.Events
	case Present:
		s.Present++
	case Erased:
		s.Erased++
	default:
		s.Refused++
	}
}

// Input is an archive or a recording to read.
type Input struct {
	Name string // as it may be shown
	Size int64
	Open func() (Source, error)

	// Batches are the pieces, in order, of one recording that its recorder
	// sealed piece by piece; with them, Open is not used.
	Batches []Input
	// Parts are the files, in order, of one recording that is stored in several
	// files, Gaps says how many are missing among them, and Side are the files
	// that say more of it; with them, Open is not used.
	Parts, Side []Input
	Gaps        int
	// Origin is the site that the input was fetched from; "" when only the
	// archive itself says where it is from.
	Origin string
}

// Source is what an Input is read from.
type Source interface {
	io.ReaderAt
	io.Closer
}

// Options says how to import.
type Options struct {
	Keys     envelope.Keys
	Envelope envelope.Limits
	Format   format.Limits // zero value: format.DefaultLimits
	Mask     mask.Policy
	// Said is what whoever imports says of the sessions. It counts before what
	// the recordings say, but for the ids in an archive's list.
	Said format.About
	// Only, when set, tells by its id whether a session is wanted. The others are
	// passed over without a report, and in an archive with a list not even read.
	Only    func(session string) bool
	Workers int // zero: one a processor
	// Trust returns the keys that are pinned for an origin, "" for one that is
	// not known, and what to do with archives that none of them signed. Nil
	// pins none, and warns.
	Trust func(origin string) ([]signature.Pin, signature.Policy)
	// Report is told of every recording, in the order of the inputs. It is
	// called by one goroutine at a time.
	Report func(Result)
	// Progress is told after each recording; total is 0 while it is not known.
	Progress func(input string, done, total int)
}

func (o Options) withDefaults() Options {
	if o.Format == (format.Limits{}) {
		o.Format = format.DefaultLimits()
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// Run imports the inputs one after the other, the recordings of each on
// several processors. What is refused does not stop the rest. The error is the
// context's or one that makes going on senseless; the summary says what was
// done until then.
func Run(ctx context.Context, inputs []Input, sink Sink, o Options) (Summary, error) {
	r := run{sink: sink, options: o.withDefaults(), summary: newSummary(), decoders: Decoders()}
	for _, in := range inputs {
		if err := r.input(ctx, in); err != nil {
			return r.summary, err
		}
	}
	return r.summary, nil
}

func newSummary() Summary {
	return Summary{
		Anomalies: format.Anomalies{}, Protections: map[string]int{}, Signatures: map[string]int{}, Classes: map[fault.Class]int{},
	}
}

type run struct {
	sink     Sink
	options  Options
	summary  Summary
	decoders []format.Decoder
}

func (r *run) report(res Result) {
	r.summary.add(res)
	if r.options.Report != nil {
		r.options.Report(res)
	}
}

func (r *run) refuse(source, session string, err error) {
	r.report(Result{Source: source, Session: session, Status: Refused, Err: err})
}

func (r *run) input(ctx context.Context, in Input) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	archive, err := r.open(ctx, in)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.refuse(in.Name, in.Name, err)
		return nil
	}
	defer archive.Close()
	r.summary.Signatures[archive.signature.String()]++
	workers := r.options.Workers
	if archive.sequential() {
		workers = 1
	}
	return r.items(ctx, in.Name, archive, workers)
}

// pending is a recording that is being worked on.
type pending struct{ results chan []Result }

// items hands the recordings of an archive to workers and reports what became
// of them in order.
func (r *run) items(ctx context.Context, name string, archive *opened, workers int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan pending, workers)
	var reporting sync.WaitGroup
	reporting.Go(func() {
		done := 0
		for p := range queue {
			for _, res := range <-p.results {
				if res.Err != nil && ctx.Err() != nil && errors.Is(res.Err, ctx.Err()) {
					continue // cancelled, not refused
				}
				r.report(res)
				if err := fatal(res.Err); err != nil {
					cancel(err)
				}
			}
			if done++; r.options.Progress != nil {
				r.options.Progress(name, done, archive.total())
			}
		}
	})
	slots := make(chan struct{}, workers)
	var working sync.WaitGroup
	for b, err := range bundles(ctx, archive) {
		if err == nil && b.entry != nil && !r.wanted(b.entry.ID) {
			continue
		}
		p := pending{make(chan []Result, 1)}
		queue <- p
		if err != nil {
			p.results <- []Result{{Source: name, Session: cmp.Or(b.name, name), Status: Refused, Err: err}}
			continue
		}
		slots <- struct{}{}
		if ctx.Err() != nil {
			p.results <- nil
			<-slots
			break
		}
		work := func() {
			defer func() { <-slots }()
			p.results <- r.recording(ctx, name, archive, b)
		}
		if archive.sequential() {
			work()
		} else {
			working.Go(work)
		}
	}
	working.Wait()
	close(queue)
	reporting.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (r *run) wanted(session string) bool {
	return r.options.Only == nil || r.options.Only(session)
}

// fatal returns err when going on is senseless.
func fatal(err error) error {
	if err == nil {
		return nil
	}
	switch fault.Of(err) {
	case "", fault.Locked, fault.Storage:
		return err
	}
	return nil
}

// recording decodes one recording, which may hold several sessions.
func (r *run) recording(ctx context.Context, name string, archive *opened, b *bundle) []Result {
	refused := func(session string, err error) Result {
		res := Result{
			Source: name, Session: session, Status: Refused, Err: fault.Default(fault.Schema, err), Signed: archive.signature.String(),
		}
		if b.opened {
			res.Protection = b.protection.String()
		}
		return res
	}
	var results []Result
	for raw, err := range b.sessions(ctx, format.Hints{About: r.options.Said}, r.decoders, r.options.Format) {
		if err == nil && !r.wanted(raw.About().Session) {
			continue
		}
		var s *format.Session
		if err == nil {
			s, err = raw.Session(ctx)
		}
		if ctx.Err() != nil {
			return results
		}
		if err != nil {
			results = append(results, refused(b.name, err))
			continue
		}
		res := r.store(ctx, name, archive, b.protection, s)
		if results = append(results, res); fatal(res.Err) != nil {
			return results
		}
	}
	return results
}

func (r *run) store(ctx context.Context, name string, archive *opened, p envelope.Protection, s *format.Session) Result {
	res := Result{
		Source: name, Session: s.Recording.ID, Events: s.Events, Anomalies: s.Anomalies,
		Protection: p.String(), Signed: archive.signature.String(),
	}
	res.Masked = mask.Apply(s.Recording, r.options.Mask)
	status, err := r.sink.Put(ctx, &Session{
		Session: s, Source: name, Protection: p, Signature: archive.signature, Masked: res.Masked,
	})
	res.Status = status
	if err != nil {
		res.Status, res.Err = Refused, err
		if fault.Of(err) == fault.Erased {
			res.Status = Erased
		}
	}
	return res
}
