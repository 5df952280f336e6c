// Package filter is the language in which sessions are chosen: in the filter
// bar, on the command line and in segments. It reads and prints expressions
// and knows nothing of how they are evaluated. The grammar is in FORMAT.md.
package filter

import "time"

// Expr is a filter: And, Or, Not, Compare, In, Has or Text. A nil Expr chooses
// every session. Expressions are values: nobody changes one after it was made.
type Expr interface {
	// String returns the canonical form, which Parse reads back as an equal
	// expression.
	String() string
	expr()
}

// And chooses what every term chooses; Or what at least one chooses. Both have
// at least two terms.
type (
	And struct{ Terms []Expr }
	Or  struct{ Terms []Expr }
)

// Not chooses what Term does not.
type Not struct{ Term Expr }

// Compare compares a field with a value.
type Compare struct {
	Field Ref
	Op    Op
	Value Value
}

// In is true when the field equals one of the values. It has at least one.
type In struct {
	Field  Ref
	Values []Value
}

// Has is true for sessions that have the attribute, whatever its value.
type Has struct{ Name string }

// Text is true for sessions in whose titles and addresses every word of Words
// begins a word.
type Text struct{ Words string }

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Compare) expr() {}
func (In) expr()      {}
func (Has) expr()     {}
func (Text) expr()    {}

// Op is a comparison. NotEqual and NotLike are the negations of Equal and
// Like, also for what a session does not have.
type Op string

// The comparisons.
const (
	Equal        Op = "="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	Like         Op = "~"
	NotLike      Op = "!~"
)

// Ref names what is compared: a field of Fields, or an attribute.
type Ref struct {
	Name      string
	Attribute bool
}

// Value is what a field is compared with. Text is always set, as it was
// written; of the others, those of the field's kind.
type Value struct {
	Text     string
	Number   float64       // Number; for Duration in microseconds
	Time     time.Time     // Time, in UTC
	Span     time.Duration // Time: 24 h for a date, which means the whole day, else 0
	IsNumber bool          // for attributes: Text is a number, held in Number
}

// Walk calls visit for e and every expression inside it.
func Walk(e Expr, visit func(Expr)) {
	if e == nil {
		return
	}
	visit(e)
	switch e := e.(type) {
	case And:
		for _, t := range e.Terms {
			Walk(t, visit)
		}
	case Or:
		for _, t := range e.Terms {
			Walk(t, visit)
		}
	case Not:
		Walk(e.Term, visit)
	}
}
