package mask

// Card numbers are found by their digits alone: a run of 12 to 19 digits, with
// at most one separator between two digits, that begins like a card of a known
// network, has a length which that network uses, and passes Luhn's check
// (ISO/IEC 7812-1). A run that touches a letter, a further digit or a decimal
// point is something else.

// span is a half-open range of bytes.
type span struct{ from, to int }

// cards returns where text holds card numbers.
func cards(text string) []span {
	var found []span
	var buf [maxRun]byte
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		// A number that goes on after a card number is another number, so that
		// the whole run must be one.
		count, next := runLength(text, i)
		if count >= 12 && count <= 19 && freeBefore(text, i) && freeAfter(text, next) {
			if d := digitsOf(buf[:0], text[i:next]); knownCard(d) && luhn(d) {
				found = append(found, span{i, next})
			}
		}
		i = next - 1
	}
	return found
}

// maxRun bounds how many digits are taken for one run.
const maxRun = 40

// runLength returns how many digits the run that begins at from has, and where
// it ends.
func runLength(text string, from int) (digits, next int) {
	i := from
	for i < len(text) && digits < maxRun {
		if isDigit(text[i]) {
			digits++
			i++
			continue
		}
		n := separator(text[i:])
		if n == 0 || i+n >= len(text) || !isDigit(text[i+n]) {
			break
		}
		i += n
	}
	return digits, i
}

// digitsOf appends the digits of s to buf, as characters.
func digitsOf(buf []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			buf = append(buf, s[i])
		}
	}
	return buf
}

// separator returns the length of a character that people put between groups
// of digits: space, hyphen, stop, slash, no-break and thin space, en dash.
func separator(s string) int {
	switch c := s[0]; {
	case c == ' ', c == '-', c == '.', c == '/':
		return 1
	case c < 0x80:
		return 0
	}
	for _, sep := range []string{"\u00a0", "\u2009", "\u202f", "\u2013"} {
		if len(s) >= len(sep) && s[:len(sep)] == sep {
			return len(sep)
		}
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func freeBefore(text string, at int) bool {
	if at == 0 {
		return true
	}
	c := text[at-1]
	if c == '.' && at >= 2 && isDigit(text[at-2]) {
		return false
	}
	return !isWord(c)
}

func freeAfter(text string, at int) bool { return at >= len(text) || !isWord(text[at]) }

func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// network is a range of leading digits and the lengths used with it.
type network struct {
	from, to int // of the first len digits
	digits   int
	lengths  []int
}

// networks are the issuer ranges as the networks publish them.
var networks = []network{
	{4, 4, 1, []int{13, 16, 19}},               // Visa
	{51, 55, 2, []int{16}},                     // Mastercard
	{2221, 2720, 4, []int{16}},                 // Mastercard, second series
	{34, 34, 2, []int{15}},                     // American Express
	{37, 37, 2, []int{15}},                     //
	{6011, 6011, 4, []int{16, 17, 18, 19}},     // Discover
	{644, 659, 3, []int{16, 17, 18, 19}},       //
	{300, 305, 3, []int{14, 15, 16, 17, 18}},   // Diners Club
	{36, 36, 2, []int{14, 15, 16, 17, 18, 19}}, //
	{38, 39, 2, []int{14, 15, 16, 17, 18, 19}}, //
	{3528, 3589, 4, []int{16, 17, 18, 19}},     // JCB
	{62, 62, 2, []int{16, 17, 18, 19}},         // UnionPay
	{2200, 2204, 4, []int{16, 17, 18, 19}},     // Mir
	{60, 60, 2, []int{16}},                     // RuPay
	{81, 82, 2, []int{16}},                     // RuPay
	{9792, 9792, 4, []int{16}},                 // Troy
	{5060, 5061, 4, []int{16, 19}},             // Verve
	{6500, 6500, 4, []int{16, 19}},             // Verve
	{5019, 5019, 4, []int{16}},                 // Dankort
}

func knownCard(digits []byte) bool {
	for _, n := range networks {
		lead := 0
		for _, d := range digits[:n.digits] {
			lead = lead*10 + int(d-'0')
		}
		if lead < n.from || lead > n.to {
			continue
		}
		for _, l := range n.lengths {
			if l == len(digits) {
				return true
			}
		}
	}
	return false
}

func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// HoldsCard reports whether text holds a payment card number.
func HoldsCard(text string) bool { return len(cards(text)) > 0 }

// digitsIn returns the runs of text whose digits are among those that were
// typed into secret fields, however they are grouped.
func digitsIn(text string, typed map[string]bool) []span {
	if len(typed) == 0 {
		return nil
	}
	var found []span
	var buf [maxRun]byte
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		count, next := runLength(text, i)
		if count >= 6 && freeBefore(text, i) && freeAfter(text, next) {
			if typed[string(digitsOf(buf[:0], text[i:next]))] {
				found = append(found, span{i, next})
			}
		}
		i = next - 1
	}
	return found
}
