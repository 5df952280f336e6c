package anchor

import (
	"sort"

	"hindsite.app/player/recording"
)

// lateness is how long after the window scrolled its offset may be recorded:
// recorders report scrolling ten times a second, and a busy page is slower.
const lateness = 150 * recording.Millisecond

// LateScroll returns the first offset of the window that was recorded just after
// an interaction: perhaps the window stood there already, since recorders say so
// late. Whether it did, only the element that was hit can tell.
func LateScroll(all []recording.Scroll, in *recording.Interaction) (s recording.Scroll, ok bool) {
	first := sort.Search(len(all), func(i int) bool { return all[i].At >= in.At })
	for _, s := range all[first:] {
		if s.At > in.At+lateness {
			break
		}
		if s.Window && s.View == in.View {
			return s, true
		}
	}
	return recording.Scroll{}, false
}

// echo is how long after a click on a label the browser's own click on the
// labelled field may be recorded.
const echo = 50 * recording.Millisecond

// Echo reports whether the i-th interaction is a click that the browser made by
// itself: a click on a label is followed by one on the field that it labels, at
// the same place, which need not be in the field's box.
func Echo(all []recording.Interaction, i int) bool {
	in := &all[i]
	if in.Kind != recording.Click || !in.HasXY {
		return false
	}
	for j := i - 1; j >= 0 && all[j].At >= in.At-echo; j-- {
		before := &all[j]
		if before.Kind == recording.Click && before.HasXY && before.View == in.View {
			return before.Node != in.Node && before.X == in.X && before.Y == in.Y
		}
	}
	return false
}
