package css

import (
	"strconv"
	"strings"
)

// anPlusB reads the An+B notation of CSS Syntax 3, section 6. The tokens are
// put together again, because the grammar cuts through their borders.
func anPlusB(tokens []Token) (a, b int, ok bool) {
	var sb strings.Builder
	for _, t := range tokens {
		switch t.Kind {
		case Space:
		case Number, Dimension:
			if t.Num >= 0 && sb.Len() > 0 && !strings.HasSuffix(sb.String(), "+") && !strings.HasSuffix(sb.String(), "-") {
				sb.WriteByte('+')
			}
			sb.WriteString(strconv.Itoa(int(t.Num)))
			sb.WriteString(t.Text)
		default:
			sb.WriteString(strings.ToLower(t.Text))
		}
	}
	s := sb.String()
	switch s {
	case "odd":
		return 2, 1, true
	case "even":
		return 2, 0, true
	case "":
		return 0, 0, false
	}
	i := strings.IndexByte(s, 'n')
	if i < 0 {
		b, err := strconv.Atoi(s)
		return 0, b, err == nil
	}
	switch head := s[:i]; head {
	case "", "+":
		a = 1
	case "-":
		a = -1
	default:
		v, err := strconv.Atoi(head)
		if err != nil {
			return 0, 0, false
		}
		a = v
	}
	if tail := s[i+1:]; tail != "" {
		v, err := strconv.Atoi(tail)
		if err != nil {
			return 0, 0, false
		}
		b = v
	}
	return a, b, true
}

// nthHolds reports whether i (from 1) is a*n+b for some n >= 0.
func nthHolds(a, b, i int) bool {
	if a == 0 {
		return i == b
	}
	n := i - b
	return n%a == 0 && n/a >= 0
}
