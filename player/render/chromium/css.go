package chromium

import (
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// nowhere is an address that is never fetched (CSS Values 4, 4.5.4).
const nowhere = "about:invalid"

// rewriteCSS returns a sheet or declarations with every address replaced by what
// resolve makes of it. Imports are dropped. Names of namespaces are no addresses
// and stay. A function that hides what it is behind escapes is broken on
// purpose. What is in more than maxNesting style rules is dropped: what a
// browser needs to match nested rules can multiply with every level.
func rewriteCSS(text string, resolve func(url string) string) string {
	if !mayFetch(text) && !nestsDeep(text) && !strings.Contains(text, ":"+definedClass) {
		return text
	}
	r := cssRewriter{resolve: resolve}
	r.out.Grow(len(text))
	lexer := css.NewLexer(parse.NewInputString(text))
	for {
		kind, token := lexer.Next()
		if kind == css.ErrorToken {
			return r.out.String()
		}
		r.token(kind, string(token))
	}
}

// maxNesting is more than style sheets need. Conditions and layers do not count.
const maxNesting = 6

// nestsDeep is quick and says yes too often.
func nestsDeep(text string) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			if depth++; depth > maxNesting {
				return true
			}
		case '}':
			depth = max(depth-1, 0)
		}
	}
	return false
}

// Without scripts no element of a page's own making is defined, and pages hide
// those that are not. In the recorded page they were.
const (
	definedClass  = "defined"
	alwaysDefined = "is(*, .defined)" // as specific as what it stands for
)

// mayFetch is quick and says yes too often.
func mayFetch(text string) bool {
	if strings.IndexByte(text, '\\') >= 0 || strings.Contains(text, "url(") || strings.Contains(text, "@import") || strings.Contains(text, "image-set(") {
		return true
	}
	for i := 0; ; {
		at := strings.IndexByte(text[i:], '(')
		if at < 0 {
			return strings.Contains(strings.ToLower(text), "@import")
		}
		i += at + 1
		if name := text[max(i-10, 0) : i-1]; hasSuffixFold(name, "url") || hasSuffixFold(name, "image-set") || hasSuffixFold(name, "src") {
			return true
		}
	}
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

type cssRewriter struct {
	resolve func(string) string
	out     strings.Builder
	at      string   // the at-rule whose prelude is read
	open    []string // functions whose brackets are open
	blocks  []bool   // that are open: whether each is that of a style rule
	depth   int      // of style rules
	colon   bool     // the token before was one
}

func (r *cssRewriter) token(kind css.TokenType, token string) {
	switch kind {
	case css.LeftBraceToken:
		rule := r.at == ""
		r.blocks = append(r.blocks, rule)
		if rule {
			r.depth++
		}
	case css.RightBraceToken:
		if n := len(r.blocks); n > 0 {
			was := r.depth
			if r.blocks[n-1] {
				r.depth--
			}
			r.blocks = r.blocks[:n-1]
			if was > maxNesting && r.depth == maxNesting {
				r.out.WriteString("{}")
				return
			}
		}
	}
	if r.depth <= maxNesting {
		r.shallow(kind, token)
	}
}

// shallow takes a token that is not nested too deep.
func (r *cssRewriter) shallow(kind css.TokenType, token string) {
	after := r.colon
	r.colon = kind == css.ColonToken
	switch kind {
	case css.IdentToken:
		if after && strings.EqualFold(token, definedClass) {
			token = alwaysDefined
		}
	case css.AtKeywordToken:
		if r.at = strings.ToLower(unescape(token)); r.at == "@import" {
			r.out.WriteString("/**/") // keeps apart what stood beside it
		}
	case css.SemicolonToken, css.LeftBraceToken:
		if r.at == "@import" {
			r.at = ""
			return
		}
		r.at = ""
	case css.FunctionToken:
		token = r.function(token)
	case css.LeftParenthesisToken:
		r.open = append(r.open, "")
	case css.RightParenthesisToken:
		if len(r.open) > 0 {
			r.open = r.open[:len(r.open)-1]
		}
	case css.URLToken:
		if r.at != "@namespace" {
			token = quoteURL(r.resolve(urlOf(token)))
		}
	case css.BadURLToken:
		token = quoteURL(nowhere)
	case css.StringToken:
		if len(r.open) > 0 && fetching(r.open[len(r.open)-1]) {
			token = quoteString(r.resolve(unquote(token)))
		}
	}
	if r.at != "@import" {
		r.out.WriteString(token)
	}
}

// function opens a function. One that fetches keeps its name only when it is
// written plainly.
func (r *cssRewriter) function(token string) string {
	name := strings.ToLower(unescape(strings.TrimSuffix(token, "(")))
	r.open = append(r.open, name)
	if fetching(name) && strings.IndexByte(token, '\\') >= 0 {
		return "-broken("
	}
	return token
}

// fetching reports whether a function takes addresses as strings.
func fetching(name string) bool {
	switch name {
	case "url", "src", "image", "image-set", "-webkit-image-set", "-broken":
		return true
	}
	return false
}

// urlOf returns the address in a url() token.
func urlOf(token string) string {
	in := strings.TrimSpace(strings.TrimSuffix(token[4:], ")"))
	if len(in) > 0 && (in[0] == '"' || in[0] == '\'') {
		return unquote(in)
	}
	return unescape(in)
}

func unquote(s string) string {
	if len(s) < 1 {
		return ""
	}
	quote := s[:1]
	return unescape(strings.TrimSuffix(s[1:], quote))
}

func quoteURL(url string) string { return "url(" + quoteString(url) + ")" }

// quoteString writes a string of CSS (CSSOM, "serialize a string").
func quoteString(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == 0:
			b.WriteString("\ufffd")
		case c < 0x20 || c == 0x7f:
			const digits = "0123456789abcdef"
			b.WriteByte('\\')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// unescape resolves the escapes of CSS (CSS Syntax 3, 4.3.7).
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
		i++
		if i >= len(s) {
			break
		}
		code, n := 0, 0
		for n < 6 && i+n < len(s) && hexDigit(s[i+n]) >= 0 {
			code = code<<4 | hexDigit(s[i+n])
			n++
		}
		switch {
		case n == 0 && s[i] == '\n':
		case n == 0:
			b.WriteByte(s[i])
		default:
			b.WriteRune(rune(code))
			i += n - 1
			if i+1 < len(s) && strings.IndexByte(" \t\n\r\f", s[i+1]) >= 0 {
				i++
			}
		}
	}
	return b.String()
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
