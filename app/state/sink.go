package state

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"hindsite.app/data"
	"hindsite.app/data/blob"
	"hindsite.app/importer"
	"hindsite.app/importer/format"
	"hindsite.app/importer/mask"
	"hindsite.app/player/dom"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/track"
)

// The parts of a stored recording, in the order in which they lie: what many
// sessions are asked for comes first and is small.
const (
	partHead         = "head"
	partInteractions = "interactions"
	partScrolls      = "scrolls"
	partInputs       = "inputs"
	partNotes        = "notes"
	partPointers     = "pointers"
	partDocuments    = "documents"
)

func partChunk(tab, n int) string { return "dom/" + strconv.Itoa(tab) + "/" + strconv.Itoa(n) }

// sink stores decoded sessions in the library.
type sink struct {
	library  *data.Library
	keepBoth bool
}

var _ importer.Sink = (*sink)(nil)

// Put implements importer.Sink.
func (s *sink) Put(ctx context.Context, in *importer.Session) (importer.Status, error) {
	rec := in.Recording
	parts, err := encode(rec, in.Anomalies)
	if err != nil {
		return importer.Refused, err
	}
	row := row(in)
	outcome, err := s.library.Put(ctx, data.Incoming{
		Session: row, Views: viewRows(rec), Parts: parts, ContentDigest: in.Digest, KeepBoth: s.keepBoth,
	})
	if err != nil {
		return importer.Refused, err
	}
	switch outcome.Status {
	case data.Present:
		return importer.Present, nil
	case data.Conflict:
		return importer.Refused, fault.New(fault.Duplicate, "store session: its id is taken by other content")
	}
	rec.ID = outcome.Session
	return importer.Imported, nil
}

// encode cuts the document stream, and on the way gives clicks and fields
// their labels and views their titles, since only then the page is at hand.
func encode(rec *recording.Recording, odd format.Anomalies) ([]blob.Part, error) {
	l := newLabeller(rec)
	var chunks []blob.Part
	index := track.Index{Tabs: make([][]track.ChunkInfo, len(rec.Tabs))}
	skipped, err := track.Cut(rec, l.observe, func(tab, n int, c track.Chunk) error {
		index.Tabs[tab] = append(index.Tabs[tab], track.ChunkInfo{Start: c.Start})
		chunks = append(chunks, blob.Part{Name: partChunk(tab, n), Data: track.EncodeChunk(c)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cut page changes: %w", err)
	}
	odd.Add(format.UnknownNode, skipped)
	parts := []blob.Part{
		{Name: partHead, Data: track.EncodeHead(track.Head{Tabs: rec.Tabs, Views: rec.Views, Resizes: rec.Resizes})},
		{Name: partInteractions, Data: track.EncodeInteractions(rec.Interactions)},
		{Name: partScrolls, Data: track.EncodeScrolls(rec.Scrolls)},
		{Name: partInputs, Data: track.EncodeInputs(rec.Inputs)},
		{Name: partNotes, Data: track.EncodeNotes(track.Notes{Logs: rec.Logs, Requests: rec.Requests, Customs: rec.Customs})},
		{Name: partDocuments, Data: track.EncodeIndex(index)},
		{Name: partPointers, Data: track.EncodePointers(rec.Pointers)},
	}
	return append(parts, chunks...), nil
}

// labeller follows the document of each tab.
type labeller struct {
	rec          *recording.Recording
	interactions map[int][]int // by tab, not labelled yet
	inputs       map[int][]int
	view         int
}

func newLabeller(rec *recording.Recording) *labeller {
	l := &labeller{rec: rec, interactions: map[int][]int{}, inputs: map[int][]int{}, view: -1}
	tabOf := func(view int32) int {
		if view < 0 {
			return 0
		}
		return rec.Views[view].Tab
	}
	for i := range rec.Interactions {
		t := tabOf(rec.Interactions[i].View)
		l.interactions[t] = append(l.interactions[t], i)
	}
	for i := range rec.Inputs {
		t := tabOf(rec.Inputs[i].View)
		l.inputs[t] = append(l.inputs[t], i)
	}
	return l
}

func (l *labeller) observe(tab int, until recording.Time, d *dom.Document) {
	waiting := l.interactions[tab]
	for len(waiting) > 0 && l.rec.Interactions[waiting[0]].At < until {
		in := &l.rec.Interactions[waiting[0]]
		if in.Label == "" {
			in.Label = d.Label(d.Node(in.Node))
		}
		waiting = waiting[1:]
	}
	l.interactions[tab] = waiting
	waiting = l.inputs[tab]
	for len(waiting) > 0 && l.rec.Inputs[waiting[0]].At < until {
		in := &l.rec.Inputs[waiting[0]]
		if in.Label == "" {
			in.Label = d.Label(d.Node(in.Node))
		}
		waiting = waiting[1:]
	}
	l.inputs[tab] = waiting
	if v := d.View(); v != l.view || until > l.rec.Duration {
		// The document still shows the page that is being left.
		l.title(l.view, d)
		l.view = v
		if until > l.rec.Duration {
			l.title(v, d)
			l.view = -1
		}
	}
}

func (l *labeller) title(view int, d *dom.Document) {
	if view >= 0 && view < len(l.rec.Views) && l.rec.Views[view].Title == "" {
		l.rec.Views[view].Title = clip(d.Title())
	}
}

// clip keeps text within what a library stores of it.
func clip(s string) string {
	if len(s) > data.MaxText {
		return strings.ToValidUTF8(s[:data.MaxText], "")
	}
	return s
}

func word(s string) string {
	if len(s) > data.MaxWord {
		return strings.ToValidUTF8(s[:data.MaxWord], "")
	}
	return s
}

func row(in *importer.Session) data.Session {
	rec := in.Recording
	c := rec.Client
	s := data.Session{
		ID: rec.ID, Start: rec.Start, Duration: int64(rec.Duration), Recorder: rec.Recorder,
		Pages: len(rec.Views), Events: in.Events, Moves: len(rec.Pointers), Scrolls: len(rec.Scrolls),
		Inputs: len(rec.Inputs), Anomalies: in.Anomalies.Total(),
		Device: string(c.Device), Browser: word(c.Browser), OS: word(c.OS), Country: country(c.Country), Language: word(c.Language),
		Visitor: clip(rec.Visitor), Attributes: map[string]string{},
		Protection: in.Protection.String(), SourceName: clip(in.Source),
		Signed: in.Signature.String(),
	}
	if s.Device == "" {
		s.Device = string(recording.DeviceUnknown)
	}
	for name, value := range rec.Attributes {
		if len(s.Attributes) < data.MaxAttributes && name != "" && len(name) <= data.MaxWord {
			s.Attributes[name] = clip(value)
		}
	}
	for i := range rec.Interactions {
		if rec.Interactions[i].Kind == recording.Click {
			s.Clicks++
		}
	}
	for i := range rec.Inputs {
		if rec.Inputs[i].ByUser {
			s.Keys++
		}
	}
	for i := range rec.Logs {
		if rec.Logs[i].Level == recording.LogError {
			s.Errors++
		}
	}
	for i, v := range rec.Views {
		if i == 0 {
			s.Entry = PagePath(v.URL)
		}
		if s.ViewportW == 0 {
			s.ViewportW, s.ViewportH = v.Width, v.Height
		}
	}
	return s
}

func country(c string) string {
	if len(c) == 2 {
		return strings.ToUpper(c)
	}
	return ""
}

func viewRows(rec *recording.Recording) []data.View {
	rows := make([]data.View, len(rec.Views))
	for i, v := range rec.Views {
		rows[i] = data.View{
			Tab: v.Tab, Start: int64(v.Start), End: int64(v.End), URL: clip(v.URL), Title: clip(v.Title),
			Path: PagePath(v.URL), Width: v.Width, Height: v.Height,
		}
	}
	for i := range rec.Interactions {
		if in := &rec.Interactions[i]; in.Kind == recording.Click && in.View >= 0 {
			rows[in.View].Clicks++
		}
	}
	for i := range rec.Pointers {
		if p := &rec.Pointers[i]; p.View >= 0 {
			rows[p.View].Moves++
		}
	}
	return rows
}

// PagePath returns the template by which views of one page are grouped: host
// and path, with numbers and other ids replaced, such as "shop.test/order/{id}".
func PagePath(url string) string {
	clean, _ := mask.CleanURL(url)
	_, rest, ok := strings.Cut(clean, "://")
	if !ok {
		rest = clean
	}
	host, path, _ := strings.Cut(rest, "/")
	if !ok {
		return clip(rest)
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "{id}"
		}
	}
	return clip(strings.ToLower(host) + "/" + strings.Join(segments, "/"))
}
