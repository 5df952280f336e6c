package text

import "golang.org/x/text/unicode/bidi"

// Direction is what a piece of a line says of its direction.
type Direction uint8

// The directions. Digits run from left to right, but have no say.
const (
	Neutral Direction = iota
	Leftward
	Rightward
	Digits
)

// directionOf returns the direction of a word, that of its first strong
// character.
func directionOf(runes []rune) Direction {
	d := Neutral
	for _, r := range runes {
		if r < 0x80 {
			switch {
			case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
				return Rightward
			case r >= '0' && r <= '9':
				d = Digits
			}
			continue
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return Rightward
		case bidi.R, bidi.AL:
			return Leftward
		case bidi.EN, bidi.AN:
			d = Digits
		}
	}
	return d
}
