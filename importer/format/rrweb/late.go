package rrweb

import "hindsite.app/player/recording"

// sizeLate gives a page that was pictured before its size was known, because
// the meta event in front of the snapshot is missing, the first size that
// became known in its tab.
func (c *converter) sizeLate() {
	sizes := make([]recording.SetViewport, len(c.states)) // first of each tab that is pictured before it
	pictured, sized := make([]bool, len(c.states)), make([]bool, len(c.states))
	late := 0
	for _, ch := range c.rec.Changes {
		switch op := ch.Op.(type) {
		case recording.Snapshot:
			pictured[ch.Tab] = true
		case recording.SetViewport:
			if !sized[ch.Tab] && pictured[ch.Tab] {
				sizes[ch.Tab] = op
				late++
			}
			sized[ch.Tab] = true
		}
	}
	if late == 0 {
		return
	}
	for i := range c.rec.Views {
		if v := &c.rec.Views[i]; v.Width == 0 {
			v.Width, v.Height = sizes[v.Tab].Width, sizes[v.Tab].Height
		}
	}
	changes := make([]recording.Change, 0, len(c.rec.Changes)+late)
	for _, ch := range c.rec.Changes {
		if size := sizes[ch.Tab]; size.Width > 0 {
			changes = append(changes, recording.Change{At: ch.At, Tab: ch.Tab, Op: size})
			sizes[ch.Tab] = recording.SetViewport{}
		}
		changes = append(changes, ch)
	}
	c.rec.Changes = changes
}
