package widget

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// List shows any number of rows of one height and builds only those in view.
// Rows are counted from 0. Places are kept as whole numbers and float64, so
// that a list of millions scrolls as exactly as a short one.
type List struct {
	widget.BaseWidget

	// Create makes a row, Update fills it with the content of row i. They must be
	// set before the list is shown.
	Create func() fyne.CanvasObject
	Update func(i int, row fyne.CanvasObject)

	OnSelected  func(i int)            // a row was chosen
	OnActivated func(i int)            // a row was double clicked or entered
	OnVisible   func(first, last int)  // other rows came into view
	OnKey       func(e *fyne.KeyEvent) // keys that mean nothing to a list
	OnRune      func(r rune)
	Name        string // what the list is of, for those who do not see it
	// TakesFocus says that a click gives the list the focus.
	TakesFocus bool

	rowHeight float32
	length    int
	selected  int
	hovered   int
	offset    float64
	focused   bool
	now       func() time.Time
	pressedAt time.Time
	pressed   int
	view      *listRenderer
	dragFrom  float64
}

var (
	_ fyne.Focusable    = (*List)(nil)
	_ fyne.Scrollable   = (*List)(nil)
	_ desktop.Hoverable = (*List)(nil)
	_ desktop.Mouseable = (*List)(nil)
	_ fyne.Draggable    = (*List)(nil)
	_ fyne.Accessible   = (*List)(nil)
)

// NewList returns a list with rows of the height. now is the clock by which
// double clicks are told.
func NewList(rowHeight float32, now func() time.Time) *List {
	l := &List{rowHeight: rowHeight, selected: -1, hovered: -1, pressed: -1, now: now}
	l.ExtendBaseWidget(l)
	return l
}

// SetLength says how many rows there are and shows them anew.
func (l *List) SetLength(n int) {
	l.length = n
	if l.selected >= n {
		l.selected = -1
	}
	l.scrollTo(l.offset)
	l.Refresh()
	if l.OnVisible != nil && l.view != nil {
		l.OnVisible(l.Shown())
	}
}

// Length returns how many rows there are.
func (l *List) Length() int { return l.length }

// Selected returns the chosen row, -1 for none.
func (l *List) Selected() int { return l.selected }

// Mark chooses a row without reporting it; -1 chooses none.
func (l *List) Mark(i int) {
	if l.selected != i {
		l.selected = i
		l.place()
	}
}

// Select chooses a row, brings it into view and reports it.
func (l *List) Select(i int) {
	if l.length == 0 {
		return
	}
	i = min(max(i, 0), l.length-1)
	l.Mark(i)
	l.Reveal(i)
	if l.OnSelected != nil {
		l.OnSelected(i)
	}
}

// Reveal scrolls as little as needed to bring a row into view.
func (l *List) Reveal(i int) {
	top, h := float64(i)*float64(l.rowHeight), float64(l.Size().Height)
	switch {
	case top < l.offset:
		l.scrollTo(top)
	case top+float64(l.rowHeight) > l.offset+h:
		l.scrollTo(top + float64(l.rowHeight) - h)
	}
}

// Follow keeps a row that moves on by itself in the upper part of the view, so
// that one sees what comes next.
func (l *List) Follow(i int) {
	top, h := float64(i)*float64(l.rowHeight), float64(l.Size().Height)
	if top < l.offset || top+3*float64(l.rowHeight) > l.offset+h {
		l.scrollTo(top - h/3)
	}
}

// Shown returns the first row in view and the one behind the last.
func (l *List) Shown() (first, end int) {
	first = int(l.offset / float64(l.rowHeight))
	end = int((l.offset+float64(l.Size().Height))/float64(l.rowHeight)) + 1
	return min(first, l.length), min(end, l.length)
}

func (l *List) scrollTo(offset float64) {
	limit := float64(l.length)*float64(l.rowHeight) - float64(l.Size().Height)
	offset = min(max(offset, 0), max(limit, 0))
	if offset == l.offset {
		return
	}
	l.offset = offset
	l.place()
	if l.OnVisible != nil {
		l.OnVisible(l.Shown())
	}
}

// place moves rows without filling those that stay.
func (l *List) place() {
	if l.view != nil {
		l.view.place(false)
	}
}

func (l *List) rowAt(y float32) int {
	i := int((l.offset + float64(y)) / float64(l.rowHeight))
	if y < 0 || i < 0 || i >= l.length {
		return -1
	}
	return i
}

// Scrolled implements fyne.Scrollable.
func (l *List) Scrolled(e *fyne.ScrollEvent) {
	l.scrollTo(l.offset - float64(e.Scrolled.DY)*2)
	l.hover(l.rowAt(e.Position.Y))
}

// MouseIn implements desktop.Hoverable.
func (l *List) MouseIn(e *desktop.MouseEvent) { l.hover(l.rowAt(e.Position.Y)) }

// MouseMoved implements desktop.Hoverable.
func (l *List) MouseMoved(e *desktop.MouseEvent) { l.hover(l.rowAt(e.Position.Y)) }

// MouseOut implements desktop.Hoverable.
func (l *List) MouseOut() { l.hover(-1) }

func (l *List) hover(i int) {
	if l.hovered != i {
		l.hovered = i
		l.place()
	}
}

const doubleClick = 400 * time.Millisecond

// MouseDown implements desktop.Mouseable.
func (l *List) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil && l.TakesFocus {
		c.Focus(l)
	}
	l.dragFrom = -1
	if e.Position.X > l.Size().Width-scrollWidth && l.barHeight() > 0 {
		l.dragFrom = l.offset
		return
	}
	i := l.rowAt(e.Position.Y)
	if i < 0 {
		return
	}
	now := l.now()
	if i == l.pressed && now.Sub(l.pressedAt) < doubleClick {
		l.pressed = -1
		if l.OnActivated != nil {
			l.OnActivated(i)
		}
		return
	}
	l.pressed, l.pressedAt = i, now
	l.Select(i)
}

// MouseUp implements desktop.Mouseable.
func (l *List) MouseUp(*desktop.MouseEvent) {}

// Dragged implements fyne.Draggable: it moves the scroll bar.
func (l *List) Dragged(e *fyne.DragEvent) {
	h := l.Size().Height
	if l.dragFrom < 0 || h <= l.barHeight() {
		return
	}
	all := float64(l.length)*float64(l.rowHeight) - float64(h)
	l.scrollTo(l.offset + float64(e.Dragged.DY)*all/float64(h-l.barHeight()))
}

// DragEnd implements fyne.Draggable.
func (l *List) DragEnd() { l.dragFrom = -1 }

// AccessibilityLabel implements fyne.Accessible.
func (l *List) AccessibilityLabel() string {
	if l.selected >= 0 {
		return fmt.Sprintf("%s, row %d of %d", l.Name, l.selected+1, l.length)
	}
	return fmt.Sprintf("%s, %d rows", l.Name, l.length)
}

// AccessibilityRole implements fyne.Accessible.
func (l *List) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// FocusGained implements fyne.Focusable.
func (l *List) FocusGained() {
	l.focused = true
	l.place()
}

// FocusLost implements fyne.Focusable.
func (l *List) FocusLost() {
	l.focused = false
	l.place()
}

// TypedRune implements fyne.Focusable.
func (l *List) TypedRune(r rune) {
	if l.OnRune != nil {
		l.OnRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(e *fyne.KeyEvent) {
	page := max(int(l.Size().Height/l.rowHeight)-1, 1)
	switch e.Name {
	case fyne.KeyUp:
		l.Select(l.selected - 1)
	case fyne.KeyDown:
		l.Select(l.selected + 1)
	case fyne.KeyPageUp:
		l.Select(l.selected - page)
	case fyne.KeyPageDown:
		l.Select(l.selected + page)
	case fyne.KeyHome:
		l.Select(0)
	case fyne.KeyEnd:
		l.Select(l.length - 1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if l.OnActivated != nil && l.selected >= 0 {
			l.OnActivated(l.selected)
		}
	default:
		if l.OnKey != nil {
			l.OnKey(e)
		}
	}
}

const scrollWidth = 9

func (l *List) barHeight() float32 {
	h, all := float64(l.Size().Height), float64(l.length)*float64(l.rowHeight)
	if all <= h || h <= 0 {
		return 0
	}
	return float32(max(h*h/all, 24))
}
