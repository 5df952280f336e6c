package rrweb

import (
	"hindsite.app/importer/format"
	"hindsite.app/player/recording"
)

// loaded notes that the tab has a new page. Recordings of 2018 name the
// address and the size here, because they had no meta event.
func (c *converter) loaded(t *tabState, at recording.Time, e *Event) error {
	t.loading = true
	var m wireMeta
	if err := unmarshal(e.data, &m); err != nil {
		return nil
	}
	if m.Href != "" {
		c.navigate(t, at, m)
	}
	if m.sized() {
		c.resize(t, at, int(m.Width), int(m.Height))
	}
	return nil
}

// maxViewport bounds what is believed of a viewport, CSS pixels.
const maxViewport = 1 << 16

// sized reports whether the event names a size that a viewport can have.
func (m wireMeta) sized() bool {
	return m.Width > 0 && m.Height > 0 && m.Width <= maxViewport && m.Height <= maxViewport
}

func (c *converter) meta(t *tabState, at recording.Time, e *Event) error {
	var m wireMeta
	if err := unmarshal(e.data, &m); err != nil {
		return err
	}
	c.navigate(t, at, m)
	// A recording of a hidden frame says 0 by 0: the last real size stays.
	if m.sized() {
		c.resize(t, at, int(m.Width), int(m.Height))
	}
	return nil
}

// navigate begins a view, unless the recorder only took a further picture of
// the same page.
func (c *converter) navigate(t *tabState, at recording.Time, m wireMeta) {
	if t.view >= 0 && !t.loading && c.rec.Views[t.view].URL == m.Href {
		return
	}
	if t.view >= 0 && !t.pictured && c.rec.Views[t.view].URL == "" {
		c.rec.Views[t.view].URL = m.Href
		return
	}
	c.newView(t, at, m.Href, m.Title)
}

func (c *converter) newView(t *tabState, at recording.Time, url, title string) {
	t.view = int32(len(c.rec.Views))
	t.loading = false
	t.x, t.y = 0, 0
	c.rec.Views = append(c.rec.Views, recording.View{
		Tab: t.index, Start: at, URL: url, Title: title, Width: t.w, Height: t.h,
	})
	c.change(t, at, recording.Navigate{View: int(t.view)})
}

func (c *converter) resize(t *tabState, at recording.Time, w, h int) {
	first := t.w == 0
	if t.w == w && t.h == h {
		return
	}
	t.w, t.h = w, h
	c.change(t, at, recording.SetViewport{Width: w, Height: h})
	c.rec.Resizes = append(c.rec.Resizes, recording.Resize{At: at, View: t.view, Width: w, Height: h})
	if t.view >= 0 {
		v := &c.rec.Views[t.view]
		if first || v.Width == 0 || v.Start == at {
			v.Width, v.Height = w, h
		}
	}
}

func (c *converter) snapshot(t *tabState, at recording.Time, e *Event) error {
	data := e.data
	if data.Kind() == '"' {
		plain, err := c.unpackPart(data)
		if err != nil {
			return err
		}
		data = plain
	}
	var s wireSnapshot
	if err := unmarshal(data, &s); err != nil {
		return err
	}
	if s.Node == nil && s.Wireframes.Kind() == '[' {
		c.wireframes++
		return nil
	}
	if s.Node == nil || s.Node.ID <= 0 {
		return errShape
	}
	c.pictures++
	if t.view < 0 {
		c.newView(t, at, "", "")
	}
	root := c.node(t, s.Node, true)
	t.document, t.loading, t.pictured = root.ID, false, true
	t.x, t.y = float32(s.InitialOffset.Left), float32(s.InitialOffset.Top)
	c.change(t, at, recording.Snapshot{Root: root, ScrollX: t.x, ScrollY: t.y})
	return nil
}

// node converts a subtree. fresh forgets the ids of the document before.
func (c *converter) node(t *tabState, w *wireNode, fresh bool) *recording.Node {
	if fresh {
		t.framed = map[recording.NodeID]bool{}
		t.document = recording.NodeID(w.ID)
	}
	n := &recording.Node{
		ID: recording.NodeID(w.ID), Type: recording.NodeType(min(max(w.Type, 0), int(recording.CommentNode))),
		Tag: w.TagName, Attrs: w.Attributes.set, Text: w.TextContent, SVG: w.IsSVG,
		Quirks: w.CompatMode == "BackCompat", ShadowHost: w.IsShadowHost, Shadow: w.IsShadow,
	}
	if w.Type == int(recording.DoctypeNode) {
		n.Tag = w.Name
		n.Text = w.PublicID
	}
	if w.RootID > 0 && recording.NodeID(w.RootID) != t.document && !w.IsShadow {
		t.framed[n.ID] = true
	}
	if len(w.ChildNodes) == 0 {
		return n
	}
	n.Children = make([]*recording.Node, 0, len(w.ChildNodes))
	for _, child := range w.ChildNodes {
		if child == nil || child.ID <= 0 {
			c.odd.Add(format.UnknownNode, 1)
			continue
		}
		n.Children = append(n.Children, c.node(t, child, false))
	}
	return n
}
