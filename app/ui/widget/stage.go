package widget

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"hindsite.app/player/recording"
)

// Point is a place in the viewport of the recorded page, CSS pixels.
type Point struct{ X, Y float32 }

// Ripple is a click that is still seen; Age is between 0 and 1.
type Ripple struct {
	Point
	Age float64
}

// Frame is a rectangle in the viewport of the recorded page, CSS pixels.
type Frame struct{ X, Y, W, H float32 }

// Shot is what a Stage shows at one moment. The picture is never changed after
// it was handed over; the same pointer means the same picture.
type Shot struct {
	Address  string
	Title    string
	Width    int // viewport, CSS pixels
	Height   int
	Scroll   float64     // CSS pixels
	PageH    int         // CSS pixels, 0 when not known
	Picture  *image.RGBA // of the viewport
	Scale    float64     // pixels of the picture for each CSS pixel
	Pointer  *Point
	Touch    bool
	Trail    []Point // oldest first
	Clicks   []Ripple
	Element  *Frame // the element that is told of, outlined; nil for none
	Typing   string
	Skipped  recording.Time // length of the inactivity that was skipped, 0 for none
	Problem  string         // shown in place of a missing picture
	HintText string
	Why      string // why the picture is not by who was asked to draw it; "" when it is
}

// Stage shows the recorded page in the frame of a browser, and what the
// participant did on it.
type Stage struct {
	widget.BaseWidget

	// OnRoom is told how many pixels there are for a page.
	OnRoom   func(width, height int)
	OnTapped func()

	shot  Shot
	empty string
	room  [2]int
	view  *stageRenderer
}

const (
	trailLines  = 48
	rippleRings = 6
	stagePad    = 16
	browserBar  = 30
)

var (
	_ fyne.Tappable   = (*Stage)(nil)
	_ fyne.Accessible = (*Stage)(nil)
)

// NewStage returns a stage that shows a text until there is something else.
func NewStage(empty string) *Stage {
	s := &Stage{empty: empty}
	s.ExtendBaseWidget(s)
	return s
}

// ShowShot shows a moment.
func (s *Stage) ShowShot(shot Shot) {
	fresh := shot.Picture != s.shot.Picture
	s.shot, s.empty = shot, ""
	if s.view != nil {
		s.view.update(fresh)
	}
}

// Clear shows a text and no page.
func (s *Stage) Clear(text string) {
	s.shot, s.empty = Shot{}, text
	if s.view != nil {
		s.view.update(true)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (s *Stage) AccessibilityLabel() string {
	if s.empty != "" {
		return s.empty
	}
	return "Recorded page " + plainAddress(s.shot.Address)
}

// AccessibilityRole implements fyne.Accessible.
func (s *Stage) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// Tapped implements fyne.Tappable.
func (s *Stage) Tapped(*fyne.PointEvent) {
	if s.OnTapped != nil {
		s.OnTapped()
	}
}
