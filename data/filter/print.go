package filter

import (
	"strings"
	"unicode"
)

func (e And) String() string {
	parts := make([]string, len(e.Terms))
	for i, t := range e.Terms {
		parts[i] = t.String()
		switch t.(type) {
		case And, Or:
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " and ")
}

func (e Or) String() string {
	parts := make([]string, len(e.Terms))
	for i, t := range e.Terms {
		parts[i] = t.String()
		if _, ok := t.(Or); ok {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " or ")
}

func (e Not) String() string {
	switch e.Term.(type) {
	case And, Or:
		return "not (" + e.Term.String() + ")"
	}
	return "not " + e.Term.String()
}

func (e Compare) String() string {
	return e.Field.String() + " " + string(e.Op) + " " + e.Value.String()
}

func (e In) String() string {
	parts := make([]string, len(e.Values))
	for i, v := range e.Values {
		parts[i] = v.String()
	}
	return e.Field.String() + " in (" + strings.Join(parts, ", ") + ")"
}

func (e Has) String() string {
	if strings.HasPrefix(strings.ToLower(e.Name), attrPrefix) {
		return "has " + quote(e.Name)
	}
	return "has " + word(e.Name)
}

func (e Text) String() string { return "text " + quote(e.Words) }

// String returns the name as it is written in a filter.
func (r Ref) String() string {
	if !r.Attribute {
		return r.Name
	}
	_, isField := KindOf(Ref{Name: strings.ToLower(r.Name)})
	if isField || keyword(r.Name) || !plainName(r.Name) || strings.HasPrefix(strings.ToLower(r.Name), attrPrefix) {
		return attrPrefix + word(r.Name)
	}
	return r.Name
}

// String returns the value as it is written in a filter.
func (v Value) String() string { return word(v.Text) }

// word returns s bare when it reads back as one word, else in quotes.
func word(s string) string {
	if plainName(s) && !keyword(s) {
		return s
	}
	return quote(s)
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func plainName(s string) bool {
	for _, c := range s {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return s != ""
}

func keyword(s string) bool {
	switch strings.ToLower(s) {
	case "and", "or", "not", "in", "has", "text":
		return true
	}
	return false
}
