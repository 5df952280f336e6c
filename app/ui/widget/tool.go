package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "hindsite.app/app/ui/theme"
)

// Tool is a small button that never takes the focus, so that keys go on
// meaning what they meant before it was pressed. What it does must be
// reachable by a key or a menu too.
type Tool struct {
	widget.BaseWidget
	OnTapped func()

	tips     *Tips
	icon     string
	text     string
	tip      string
	height   float32
	active   bool
	primary  bool
	quiet    bool
	disabled bool
	hovered  bool
	pressed  bool
}

var (
	_ fyne.Tappable     = (*Tool)(nil)
	_ desktop.Hoverable = (*Tool)(nil)
	_ desktop.Mouseable = (*Tool)(nil)
	_ fyne.Accessible   = (*Tool)(nil)
)

// NewTool returns a button with a drawing of icons/svg, a text, or both, and a
// tip that is shown under the mouse. tips may be nil.
func NewTool(tips *Tips, icon, text, tip string, tapped func()) *Tool {
	t := &Tool{tips: tips, icon: icon, text: text, tip: tip, height: 26, OnTapped: tapped}
	t.ExtendBaseWidget(t)
	return t
}

// Primary makes it the one button that stands out and returns it.
func (t *Tool) Primary() *Tool {
	t.primary = true
	return t
}

// SetActive says whether it is switched on.
func (t *Tool) SetActive(on bool) {
	if t.active != on {
		t.active = on
		t.Refresh()
	}
}

// Active reports whether it is switched on.
func (t *Tool) Active() bool { return t.active }

// SetEnabled says whether it can be pressed.
func (t *Tool) SetEnabled(on bool) {
	if t.disabled == on {
		t.disabled = !on
		t.Refresh()
	}
}

// SetIcon changes the drawing.
func (t *Tool) SetIcon(name string) {
	if t.icon != name {
		t.icon = name
		t.Refresh()
	}
}

// SetText changes the text.
func (t *Tool) SetText(text string) {
	if t.text != text {
		t.text = text
		t.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (t *Tool) AccessibilityLabel() string {
	if t.tip != "" {
		return t.tip
	}
	return t.text
}

// AccessibilityRole implements fyne.Accessible.
func (t *Tool) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// Tapped implements fyne.Tappable.
func (t *Tool) Tapped(*fyne.PointEvent) {
	if t.OnTapped != nil && !t.disabled {
		t.tips.Hide()
		t.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (t *Tool) MouseIn(*desktop.MouseEvent) {
	t.hovered = true
	t.tips.Show(t, t.tip)
	t.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (t *Tool) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *Tool) MouseOut() {
	t.hovered, t.pressed = false, false
	t.tips.Hide()
	t.Refresh()
}

// MouseDown implements desktop.Mouseable.
func (t *Tool) MouseDown(*desktop.MouseEvent) {
	t.pressed = true
	t.Refresh()
}

// MouseUp implements desktop.Mouseable.
func (t *Tool) MouseUp(*desktop.MouseEvent) {
	t.pressed = false
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Tool) CreateRenderer() fyne.WidgetRenderer {
	r := &toolRenderer{
		tool: t, ground: canvas.NewRectangle(color.Transparent), label: canvas.NewText("", nil),
		image: &canvas.Image{FillMode: canvas.ImageFillContain},
	}
	r.ground.CornerRadius = 4
	r.update()
	return r
}

const toolIcon = 16

type toolRenderer struct {
	tool   *Tool
	ground *canvas.Rectangle
	image  *canvas.Image
	label  *canvas.Text
}

func (r *toolRenderer) Destroy() {}

func (r *toolRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.image, r.label}
}

func (r *toolRenderer) textWidth() float32 {
	if r.tool.text == "" {
		return 0
	}
	// The width of the bold text, so that nothing moves when it is switched on.
	return fyne.MeasureText(r.tool.text, look.TextSize, fyne.TextStyle{Bold: true}).Width
}

func (r *toolRenderer) MinSize() fyne.Size {
	w := r.tool.height
	if r.tool.text != "" {
		w = r.textWidth() + 18
		if r.tool.icon != "" {
			w += toolIcon + 5
		}
	}
	if r.tool.primary && r.tool.text == "" {
		w += 8
	}
	return fyne.NewSize(w, r.tool.height)
}

func (r *toolRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	x := (s.Width - toolIcon) / 2
	if r.tool.text != "" {
		w := r.textWidth()
		left := (s.Width - w) / 2
		if r.tool.icon != "" {
			x = (s.Width - w - toolIcon - 5) / 2
			left = x + toolIcon + 5
		}
		m := r.label.MinSize()
		r.label.Resize(fyne.NewSize(w, m.Height))
		r.label.Move(fyne.NewPos(left, (s.Height-m.Height)/2))
	}
	r.image.Resize(fyne.NewSquareSize(toolIcon))
	r.image.Move(fyne.NewPos(x, (s.Height-toolIcon)/2))
}

func (r *toolRenderer) update() {
	t := r.tool
	ground, front := fyne.ThemeColorName(""), theme.ColorNameForeground
	switch {
	case t.disabled:
		front = theme.ColorNameDisabled
	case t.primary && t.pressed:
		ground, front = theme.ColorNamePrimary, look.Inset
	case t.primary:
		ground, front = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case t.active:
		ground, front = theme.ColorNameSelection, theme.ColorNamePrimary
	case t.pressed:
		ground = theme.ColorNamePressed
	case t.hovered:
		ground = theme.ColorNameHover
	case t.quiet:
		front = look.Muted
	}
	r.ground.FillColor = color.Transparent
	if ground != "" {
		r.ground.FillColor = theme.Color(ground)
	}
	r.image.Hidden = t.icon == ""
	if t.icon != "" {
		r.image.Resource = look.Icon(t.icon, front)
	}
	Style{Colour: front, Bold: t.active || t.primary, Align: fyne.TextAlignCenter}.paint(r.label)
	r.label.Text = t.text
}

func (r *toolRenderer) Refresh() {
	r.update()
	r.Layout(r.tool.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// Segments is a row of choices of which one is on.
type Segments struct {
	*fyne.Container
	OnChosen func(i int)

	tools []*Tool
}

// NewSegments returns the choices; the first is on.
func NewSegments(tips *Tips, items []string, chosen func(i int)) *Segments {
	s := &Segments{OnChosen: chosen}
	row := Row(0)
	for i, item := range items {
		t := NewTool(tips, "", item, "", func() { s.Take(i) })
		t.height, t.quiet = 22, true
		s.tools = append(s.tools, t)
		row.Add(t)
	}
	s.Container = container.NewStack(Framed(look.Inset, look.Line), Padded(2, 2, row))
	s.Choose(0)
	return s
}

// Choose switches one on without reporting it; -1 switches all off.
func (s *Segments) Choose(i int) {
	for j, t := range s.tools {
		t.SetActive(i == j)
	}
}

// Take switches one on and reports it, as a tap does.
func (s *Segments) Take(i int) {
	s.Choose(i)
	if s.OnChosen != nil {
		s.OnChosen(i)
	}
}

// Chosen returns which is on, -1 for none.
func (s *Segments) Chosen() int {
	for i, t := range s.tools {
		if t.active {
			return i
		}
	}
	return -1
}
