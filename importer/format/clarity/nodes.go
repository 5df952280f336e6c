package clarity

import (
	"strconv"
	"strings"
)

// change is what one event says of one node.
type change struct {
	id, parent, previous int64 // 0: none
	tag                  string
	names, values        []string // attributes
	text                 *string
}

// references expands what stands for texts that were there before: a list of
// their places in the whole event.
func references(tokens, all []token) []token {
	out := make([]token, 0, len(tokens))
	for _, t := range tokens {
		if t.kind != '[' {
			out = append(out, t)
			continue
		}
		for _, at := range t.numbers() {
			if len(out) >= maxElements {
				return out
			}
			if at >= 0 && at < len(all) && all[at].kind == '"' {
				out = append(out, all[at])
			}
		}
	}
	return out
}

// changesOf reads the nodes of an event. Each begins with numbers: its id,
// what it stands in, and behind what. Texts can be named by their places among
// all tokens of the event.
func changesOf(tokens, all []token) []change {
	tokens = references(tokens, all)
	var out []change
	for at := 0; at < len(tokens); {
		from := at
		for at < len(tokens) && tokens[at].kind == '0' {
			at++
		}
		numbers := tokens[from:at]
		words := at
		for at < len(tokens) && tokens[at].kind != '0' {
			at++
		}
		if len(numbers) == 0 {
			continue
		}
		out = append(out, changeOf(numbers, tokens[words:at]))
	}
	return out
}

const (
	textTag     = "*T"
	styleTag    = "STYLE" // its last word is always its sheet
	documentTag = "*D"
	shadowTag   = "*S"
	polyfillTag = "*P" // a shadow root that the page imitates
	suspendTag  = "*M" // changes were too many to be recorded
	framePrefix = "iframe:"
	svgPrefix   = "svg:"
)

func changeOf(numbers, words []token) change {
	c := change{id: numbers[0].int()}
	masked := c.id < 0
	if masked {
		c.id = -c.id
	}
	if len(numbers) > 1 {
		c.parent = numbers[1].int()
	}
	if len(numbers) > 2 {
		c.previous = numbers[2].int()
	}
	if len(words) == 0 {
		return c
	}
	// Older recorders add the place among siblings of the same tag.
	c.tag, _, _ = strings.Cut(words[0].text, "~")
	words = words[1:]
	if c.tag == textTag {
		if len(words) > 0 {
			text := words[len(words)-1].text
			if masked {
				text = unmasked(text)
			}
			c.text = &text
		}
		return c
	}
	if c.tag == styleTag && len(words) > 0 {
		c.text, words = &words[len(words)-1].text, words[:len(words)-1]
	}
	c.attributes(words)
	return c
}

// attributes takes the words that are attributes; the last of a name counts.
// The size of an element that replaces its content becomes its style.
func (c *change) attributes(words []token) {
	places := map[string]int{}
	put := func(name, value string) {
		if at, ok := places[name]; ok {
			c.values[at] = value
			return
		}
		places[name] = len(c.names)
		c.names, c.values = append(c.names, name), append(c.values, value)
	}
	size := ""
	for _, w := range words {
		name, value, ok := strings.Cut(w.text, "=")
		switch {
		case !ok && strings.HasPrefix(w.text, "#"):
			size = boxStyle(w.text[1:])
		case !ok, name == "", name[0] == '*':
			// Selectors of older recorders, and what is only for its player.
		default:
			put(name, value)
		}
	}
	if size == "" {
		return
	}
	if at, ok := places["style"]; ok && c.values[at] != "" {
		size = strings.TrimRight(c.values[at], "; ") + "; " + size
	}
	put("style", size)
}

// boxPrecision is in how many parts of a pixel sizes are said.
const boxPrecision = 100

// boxStyle returns the style of an element of a size, which is two numbers of
// base 36.
func boxStyle(box string) string {
	w, h, ok := strings.Cut(box, ".")
	width, errW := strconv.ParseUint(w, 36, 32)
	height, errH := strconv.ParseUint(h, 36, 32)
	if !ok || errW != nil || errH != nil || width == 0 || height == 0 {
		return ""
	}
	px := func(n uint64) string { return strconv.FormatFloat(float64(n)/boxPrecision, 'f', -1, 64) + "px" }
	return "width: " + px(width) + "; height: " + px(height) + "; box-sizing: border-box"
}

// The mask of a text, and how long its words are when only a length is known.
const (
	mask        = "•"
	wordLength  = 6
	longestMask = 10_000
)

// unmasked returns what stands for a text of which only the length is known: a
// number of base 36 stands for words.
func unmasked(text string) string {
	trimmed := strings.TrimSpace(text)
	length, err := strconv.ParseUint(trimmed, 36, 31)
	if err != nil || length == 0 || length > longestMask {
		return text
	}
	words, rest := int(length)/wordLength, int(length)%wordLength
	var b strings.Builder
	b.WriteString(strings.Repeat(mask, rest))
	for i := range words {
		if i == 0 && rest == 0 {
			b.WriteString(mask)
		} else {
			b.WriteString(" ")
		}
		b.WriteString(strings.Repeat(mask, wordLength-1))
	}
	return b.String()
}
