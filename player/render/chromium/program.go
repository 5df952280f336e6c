package chromium

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// The instructions of the helper, see run in js/2_build.js.
const (
	opElement = 1 + iota
	opText
	opUp
	opInto
	opRemove
	opData
	opSet
	opUnset
	opFill
	opValue
	opChecked
	opScroll
	opFocus
	opFrame
	opSheet
	opAdopt
	opModal
	opReset
)

// Flags of opElement and opText.
const (
	inShadow = 1 << iota // goes into the shadow tree of its parent
	isHost               // gets a shadow tree
)

// handle names a node on both sides. Recorded ids do not: nodes that a text
// change makes have none, and hostile recordings use one twice.
type handle int

// program is a list of instructions as JSON, a flat array of numbers and strings.
type program struct{ text []byte }

func (p *program) sep() {
	if len(p.text) == 0 {
		p.text = append(p.text, '[')
	} else {
		p.text = append(p.text, ',')
	}
}

func (p *program) num(values ...int) {
	for _, v := range values {
		p.sep()
		p.text = strconv.AppendInt(p.text, int64(v), 10)
	}
}

func (p *program) float(v float32) {
	p.sep()
	if v != v || v > 1e9 || v < -1e9 {
		v = 0
	}
	p.text = strconv.AppendFloat(p.text, float64(v), 'g', -1, 32)
}

func (p *program) str(s string) {
	p.sep()
	// What is no UTF-8 becomes U+FFFD, which is all that the error says.
	p.text, _ = jsontext.AppendQuote(p.text, s)
}

func (p *program) empty() bool { return len(p.text) == 0 }

// take returns the program and begins another.
func (p *program) take() []byte {
	t := append(p.text, ']')
	p.text = nil
	return t
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
