package filter

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"hindsite.app/player/fault"
)

func field(name string) Ref { return Ref{Name: name} }
func attr(name string) Ref  { return Ref{Name: name, Attribute: true} }

func TestParse(t *testing.T) {
	phone := Compare{field("device"), Equal, Value{Text: "phone"}}
	manyErrors := Compare{field("errors"), Greater, Value{Text: "0"}}
	checkout := Text{"checkout"}
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for src, want := range map[string]Expr{
		"":         nil,
		" \t\n":    nil,
		"checkout": checkout,
		"duration > 60s and device = phone and errors >= 1": And{[]Expr{
			Compare{field("duration"), Greater, Value{Text: "60s", Number: 60e6}}, phone,
			Compare{field("errors"), GreaterEqual, Value{Text: "1", Number: 1}}}},
		"device:phone errors>0 checkout":               And{[]Expr{phone, manyErrors, checkout}},
		"DEVICE = phone AND Errors>0 oR NOT checkout":  Or{[]Expr{And{[]Expr{phone, manyErrors}}, Not{checkout}}},
		"device:phone (errors>0 or checkout)":          And{[]Expr{phone, Or{[]Expr{manyErrors, checkout}}}},
		`page ~ "/checkout*"`:                          Compare{field("page"), Like, Value{Text: "/checkout*"}},
		`page ~ /checkout*`:                            Compare{field("page"), Like, Value{Text: "/checkout*"}},
		`page = shop.test/order/{id}`:                  Compare{field("page"), Equal, Value{Text: "shop.test/order/{id}"}},
		"variant = B":                                  Compare{attr("variant"), Equal, Value{Text: "B"}},
		`attr.variant = "B"`:                           Compare{attr("variant"), Equal, Value{Text: "B"}},
		`attr.device = x`:                              Compare{attr("device"), Equal, Value{Text: "x"}},
		`attr."two words" != "a \"b\" \\"`:             Compare{attr("two words"), NotEqual, Value{Text: `a "b" \`}},
		`age >= 30`:                                    Compare{attr("age"), GreaterEqual, Value{Text: "30", Number: 30, IsNumber: true}},
		`start >= 2026-11-01`:                          Compare{field("start"), GreaterEqual, Value{Text: "2026-11-01", Time: day, Span: 24 * time.Hour}},
		`start < 2026-11-01T01:30:00+01:00`:            Compare{field("start"), Less, Value{Text: "2026-11-01T01:30:00+01:00", Time: day.Add(30 * time.Minute)}},
		`country in (DE, FR)`:                          In{field("country"), []Value{{Text: "DE"}, {Text: "FR"}}},
		`country not in ("DE")`:                        Not{In{field("country"), []Value{{Text: "DE"}}}},
		`browser = "Mobile Safari"`:                    Compare{field("browser"), Equal, Value{Text: "Mobile Safari"}},
		`text "delivery address"`:                      Text{"delivery address"},
		`"delivery address"`:                           Text{"delivery address"},
		`text sign in`:                                 And{[]Expr{Text{"sign"}, Text{"in"}}},
		`"and"`:                                        Text{"and"},
		`visitor = v-1001`:                             Compare{field("visitor"), Equal, Value{Text: "v-1001"}},
		`visitor !~ v-*`:                               Compare{field("visitor"), NotLike, Value{Text: "v-*"}},
		`has variant`:                                  Has{"variant"},
		`not has attr.variant`:                         Not{Has{"variant"}},
		`text = x`:                                     Compare{attr("text"), Equal, Value{Text: "x"}},
		`not = x`:                                      Compare{attr("not"), Equal, Value{Text: "x"}},
		`not not checkout`:                             Not{Not{checkout}},
		`duration < 1.5m`:                              Compare{field("duration"), Less, Value{Text: "1.5m", Number: 90e6}},
		`duration < 250ms`:                             Compare{field("duration"), Less, Value{Text: "250ms", Number: 250e3}},
		`duration < 1h30m`:                             Compare{field("duration"), Less, Value{Text: "1h30m", Number: 5400e6}},
		`duration < 90`:                                Compare{field("duration"), Less, Value{Text: "90", Number: 90e6}},
		`errors == 1`:                                  Compare{field("errors"), Equal, Value{Text: "1", Number: 1}},
		`straße`:                                       Text{"straße"},
		"((((checkout))))":                             checkout,
		"checkout and (device = phone and errors > 0)": And{[]Expr{checkout, And{[]Expr{phone, manyErrors}}}},
	} {
		got, err := Parse(src)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %#v, %v\nwant %#v", src, got, err, want)
			continue
		}
		checkPrints(t, src, got)
	}
}

func checkPrints(t *testing.T, src string, e Expr) {
	t.Helper()
	if e == nil {
		return
	}
	text := e.String()
	again, err := Parse(text)
	if err != nil || !reflect.DeepEqual(again, e) {
		t.Errorf("%q prints as %q, which reads as %#v, %v", src, text, again, err)
	}
	if again != nil && again.String() != text {
		t.Errorf("%q prints as %q, then as %q", src, text, again.String())
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for src, want := range map[string]struct {
		column  int
		message string
	}{
		"errors >":                          {9, "a value is expected, not the end"},
		"errors > x":                        {10, "a number is expected, such as 3"},
		"errors > 0x10":                     {10, "a number is expected, such as 3"},
		"errors = inf":                      {10, "a number is expected, such as 3"},
		"errors ~ 3":                        {8, "errors cannot be compared with ~"},
		"device < phone":                    {8, "device cannot be compared with <"},
		"duration > 5 min":                  {0, ""},
		"duration > 5x":                     {12, "a duration is expected, such as 90s, 1.5m, 2h or 250ms"},
		"duration > -5s":                    {12, "a duration is expected, such as 90s, 1.5m, 2h or 250ms"},
		"start > yesterday":                 {9, "a date is expected, such as 2026-11-01 or 2026-11-01T09:30:00Z"},
		"start > 2026-02-30":                {9, "a date is expected, such as 2026-11-01 or 2026-11-01T09:30:00Z"},
		"start > 9999-01-01":                {9, "a date is expected, such as 2026-11-01 or 2026-11-01T09:30:00Z"},
		"(errors > 1":                       {1, "this parenthesis is not closed"},
		"errors > 1)":                       {11, "')' is not expected here"},
		"é = \"x":                           {5, "this quotation mark is not closed"},
		`x = "a\n"`:                         {7, `a backslash stands before " or \ only`},
		"and x":                             {1, `a term is expected, not "and"; to look for the word, put it in quotes`},
		"x and":                             {6, "a term is expected, not the end"},
		"x or or y":                         {6, `a term is expected, not "or"; to look for the word, put it in quotes`},
		"country in ()":                     {13, "a value is expected, not ')'"},
		"country in (DE FR)":                {16, "a comma or a closing parenthesis is expected, not 'F'"},
		"country in (DE":                    {15, "a comma or a closing parenthesis is expected, not the end"},
		"attr. = 3":                         {1, "the name of an attribute is missing"},
		`attr."" = 3`:                       {1, "the name of an attribute is missing"},
		`attr."x y"`:                        {11, "a comparison such as = or < is expected, not the end"},
		"text":                              {5, "a word is expected, not the end"},
		"text and x":                        {6, "a word is expected, not 'a'"},
		"has":                               {4, "a word is expected, not the end"},
		"...":                               {1, "there is no word to look for"},
		"!x":                                {1, "a term is expected, not '!'"},
		"= 3":                               {1, "a term is expected, not '='"},
		"\xff":                              {1, "not valid UTF-8"},
		"x" + strings.Repeat(" ", MaxBytes): {1, "longer than 4096 bytes"},
		strings.Repeat("(", MaxDepth+1):     {33, "more than 32 levels deep"},
		strings.Repeat("not ", MaxDepth+1):  {133, "more than 32 levels deep"},
		strings.Repeat("x ", MaxTerms+1):    {513, "more than 256 terms"},
	} {
		_, err := Parse(src)
		if want.message == "" {
			if err != nil {
				t.Errorf("%q: %v", src, err)
			}
			continue
		}
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: %v", src, err)
			continue
		}
		if syntax.Column != want.column || syntax.Message != want.message {
			t.Errorf("%q: character %d: %s", src, syntax.Column, syntax.Message)
		}
		if c := fault.Of(err); c != fault.Schema && c != fault.Limit {
			t.Errorf("%q: class %q", src, c)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, try := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"a", "a", true}, {"a", "ab", false},
		{"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "ac", true}, {"a*c", "abcd", false}, {"*b*", "abc", true},
		{"a*b*c", "axxbyyc", true}, {"a*b*c", "acb", false}, {"aa*aa", "aaa", false}, {"*ab", "aab", true}, {"a**b", "ab", true},
	} {
		if got := Glob(try.pattern, try.s); got != try.want {
			t.Errorf("Glob(%q, %q) = %t", try.pattern, try.s, got)
		}
	}
}

func TestPages(t *testing.T) {
	const path = "shop.test/Order/{id}"
	for pattern, want := range map[string][2]bool{ // match, like
		"/order/{id}":          {true, true},
		"/order/*":             {true, true},
		"shop.test/order/{id}": {true, true},
		"*/order/*":            {true, true},
		"shop.test/*":          {true, true},
		"/order":               {false, true},
		"order":                {false, true},
		"other.test/*":         {false, false},
		"/test/*":              {false, false},
	} {
		if got := [2]bool{MatchPage(pattern, path), LikePage(pattern, path)}; got != want {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}

func TestCompared(t *testing.T) {
	value := func(s string) Value {
		v, _ := makeValue(Attribute, s)
		return v
	}
	for _, try := range []struct {
		have string
		op   Op
		want string
		is   bool
	}{
		{"9", Less, "10", true}, {"9", Less, "1x", false}, {"b", Greater, "a", true}, {"10", GreaterEqual, "10.0", true},
		{"10", Equal, "10.0", false}, {"10", NotEqual, "10.0", true}, {"2.5", LessEqual, "2", false},
		{"gold", Like, "g*", true}, {"gold", Like, "ol", true}, {"gold", NotLike, "ol", false}, {"gold", Like, "G*", false},
	} {
		if got := Compared(try.have, try.op, value(try.want)); got != try.is {
			t.Errorf("%s %s %s = %t", try.have, try.op, try.want, got)
		}
	}
}

func TestFieldsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Name] || f.Name == "" || !strings.HasSuffix(f.Help, ".") || keyword(f.Name) || f.Kind == Attribute {
			t.Errorf("field %+v", f)
		}
		seen[f.Name] = true
	}
}

func TestWalk(t *testing.T) {
	e, err := Parse("a (b or not c) has d")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	Walk(e, func(Expr) { n++ })
	if n != 7 {
		t.Errorf("visited %d expressions, want and, a, or, b, not, c, has", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "checkout", "duration > 60s and device = phone and errors >= 1", `page ~ "/checkout*"`, `attr."a b" = "\"\\"`,
		"start >= 2026-11-01", "country in (DE, FR)", "not (a or b) c", "device:phone errors>0 checkout", "has x", "text y",
		"x not in (1,2)", "Keys = 3", "attr.attr.x = 1", "has \"attr.x\"", "((a and b) and c) or d", "\u212aeys = 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			if fault.Of(err) == "" {
				t.Fatalf("no class: %v", err)
			}
			return
		}
		// Quotes and spaces can make the canonical form too long to read back.
		if e != nil && len(e.String()) <= MaxBytes {
			checkPrints(t, src, e)
		}
	})
}
