package widget

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	look "hindsite.app/app/ui/theme"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
	"hindsite.app/player/timeline"
)

// trackKind names a row of the timeline.
type trackKind int

const (
	trackRuler trackKind = iota
	trackPages
	trackPointer
	trackClicks
	trackScroll
	trackInputs
	trackErrors
	trackOverview
)

// trackRow is a row of the timeline and where it lies, in units.
type trackRow struct {
	kind   trackKind
	name   string
	icon   string
	colour fyne.ThemeColorName
	top    float32
	height float32
}

// trackRows are the rows from top to bottom.
func trackRows() []trackRow {
	rows := []trackRow{
		{kind: trackRuler, height: 22},
		{kind: trackPages, name: "Pages", icon: "page", colour: look.DataPage, height: 22},
		{kind: trackPointer, name: "Pointer activity", icon: "pointer", colour: look.DataPointer, height: 36},
		{kind: trackClicks, name: "Clicks", icon: "click", colour: look.DataClick, height: 24},
		{kind: trackScroll, name: "Scroll depth", icon: "scroll", colour: look.DataScroll, height: 34},
		{kind: trackInputs, name: "Inputs", icon: "input", colour: look.DataInput, height: 26},
		{kind: trackErrors, name: "Errors & console", icon: "error", colour: look.DataError, height: 24},
		{kind: trackOverview, name: "Whole session", height: 26},
	}
	top := float32(0)
	for i := range rows {
		rows[i].top = top
		top += rows[i].height
	}
	return rows
}

func rowsHeight() float32 {
	rows := trackRows()
	last := rows[len(rows)-1]
	return last.top + last.height
}

// drawing is one picture of the timeline.
type drawing struct {
	img   *image.RGBA
	k     float64 // pixels for each unit
	scale timeline.Scale
	data  *timeline.Timeline
	ink   *ink
	rows  []trackRow
}

func (d *drawing) px(units float64) int { return int(math.Round(units * d.k)) }

// thick is a number of units in pixels, at least one.
func (d *drawing) thick(units float64) int { return max(d.px(units), 1) }

func (d *drawing) band(r trackRow) image.Rectangle {
	return image.Rect(0, d.px(float64(r.top)), d.img.Rect.Dx(), d.px(float64(r.top+r.height)))
}

func (d *drawing) x(at recording.Time) int { return int(math.Round(d.scale.X(at))) }

func named(n fyne.ThemeColorName) color.NRGBA { return nrgba(theme.Color(n)) }

// draw draws all rows. d.scale counts in pixels of the picture.
func (d *drawing) draw() {
	fill(d.img, d.img.Rect, named(look.Inset))
	for _, r := range d.rows {
		band := d.band(r)
		switch r.kind {
		case trackRuler:
			fill(d.img, band, named(look.Header))
		case trackOverview:
			fill(d.img, band, named(look.Panel))
		}
	}
	if d.data == nil {
		d.lines()
		return
	}
	d.grid()
	d.idle()
	for _, r := range d.rows {
		band := d.band(r)
		c := named(r.colour)
		switch r.kind {
		case trackPages:
			d.pages(band, c)
		case trackPointer:
			d.activity(band, c)
		case trackClicks:
			d.ticks(d.data.Clicks, band.Inset(d.px(5)), c, 2)
		case trackScroll:
			d.depth(band, c)
		case trackInputs:
			d.blocks(d.data.Inputs, band, c)
		case trackErrors:
			d.errors(band, c)
		case trackOverview:
			d.overview(band)
		}
	}
	d.idleLabels()
	d.lines()
}

func (d *drawing) lines() {
	for _, r := range d.rows[1:] {
		y := d.band(r).Min.Y
		fill(d.img, image.Rect(0, y, d.img.Rect.Dx(), y+d.thick(1)), named(look.Line))
	}
}

// grid draws the ruler and its lines down the rows.
func (d *drawing) grid() {
	ruler, last := d.band(d.rows[0]), d.band(d.rows[len(d.rows)-1])
	line, muted := named(look.Line), named(look.Muted)
	for _, t := range d.scale.Ticks(84 * d.k) {
		x := d.x(t.At)
		if t.Label == "" {
			fill(d.img, image.Rect(x, ruler.Max.Y-d.px(4), x+d.thick(1), ruler.Max.Y), line)
			continue
		}
		fill(d.img, image.Rect(x, ruler.Max.Y-d.px(8), x+d.thick(1), ruler.Max.Y), muted)
		fill(d.img, image.Rect(x, ruler.Max.Y, x+d.thick(1), last.Min.Y), faded(line, 130))
		d.ink.write(d.img, x+d.px(4), ruler.Min.Y+(ruler.Dy()-d.ink.lineHeight())/2, t.Label, muted)
	}
}

// busy is the part of the picture that inactivity is shown in.
func (d *drawing) busy() (top, bottom int) {
	return d.band(d.rows[2]).Min.Y, d.band(d.rows[len(d.rows)-1]).Min.Y
}

func (d *drawing) idle() {
	top, bottom := d.busy()
	for _, s := range d.data.Inactive {
		r := image.Rect(d.x(s.From), top, d.x(s.To), bottom)
		hatch(d.img, r, named(look.Stripe), d.thick(1.5), d.px(5))
	}
}

func (d *drawing) idleLabels() {
	band := d.band(d.rows[2])
	for _, s := range d.data.Inactive {
		left, right := max(d.x(s.From), 0), min(d.x(s.To), d.img.Rect.Dx())
		text := fmt.Sprintf("idle %s", Brief(s.Len()))
		w := d.ink.width(text)
		if right-left < w+d.px(14) {
			continue
		}
		h := d.ink.lineHeight()
		at := image.Pt((left+right-w)/2, band.Min.Y+(band.Dy()-h)/2)
		fill(d.img, image.Rect(at.X-d.px(5), at.Y-d.px(1), at.X+w+d.px(5), at.Y+h+d.px(1)), named(look.Raised))
		d.ink.write(d.img, at.X, at.Y, text, named(look.Muted))
	}
}

// pages draws each view as a block with its address. Neighbours differ in
// strength, so that the border is seen without a colour.
func (d *drawing) pages(band image.Rectangle, c color.NRGBA) {
	for i, b := range d.data.Pages {
		left, right := d.x(b.From), max(d.x(b.To), d.x(b.From)+d.thick(1))
		strength := uint8(70)
		if i%2 == 1 {
			strength = 40
		}
		fill(d.img, image.Rect(left, band.Min.Y, right, band.Max.Y), faded(c, strength))
		fill(d.img, image.Rect(left, band.Min.Y, left+d.thick(2), band.Max.Y), c)
		d.label(plainAddress(b.Label), max(left, 0)+d.px(6), min(right, d.img.Rect.Dx())-d.px(4), band)
	}
}

// plainAddress shows what an address says to people.
func plainAddress(s string) string {
	if p, err := url.PathUnescape(s); err == nil {
		return p
	}
	return s
}

func (d *drawing) label(text string, left, right int, band image.Rectangle) {
	if s := d.ink.shorten(text, right-left); s != "" {
		d.ink.write(d.img, left, band.Min.Y+(band.Dy()-d.ink.lineHeight())/2, s, named(theme.ColorNameForeground))
	}
}

// activity draws the speed of the pointer. The root brings slow moves into
// view beside fast ones.
func (d *drawing) activity(band image.Rectangle, c color.NRGBA) {
	top := math.Sqrt(float64(d.data.Pointer.Max()))
	if top == 0 {
		return
	}
	floor, room := band.Max.Y-d.px(2), float64(band.Dy()-d.px(8))
	for x, b := range d.data.Pointer.Bands(d.scale.Visible.From, d.scale.Visible.To, d.img.Rect.Dx()) {
		if b.Count == 0 {
			continue
		}
		h := int(math.Sqrt(float64(b.Max)) / top * room)
		fill(d.img, image.Rect(x, floor-h, x+1, floor), faded(c, 150))
		fill(d.img, image.Rect(x, floor-h-d.thick(1), x+d.thick(1), floor-h), c)
	}
}

func (d *drawing) ticks(s *timeline.Series, band image.Rectangle, c color.NRGBA, width float64) {
	for x, b := range s.Bands(d.scale.Visible.From, d.scale.Visible.To, d.img.Rect.Dx()) {
		if b.Count > 0 {
			fill(d.img, image.Rect(x, band.Min.Y, x+d.thick(width), band.Max.Y), c)
		}
	}
}

// depth draws how far down the page one could see. The deepest of the session
// is the bottom of the row.
func (d *drawing) depth(band image.Rectangle, c color.NRGBA) {
	deepest := float64(d.data.Scroll.Max())
	if deepest == 0 {
		return
	}
	room := float64(band.Dy() - d.px(8))
	y := func(v float32) int { return band.Min.Y + d.px(4) + int(float64(v)/deepest*room) }
	value, known := d.data.Scroll.Before(d.scale.Visible.From)
	last := y(value)
	for x, b := range d.data.Scroll.Bands(d.scale.Visible.From, d.scale.Visible.To, d.img.Rect.Dx()) {
		known = known || b.Count > 0
		if !known {
			continue
		}
		at := y(b.Last)
		low, high := min(last, at), max(last, at)
		if b.Count > 0 {
			low, high = min(low, y(b.Min)), max(high, y(b.Max))
		}
		fill(d.img, image.Rect(x, band.Min.Y+d.px(2), x+1, at), faded(c, 36))
		fill(d.img, image.Rect(x, low, x+1, high+d.thick(1.2)), c)
		last = at
	}
}

func (d *drawing) blocks(all []timeline.Block, band image.Rectangle, c color.NRGBA) {
	top, bottom := band.Min.Y+d.px(5), band.Max.Y-d.px(4)
	for i, b := range all {
		left, right := d.x(b.From), max(d.x(b.To), d.x(b.From)+d.px(3))
		if right < 0 || left > d.img.Rect.Dx() {
			continue
		}
		fill(d.img, image.Rect(left, top, right, bottom), faded(c, 90))
		fill(d.img, image.Rect(left, top, left+d.thick(2), bottom), c)
		until := d.img.Rect.Dx()
		if i+1 < len(all) {
			until = min(until, d.x(all[i+1].From))
		}
		name := b.Label
		if name == "" {
			name = "a field"
		}
		if until-left > d.px(34) {
			d.label(name, left+d.px(5), until-d.px(4), band)
		}
	}
}

func (d *drawing) errors(band image.Rectangle, c color.NRGBA) {
	mid := (band.Min.Y + band.Max.Y) / 2
	for x, b := range d.data.Console.Bands(d.scale.Visible.From, d.scale.Visible.To, d.img.Rect.Dx()) {
		if b.Count > 0 {
			fill(d.img, image.Rect(x, mid-d.px(3), x+d.thick(1.5), mid+d.px(4)), named(look.Muted))
		}
	}
	for _, n := range d.data.Errors {
		if x := d.x(n.At); x > -d.px(8) && x < d.img.Rect.Dx()+d.px(8) {
			diamond(d.img, x, mid, d.px(5), c)
		}
	}
}

// overview draws the whole session and the span of it that the rows show.
func (d *drawing) overview(band image.Rectangle) {
	whole := d.scale.Show(replay.Span{From: 0, To: d.scale.Total})
	inner := *d
	inner.scale = whole
	content := image.Rect(band.Min.X, band.Min.Y+d.px(3), band.Max.X, band.Max.Y-d.px(2))
	for _, s := range d.data.Inactive {
		hatch(d.img, image.Rect(inner.x(s.From), content.Min.Y, inner.x(s.To), content.Max.Y), named(look.Stripe), d.thick(1), d.px(4))
	}
	inner.activity(content, faded(named(look.DataPointer), 255))
	for _, b := range d.data.Pages {
		x := inner.x(b.From)
		fill(d.img, image.Rect(x, content.Min.Y, x+d.thick(1), content.Max.Y), faded(named(look.DataPage), 150))
	}
	inner.ticks(d.data.Clicks, image.Rect(content.Min.X, content.Max.Y-d.px(5), content.Max.X, content.Max.Y), named(look.DataClick), 1)
	for _, n := range d.data.Errors {
		diamond(d.img, inner.x(n.At), content.Min.Y+d.px(4), d.px(3), named(look.DataError))
	}
	left, right := inner.x(d.scale.Visible.From), inner.x(d.scale.Visible.To)
	if right-left >= d.img.Rect.Dx()-1 {
		return
	}
	veil := faded(named(look.Panel), 150)
	fill(d.img, image.Rect(0, content.Min.Y, left, content.Max.Y), veil)
	fill(d.img, image.Rect(right, content.Min.Y, d.img.Rect.Dx(), content.Max.Y), veil)
	edge, t := named(theme.ColorNamePrimary), d.thick(1)
	fill(d.img, image.Rect(left, content.Min.Y, right, content.Min.Y+t), edge)
	fill(d.img, image.Rect(left, content.Max.Y-t, right, content.Max.Y), edge)
	fill(d.img, image.Rect(left, content.Min.Y, left+2*t, content.Max.Y), edge)
	fill(d.img, image.Rect(right-2*t, content.Min.Y, right, content.Max.Y), edge)
}

func (k *ink) lineHeight() int {
	if k == nil {
		return 0
	}
	return k.height
}

// Brief returns a span as people say it: 0.4 s, 22 s, 3:05, 1:02:03.
func Brief(t recording.Time) string {
	switch s := t / recording.Second; {
	case t < 10*recording.Second:
		return fmt.Sprintf("%.1f s", float64(t)/float64(recording.Second))
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	default:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
}
