package clarity

import (
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// token is one element of an event.
type token struct {
	kind jsontext.Kind // '0' number, '"' text, '[' list, 'n' and all else nothing
	num  float64
	text string
	list jsontext.Value
}

// int returns the number that a token is, 0 for others.
func (t token) int() int64 {
	if t.kind != '0' || math.Abs(t.num) > 1<<53 {
		return 0
	}
	return int64(math.Round(t.num))
}

// tokensOf reads the elements of a list.
func tokensOf(v jsontext.Value) ([]token, error) {
	values, err := elements(v)
	if err != nil {
		return nil, err
	}
	out := make([]token, len(values))
	for i, v := range values {
		out[i].kind = v.Kind()
		switch v.Kind() {
		case '0':
			out[i].num, err = strconv.ParseFloat(string(v), 64)
		case '"':
			out[i].text, err = unquote(v)
		case '[':
			out[i].list = v
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unquote returns the text that a JSON string holds. No page holds the NUL
// character.
func unquote(v jsontext.Value) (string, error) {
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil && len(b) == 0 {
		return "", err
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), "\ufffd"), "\x00", "\ufffd"), nil
}

// maxElements bounds the elements of one list.
const maxElements = 2_000_000

// elements returns the elements of a list, which are parts of v.
func elements(v jsontext.Value) ([]jsontext.Value, error) {
	if v.Kind() != '[' {
		return nil, errNoPayload
	}
	dec := jsontext.NewDecoder(strings.NewReader(string(v)), options())
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	var out []jsontext.Value
	for dec.PeekKind() != ']' {
		e, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if len(out) >= maxElements {
			return nil, errNoPayload
		}
		end := dec.InputOffset()
		out = append(out, v[end-int64(len(e)):end])
	}
	return out, nil
}

// numbers returns the whole numbers of a list.
func (t token) numbers() []int {
	values, err := elements(t.list)
	if err != nil {
		return nil
	}
	out := make([]int, 0, len(values))
	for _, v := range values {
		n, err := strconv.Atoi(string(v))
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// texts returns the texts of a list, or the one text.
func (t token) texts() []string {
	if t.kind == '"' {
		return []string{t.text}
	}
	values, err := elements(t.list)
	if err != nil {
		return nil
	}
	var out []string
	for _, v := range values {
		if v.Kind() != '"' {
			continue
		}
		if s, err := unquote(v); err == nil {
			out = append(out, s)
		}
	}
	return out
}
