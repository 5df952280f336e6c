package track

import "hindsite.app/player/recording"

// version of the bytes of every track.
const version = 1

// Head is what a player needs of a session before any track: its tabs, views
// and sizes.
type Head struct {
	Tabs    []string
	Views   []recording.View
	Resizes []recording.Resize
}

// EncodeHead writes a head.
func EncodeHead(h Head) []byte {
	w := newWriter(version)
	w.count(len(h.Tabs))
	column(h.Tabs, func(s *string) { w.string(*s) })
	w.count(len(h.Views))
	times(w, h.Views, func(v *recording.View) recording.Time { return v.Start })
	column(h.Views, func(v *recording.View) {
		w.int(int64(v.Tab))
		w.int(int64(v.End))
		w.string(v.URL)
		w.string(v.Title)
		w.int(int64(v.Width))
		w.int(int64(v.Height))
	})
	w.count(len(h.Resizes))
	times(w, h.Resizes, func(v *recording.Resize) recording.Time { return v.At })
	column(h.Resizes, func(v *recording.Resize) {
		w.int(int64(v.View))
		w.int(int64(v.Width))
		w.int(int64(v.Height))
	})
	return w.buf
}

// DecodeHead reads a head.
func DecodeHead(b []byte) (Head, error) {
	r := newReader(b, version)
	var h Head
	h.Tabs = list[string](r, 1)
	column(h.Tabs, func(s *string) { *s = r.string() })
	h.Views = list[recording.View](r, 7)
	readTimes(r, h.Views, func(v *recording.View, t recording.Time) { v.Start = t })
	column(h.Views, func(v *recording.View) {
		v.Tab = int(r.int())
		v.End = recording.Time(r.int())
		v.URL, v.Title = r.string(), r.string()
		v.Width, v.Height = int(r.int()), int(r.int())
	})
	h.Resizes = list[recording.Resize](r, 4)
	readTimes(r, h.Resizes, func(v *recording.Resize, t recording.Time) { v.At = t })
	column(h.Resizes, func(v *recording.Resize) {
		v.View = int32(r.int())
		v.Width, v.Height = int(r.int()), int(r.int())
	})
	return done(r, h)
}

func (w *writer) places(n int, place func(int) *recording.Place) {
	each := func(write func(*recording.Place)) {
		for i := range n {
			write(place(i))
		}
	}
	each(func(p *recording.Place) { w.int(int64(p.View)) })
	each(func(p *recording.Place) { w.node(p.Node) })
	each(func(p *recording.Place) { w.float(p.X) })
	each(func(p *recording.Place) { w.float(p.Y) })
	each(func(p *recording.Place) { w.float(p.ScrollX) })
	each(func(p *recording.Place) { w.float(p.ScrollY) })
	each(func(p *recording.Place) { w.bool(p.Framed) })
}

func (r *reader) places(n int, place func(int) *recording.Place) {
	each := func(read func(*recording.Place)) {
		for i := range n {
			read(place(i))
		}
	}
	each(func(p *recording.Place) { p.View = int32(r.int()) })
	each(func(p *recording.Place) { p.Node = r.node() })
	each(func(p *recording.Place) { p.X = r.float() })
	each(func(p *recording.Place) { p.Y = r.float() })
	each(func(p *recording.Place) { p.ScrollX = r.float() })
	each(func(p *recording.Place) { p.ScrollY = r.float() })
	each(func(p *recording.Place) { p.Framed = r.bool() })
}

// EncodePointers writes the pointer track.
func EncodePointers(items []recording.Pointer) []byte {
	w := newWriter(version)
	w.count(len(items))
	times(w, items, func(p *recording.Pointer) recording.Time { return p.At })
	w.places(len(items), func(i int) *recording.Place { return &items[i].Place })
	column(items, func(p *recording.Pointer) { w.byte(byte(p.Kind)) })
	return w.buf
}

// DecodePointers reads the pointer track.
func DecodePointers(b []byte) ([]recording.Pointer, error) {
	r := newReader(b, version)
	items := list[recording.Pointer](r, 21)
	readTimes(r, items, func(p *recording.Pointer, t recording.Time) { p.At = t })
	r.places(len(items), func(i int) *recording.Place { return &items[i].Place })
	column(items, func(p *recording.Pointer) { p.Kind = recording.PointerKind(r.byte()) })
	return done(r, items)
}

// EncodeInteractions writes the track of clicks, taps and focus.
func EncodeInteractions(items []recording.Interaction) []byte {
	w := newWriter(version)
	w.count(len(items))
	times(w, items, func(p *recording.Interaction) recording.Time { return p.At })
	w.places(len(items), func(i int) *recording.Place { return &items[i].Place })
	column(items, func(p *recording.Interaction) { w.byte(byte(p.Kind)) })
	column(items, func(p *recording.Interaction) { w.byte(byte(p.Device)) })
	column(items, func(p *recording.Interaction) { w.bool(p.HasXY) })
	column(items, func(p *recording.Interaction) { w.string(p.Label) })
	return w.buf
}

// DecodeInteractions reads the track of clicks, taps and focus.
func DecodeInteractions(b []byte) ([]recording.Interaction, error) {
	r := newReader(b, version)
	items := list[recording.Interaction](r, 24)
	readTimes(r, items, func(p *recording.Interaction, t recording.Time) { p.At = t })
	r.places(len(items), func(i int) *recording.Place { return &items[i].Place })
	column(items, func(p *recording.Interaction) { p.Kind = recording.InteractionKind(r.byte()) })
	column(items, func(p *recording.Interaction) { p.Device = recording.PointerDevice(r.byte()) })
	column(items, func(p *recording.Interaction) { p.HasXY = r.bool() })
	column(items, func(p *recording.Interaction) { p.Label = r.string() })
	return done(r, items)
}

// EncodeScrolls writes the scroll track.
func EncodeScrolls(items []recording.Scroll) []byte {
	w := newWriter(version)
	w.count(len(items))
	times(w, items, func(s *recording.Scroll) recording.Time { return s.At })
	column(items, func(s *recording.Scroll) { w.int(int64(s.View)) })
	column(items, func(s *recording.Scroll) { w.node(s.Node) })
	column(items, func(s *recording.Scroll) { w.float(s.X) })
	column(items, func(s *recording.Scroll) { w.float(s.Y) })
	column(items, func(s *recording.Scroll) { w.bool(s.Window) })
	return w.buf
}

// DecodeScrolls reads the scroll track.
func DecodeScrolls(b []byte) ([]recording.Scroll, error) {
	r := newReader(b, version)
	items := list[recording.Scroll](r, 12)
	readTimes(r, items, func(s *recording.Scroll, t recording.Time) { s.At = t })
	column(items, func(s *recording.Scroll) { s.View = int32(r.int()) })
	column(items, func(s *recording.Scroll) { s.Node = r.node() })
	column(items, func(s *recording.Scroll) { s.X = r.float() })
	column(items, func(s *recording.Scroll) { s.Y = r.float() })
	column(items, func(s *recording.Scroll) { s.Window = r.bool() })
	return done(r, items)
}

// EncodeInputs writes the input track.
func EncodeInputs(items []recording.Input) []byte {
	w := newWriter(version)
	w.count(len(items))
	times(w, items, func(s *recording.Input) recording.Time { return s.At })
	column(items, func(s *recording.Input) {
		w.int(int64(s.View))
		w.node(s.Node)
		w.string(s.Text)
		w.bool(s.Checked)
		w.bool(s.ByUser)
		w.string(s.Label)
	})
	return w.buf
}

// DecodeInputs reads the input track.
func DecodeInputs(b []byte) ([]recording.Input, error) {
	r := newReader(b, version)
	items := list[recording.Input](r, 7)
	readTimes(r, items, func(s *recording.Input, t recording.Time) { s.At = t })
	column(items, func(s *recording.Input) {
		s.View, s.Node = int32(r.int()), r.node()
		s.Text, s.Checked, s.ByUser, s.Label = r.string(), r.bool(), r.bool(), r.string()
	})
	return done(r, items)
}

// Notes are the tracks of what the page and the site said.
type Notes struct {
	Logs     []recording.Log
	Requests []recording.Request
	Customs  []recording.Custom
}

// EncodeNotes writes console, network and custom events.
func EncodeNotes(n Notes) []byte {
	w := newWriter(version)
	w.count(len(n.Logs))
	times(w, n.Logs, func(l *recording.Log) recording.Time { return l.At })
	column(n.Logs, func(l *recording.Log) {
		w.int(int64(l.View))
		w.byte(byte(l.Level))
		w.string(l.Text)
		w.bool(l.Uncaught)
	})
	w.count(len(n.Requests))
	times(w, n.Requests, func(q *recording.Request) recording.Time { return q.At })
	column(n.Requests, func(q *recording.Request) {
		w.int(int64(q.View))
		w.int(int64(q.Duration))
		w.string(q.Method)
		w.string(q.URL)
		w.int(int64(q.Status))
		w.string(q.Kind)
	})
	w.count(len(n.Customs))
	times(w, n.Customs, func(c *recording.Custom) recording.Time { return c.At })
	column(n.Customs, func(c *recording.Custom) {
		w.int(int64(c.View))
		w.string(c.Tag)
		w.string(c.Payload)
	})
	return w.buf
}

// DecodeNotes reads console, network and custom events.
func DecodeNotes(b []byte) (Notes, error) {
	r := newReader(b, version)
	var n Notes
	n.Logs = list[recording.Log](r, 5)
	readTimes(r, n.Logs, func(l *recording.Log, t recording.Time) { l.At = t })
	column(n.Logs, func(l *recording.Log) {
		l.View, l.Level = int32(r.int()), recording.LogLevel(r.byte())
		l.Text, l.Uncaught = r.string(), r.bool()
	})
	n.Requests = list[recording.Request](r, 7)
	readTimes(r, n.Requests, func(q *recording.Request, t recording.Time) { q.At = t })
	column(n.Requests, func(q *recording.Request) {
		q.View, q.Duration = int32(r.int()), recording.Time(r.int())
		q.Method, q.URL, q.Status, q.Kind = r.string(), r.string(), int(r.int()), r.string()
	})
	n.Customs = list[recording.Custom](r, 4)
	readTimes(r, n.Customs, func(c *recording.Custom, t recording.Time) { c.At = t })
	column(n.Customs, func(c *recording.Custom) {
		c.View, c.Tag, c.Payload = int32(r.int()), r.string(), r.string()
	})
	return done(r, n)
}
