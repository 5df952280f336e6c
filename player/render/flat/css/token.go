// Package css reads style sheets: tokens, rules, selectors, media queries, and
// whether a selector matches an element of a recorded document. It knows no
// property; values stay lists of tokens. Everything it reads is hostile: sizes,
// depths and the work of matching are bounded.
package css

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// Kind is the kind of a Token.
type Kind uint8

// The kinds of token of CSS Syntax 3 that matter behind the lexer. Comments
// are dropped; the five attribute match operators are Delim tokens of two
// characters.
const (
	End Kind = iota
	Ident
	Function // Text is the lower-case name, without the parenthesis
	AtKeyword
	Hash
	String
	URL
	Delim
	Number
	Percent
	Dimension // Text is the lower-case unit
	Space
	Colon
	Semicolon
	Comma
	Open  // ( [ {
	Close // ) ] }
)

// Token is one token. Text is unescaped; Num is set for numbers.
type Token struct {
	Kind Kind
	Num  float32
	Text string
}

// Is reports whether t is the delimiter or bracket s.
func (t Token) Is(s string) bool {
	return (t.Kind == Delim || t.Kind == Open || t.Kind == Close) && t.Text == s
}

// IsIdent reports whether t is the identifier name, which is in lower case.
func (t Token) IsIdent(name string) bool {
	return t.Kind == Ident && strings.EqualFold(t.Text, name)
}

// maxSource and maxTokens bound one sheet; the rest is not read.
const (
	maxSource = 8 << 20
	maxTokens = 2 << 20
)

// Tokens cuts source into tokens. What lies behind the limits is left out.
func Tokens(source string) []Token {
	if len(source) > maxSource {
		source = source[:maxSource]
	}
	lex := css.NewLexer(parse.NewInputString(source))
	tokens := make([]Token, 0, len(source)/5+4)
	for len(tokens) < maxTokens {
		kind, raw := lex.Next()
		if kind == css.ErrorToken {
			break
		}
		if t, ok := convert(kind, string(raw)); ok {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

var kinds = map[css.TokenType]Kind{
	css.IdentToken: Ident, css.CustomPropertyNameToken: Ident, css.FunctionToken: Function,
	css.AtKeywordToken: AtKeyword, css.HashToken: Hash, css.StringToken: String, css.URLToken: URL,
	css.NumberToken: Number, css.PercentageToken: Percent, css.DimensionToken: Dimension,
	css.WhitespaceToken: Space, css.ColonToken: Colon, css.SemicolonToken: Semicolon, css.CommaToken: Comma,
	css.LeftParenthesisToken: Open, css.LeftBracketToken: Open, css.LeftBraceToken: Open,
	css.RightParenthesisToken: Close, css.RightBracketToken: Close, css.RightBraceToken: Close,
}

func convert(kind css.TokenType, raw string) (Token, bool) {
	switch kind {
	case css.CommentToken, css.CDOToken, css.CDCToken:
		return Token{}, false
	}
	k, ok := kinds[kind]
	if !ok {
		return Token{Kind: Delim, Text: raw}, true
	}
	t := Token{Kind: k, Text: raw}
	switch k {
	case Ident:
		t.Text = unescape(raw)
	case Function:
		t.Text = strings.ToLower(unescape(strings.TrimSuffix(raw, "(")))
	case AtKeyword:
		t.Text = strings.ToLower(unescape(raw[1:]))
	case Hash:
		t.Text = unescape(raw[1:])
	case String:
		t.Text = unquote(raw)
	case URL:
		t.Text = urlText(raw)
	case Space:
		t.Text = " "
	case Number, Percent, Dimension:
		t.Num, t.Text = splitNumber(raw)
	}
	return t, true
}

func splitNumber(raw string) (float32, string) {
	end := 0
	for end < len(raw) && numeric(raw, end) {
		end++
	}
	f, err := strconv.ParseFloat(raw[:end], 32)
	if err != nil && f == 0 {
		return 0, strings.ToLower(raw[end:])
	}
	const most = 1e9 // larger lengths only overflow later sums
	return float32(min(max(f, -most), most)), strings.ToLower(unescape(raw[end:]))
}

func numeric(raw string, i int) bool {
	switch c := raw[i]; {
	case c >= '0' && c <= '9', c == '.':
		return true
	case c == '+' || c == '-':
		return i == 0 || raw[i-1] == 'e' || raw[i-1] == 'E'
	case c == 'e' || c == 'E':
		if i == 0 || i+1 >= len(raw) {
			return false
		}
		n := raw[i+1]
		if n >= '0' && n <= '9' {
			return true
		}
		return (n == '+' || n == '-') && i+2 < len(raw) && raw[i+2] >= '0' && raw[i+2] <= '9'
	}
	return false
}

func unquote(raw string) string {
	if len(raw) == 0 {
		return ""
	}
	quote := raw[0]
	raw = raw[1:]
	if n := len(raw); n > 0 && raw[n-1] == quote {
		raw = raw[:n-1]
	}
	return unescape(raw)
}

func urlText(raw string) string {
	if i := strings.IndexByte(raw, '('); i >= 0 {
		raw = raw[i+1:]
	}
	raw = strings.TrimSpace(strings.TrimSuffix(raw, ")"))
	if raw != "" && (raw[0] == '"' || raw[0] == '\'') {
		return unquote(raw)
	}
	return unescape(raw)
}

func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		hex := i + 1
		for hex < len(s) && hex-i <= 6 && isHex(s[hex]) {
			hex++
		}
		switch {
		case hex > i+1:
			v, _ := strconv.ParseUint(s[i+1:hex], 16, 32)
			r := rune(v)
			if v == 0 || v > utf8.MaxRune || !utf8.ValidRune(r) {
				r = utf8.RuneError
			}
			b.WriteRune(r)
			if hex < len(s) && (s[hex] == ' ' || s[hex] == '\n' || s[hex] == '\t') {
				hex++
			}
			i = hex - 1
		case i+1 < len(s) && s[i+1] != '\n':
			i++
			b.WriteByte(s[i])
		default:
			i++
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// Trim drops white space at both ends.
func Trim(tokens []Token) []Token {
	for len(tokens) > 0 && tokens[0].Kind == Space {
		tokens = tokens[1:]
	}
	for len(tokens) > 0 && tokens[len(tokens)-1].Kind == Space {
		tokens = tokens[:len(tokens)-1]
	}
	return tokens
}

// Split cuts tokens at top-level tokens of the given kind.
func Split(tokens []Token, at Kind) [][]Token {
	var parts [][]Token
	depth, start := 0, 0
	for i, t := range tokens {
		switch {
		case t.Kind == Open || t.Kind == Function:
			depth++
		case t.Kind == Close:
			depth--
		case depth == 0 && t.Kind == at:
			if at != Space || i > start {
				parts = append(parts, tokens[start:i])
			}
			start = i + 1
		}
	}
	if at != Space || start < len(tokens) {
		parts = append(parts, tokens[start:])
	}
	return parts
}

// Block returns what stands between the bracket or function at tokens[0] and
// its closing bracket, and the rest behind that.
func Block(tokens []Token) (inner, rest []Token) {
	depth := 0
	for i, t := range tokens {
		switch t.Kind {
		case Open, Function:
			depth++
		case Close:
			depth--
			if depth == 0 {
				return tokens[1:i], tokens[i+1:]
			}
		}
	}
	return tokens[1:], nil
}
