package widget

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// ColumnSpec is a column of cells.
type ColumnSpec struct {
	Title string
	Sort  string  // name by which it can be sorted, "" for not
	Width float32 // units; 0 shares what is left by Flex
	Flex  float32
	Style Style
	Icon  bool    // the cell is a drawing
	Least float32 // width under which a column without a Width is of no use
	Drop  int     // columns with a Drop go when room is short, the greatest first
}

// Spread returns left edge and width of each column within width. Columns that
// were dropped for want of room have a width below 0.
func Spread(columns []ColumnSpec, width, pad, gap float32) (lefts, widths []float32) {
	dropped := make([]bool, len(columns))
	free, flex := room(columns, dropped, width-2*pad, gap)
	for short(columns, dropped, free, flex) {
		last := -1
		for i, c := range columns {
			if c.Drop > 0 && !dropped[i] && (last < 0 || c.Drop > columns[last].Drop) {
				last = i
			}
		}
		if last < 0 {
			break
		}
		dropped[last] = true
		free, flex = room(columns, dropped, width-2*pad, gap)
	}
	x := pad
	for i, c := range columns {
		w := c.Width
		switch {
		case dropped[i]:
			lefts, widths = append(lefts, x), append(widths, -1)
			continue
		case w == 0 && flex > 0:
			w = max(free, 0) * c.Flex / flex
		}
		lefts, widths = append(lefts, x), append(widths, w)
		x += w + gap
	}
	return lefts, widths
}

// room returns what the fixed columns leave, and the sum of Flex of the others.
func room(columns []ColumnSpec, dropped []bool, free, gap float32) (float32, float32) {
	flex, n := float32(0), 0
	for i, c := range columns {
		if dropped[i] {
			continue
		}
		n++
		free -= c.Width
		if c.Width == 0 {
			flex += c.Flex
		}
	}
	return free - gap*float32(max(n-1, 0)), flex
}

// short reports whether a column has less than its least width.
func short(columns []ColumnSpec, dropped []bool, free, flex float32) bool {
	for i, c := range columns {
		if !dropped[i] && c.Width == 0 && flex > 0 && free*c.Flex/flex < c.Least {
			return true
		}
	}
	return false
}

// cellPad and cellGap are the space beside and between cells.
const (
	cellPad = 10
	cellGap = 10
)

// Cells is a row of cells in columns.
type Cells struct {
	widget.BaseWidget
	columns []ColumnSpec
	values  []string
	colours []fyne.ThemeColorName
}

// NewCells returns an empty row.
func NewCells(columns []ColumnSpec) *Cells {
	c := &Cells{columns: columns, values: make([]string, len(columns)), colours: make([]fyne.ThemeColorName, len(columns))}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes a cell; for a drawing the value is its name. An empty colour
// means that of the column. Call Refresh when all are set.
func (c *Cells) Set(i int, value string, colour fyne.ThemeColorName) {
	c.values[i], c.colours[i] = value, colour
}

// CreateRenderer implements fyne.Widget.
func (c *Cells) CreateRenderer() fyne.WidgetRenderer {
	r := &cellsRenderer{cells: c}
	for _, col := range c.columns {
		if col.Icon {
			r.objects = append(r.objects, &canvas.Image{FillMode: canvas.ImageFillContain})
		} else {
			r.objects = append(r.objects, canvas.NewText("", nil))
		}
	}
	r.shown = make([]string, len(r.objects))
	return r
}

type cellsRenderer struct {
	cells   *Cells
	objects []fyne.CanvasObject
	shown   []string
	widths  []float32
	lefts   []float32
}

func (r *cellsRenderer) Destroy()                     {}
func (r *cellsRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *cellsRenderer) MinSize() fyne.Size           { return fyne.Size{} }

func (r *cellsRenderer) Layout(s fyne.Size) {
	r.lefts, r.widths = Spread(r.cells.columns, s.Width, cellPad, cellGap)
	r.fill(s, false)
}

func (r *cellsRenderer) Refresh() {
	r.fill(r.cells.Size(), true)
}

func (r *cellsRenderer) fill(s fyne.Size, refresh bool) {
	if len(r.widths) == 0 {
		return
	}
	for i, o := range r.objects {
		style, value := r.cells.columns[i].Style, r.cells.values[i]
		if c := r.cells.colours[i]; c != "" {
			style.Colour = c
		}
		if r.widths[i] < 0 {
			o.Hide()
			continue
		}
		switch o := o.(type) {
		case *canvas.Image:
			o.Hidden = value == ""
			colour := style.Colour
			if colour == "" {
				colour = look.Muted
			}
			if key := fmt.Sprint(value, theme.Color(colour)); value != "" && key != r.shown[i] {
				o.Resource, r.shown[i] = look.Icon(value, colour), key
				o.Refresh()
			}
			o.Resize(fyne.NewSquareSize(15))
			o.Move(fyne.NewPos(r.lefts[i], (s.Height-15)/2))
		case *canvas.Text:
			o.Hidden = false
			style.paint(o)
			o.Text = Shorten(value, r.widths[i], style.size(), style.style())
			m := o.MinSize()
			o.Resize(fyne.NewSize(r.widths[i], m.Height))
			o.Move(fyne.NewPos(r.lefts[i], (s.Height-m.Height)/2))
			if refresh {
				o.Refresh()
			}
		}
	}
}
