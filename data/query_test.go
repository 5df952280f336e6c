package data

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hindsite.app/data/filter"
	"hindsite.app/player/fault"
)

// filled returns a library with the sessions made(0) to made(n-1).
func filled(t testing.TB, n int) *Library {
	t.Helper()
	l := newLibrary(t)
	var in []Incoming
	for i := range n {
		in = append(in, made(i))
	}
	put(t, l, in...)
	return l
}

func idsOf(t testing.TB, l *Library, q Query) []string {
	t.Helper()
	r, err := l.Sessions(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, s := range r.Sessions {
		ids = append(ids, s.ID)
	}
	return ids
}

// TestFilters compares with what the definition of made says.
func TestFilters(t *testing.T) {
	const n = 60
	l := filled(t, n)
	l.batch = 7
	if err := l.SetStruggle(t.Context(), map[string]float64{"s-0003": 4.5, "s-0004": 0, "none": 1}); err != nil {
		t.Fatal(err)
	}
	if err := l.SetStruggle(t.Context(), map[string]float64{"s-0003": -1}); fault.Of(err) != fault.Schema {
		t.Errorf("negative score: %v", err)
	}
	always := func(int) bool { return true }
	for src, want := range map[string]func(i int) bool{
		"":                               always,
		"device = phone":                 func(i int) bool { return i%3 == 1 },
		"device:PHONE":                   func(i int) bool { return i%3 == 1 },
		"device != phone":                func(i int) bool { return i%3 != 1 },
		"device ~ *o*":                   func(i int) bool { return i%3 != 2 },
		"device !~ desk":                 func(i int) bool { return i%3 != 0 },
		"country in (DE, fr)":            func(i int) bool { return i%5 < 2 },
		"country not in (DE, FR)":        func(i int) bool { return i%5 >= 2 },
		"duration > 58s":                 func(i int) bool { return i > 58 },
		"duration = 58s":                 func(i int) bool { return i == 58 },
		"duration <= 1500ms":             func(i int) bool { return i <= 1 },
		"errors >= 2 clicks < 3":         func(i int) bool { return i%4 >= 2 && i%10 < 3 },
		"errors != 1":                    func(i int) bool { return i%4 != 1 },
		"start >= 2026-11-02":            func(i int) bool { return i >= 15 },
		"start > 2026-11-02":             func(i int) bool { return i >= 39 },
		"start <= 2026-11-02":            func(i int) bool { return i < 39 },
		"start < 2026-11-02":             func(i int) bool { return i < 15 },
		"start = 2026-11-02":             func(i int) bool { return i >= 15 && i < 39 },
		"start != 2026-11-02":            func(i int) bool { return i < 15 || i >= 39 },
		"start = 2026-11-01T10:30:00Z":   func(i int) bool { return i == 1 },
		"start > 2026-11-01T10:30:00Z":   func(i int) bool { return i > 1 },
		"start <= 2026-11-01T10:30:00Z":  func(i int) bool { return i <= 1 },
		"visitor = v-5":                  func(i int) bool { return i/2 == 5 },
		"visitor != v-5":                 func(i int) bool { return i/2 != 5 },
		"visitor ~ v-1*":                 func(i int) bool { return i/2 == 1 || i/2 >= 10 && i/2 < 20 },
		"visitor !~ 1":                   func(i int) bool { return !strings.Contains(fmt.Sprint(i/2), "1") },
		"variant = B":                    func(i int) bool { return i%2 == 1 },
		"variant != B":                   func(i int) bool { return i%2 == 0 },
		"variant in (A, B)":              always,
		"variant = b":                    func(int) bool { return false },
		"has variant":                    always,
		"has colour":                     func(int) bool { return false },
		"not has colour":                 always,
		"colour = red":                   func(int) bool { return false },
		"colour != red":                  always,
		"colour > 3":                     func(int) bool { return false },
		"age > 50":                       func(i int) bool { return 20+i%40 > 50 },
		"not age > 50":                   func(i int) bool { return 20+i%40 <= 50 },
		"age > 50 or device = phone":     func(i int) bool { return 20+i%40 > 50 || i%3 == 1 },
		"not (age > 50 or device=phone)": func(i int) bool { return 20+i%40 <= 50 && i%3 != 1 },
		"not (age > 50 and not device = phone) variant = B": func(i int) bool {
			return !(20+i%40 > 50 && i%3 != 1) && i%2 == 1
		},
		"variant ~ B*":                    func(i int) bool { return i%2 == 1 },
		"page = /order/{id}":              always,
		"page = shop.test/":               always,
		"page = /order":                   func(int) bool { return false },
		"page ~ /order*":                  always,
		"page ~ ORDER":                    always,
		"page !~ order":                   func(int) bool { return false },
		"entry = /":                       always,
		"entry ~ order":                   func(int) bool { return false },
		"checkout":                        func(int) bool { return false },
		"delivery":                        always,
		`text "Delivery ADDR"`:            always,
		"deliv willk":                     always,
		"elivery":                         func(int) bool { return false },
		"de":                              func(int) bool { return false }, // prefixes begin at three letters
		"im":                              always,
		"order 42":                        func(i int) bool { return i == 42 },
		"not 42":                          func(i int) bool { return i != 42 },
		"https":                           func(int) bool { return false },
		"struggle > 0":                    func(i int) bool { return i == 3 },
		"struggle >= 0":                   func(i int) bool { return i == 3 || i == 4 },
		"struggle < 5":                    func(i int) bool { return i == 3 || i == 4 },
		"struggle = 4.5":                  func(i int) bool { return i == 3 },
		"struggle != 4.5":                 func(i int) bool { return i != 3 },
		"session = s-0007":                func(i int) bool { return i == 7 },
		"session ~ 7":                     func(i int) bool { return i%10 == 7 },
		"session ~ s-000*":                func(i int) bool { return i < 10 },
		"session ~ s-[0-9]*":              func(int) bool { return false },
		"recorder = RRWEB protection:age": always,
		"imported = 2026-11-01":           always,
		"width > 1279 height < 721":       always,
		"keys = 7 moves = 50 scrolls=5":   always,
		"pages < 2 or anomalies > 0":      func(int) bool { return false },
		"language = de os = linux":        always,
		"events = 107 inputs = 1":         func(i int) bool { return i == 7 },
	} {
		expected := []string{}
		for i := range n {
			if want(i) {
				expected = append(expected, fmt.Sprintf("s-%04d", i))
			}
		}
		where := parse(t, src)
		r, err := l.Sessions(t.Context(), Query{Where: where, Limit: n})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		got := []string{}
		for _, s := range r.Sessions {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, expected) || r.Total != len(expected) || r.Next != "" {
			t.Errorf("%s:\n got %v (total %d)\nwant %v", src, got, r.Total, expected)
		}
		if count, err := l.Count(t.Context(), where); err != nil || count != len(expected) {
			t.Errorf("%s: count %d, %v, want %d", src, count, err, len(expected))
		}
		// Walking in order and looking at few must choose the same.
		if walked := walk(t, l, where, n); !slices.Equal(walked, expected) {
			t.Errorf("%s: walking gives %v, want %v", src, walked, expected)
		}
	}
}

// walk lists sessions by a plan without a driver.
func walk(t *testing.T, l *Library, where filter.Expr, limit int) []string {
	t.Helper()
	ids := []string{}
	err := l.db.inSnapshot(t.Context(), func(tx *sql.Tx) error {
		p, err := l.plan(t.Context(), tx, where, 0)
		if err != nil {
			return err
		}
		p.driver = nil
		_, sessions, err := l.page(t.Context(), tx, p, l.fields[0], false, nil, limit)
		for _, s := range sessions {
			ids = append(ids, s.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestOrdersAndPages(t *testing.T) {
	const n = 45
	l := filled(t, n)
	l.batch = 4
	scores := map[string]float64{}
	for i := range n {
		if i%3 == 0 {
			scores[fmt.Sprintf("s-%04d", i)] = float64(i%7) / 2
		}
	}
	if err := l.SetStruggle(t.Context(), scores); err != nil {
		t.Fatal(err)
	}
	keysOf := map[string]func(a, b Session) int{
		"start": func(a, b Session) int { return a.Start.Compare(b.Start) }, "duration": func(a, b Session) int { return cmp.Compare(a.Duration, b.Duration) },
		"clicks": func(a, b Session) int { return cmp.Compare(a.Clicks, b.Clicks) }, "errors": func(a, b Session) int { return cmp.Compare(a.Errors, b.Errors) },
		"device":   func(a, b Session) int { return cmp.Or(strings.Compare(a.Device, b.Device), a.Start.Compare(b.Start)) },
		"session":  func(a, b Session) int { return strings.Compare(a.ID, b.ID) },
		"struggle": func(a, b Session) int { return cmp.Compare(score(a), score(b)) },
	}
	for _, name := range SortFields() {
		for _, desc := range []bool{false, true} {
			for _, where := range []string{"", "device = phone", "age > 30", "order"} {
				q := Query{Where: parse(t, where), Sort: name, Desc: desc, Limit: n}
				whole, err := l.Sessions(t.Context(), q)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if compare := keysOf[name]; compare != nil && !slices.IsSortedFunc(whole.Sessions, func(a, b Session) int {
					if desc {
						a, b = b, a
					}
					return compare(a, b)
				}) {
					t.Errorf("%s, desc %t, %q: not in order", name, desc, where)
				}
				q.Limit = 7
				var paged []Session
				for {
					r, err := l.Sessions(t.Context(), q)
					if err != nil {
						t.Fatal(err)
					}
					if r.Total != whole.Total {
						t.Errorf("%s: total %d on a page, %d on the whole", name, r.Total, whole.Total)
					}
					paged = append(paged, r.Sessions...)
					if q.After = r.Next; q.After == "" {
						break
					}
				}
				if !reflect.DeepEqual(paged, whole.Sessions) {
					t.Errorf("%s, desc %t, %q: %d sessions in pages, %d at once", name, desc, where, len(paged), len(whole.Sessions))
				}
			}
		}
	}
}

func score(s Session) float64 {
	if s.Struggle == nil {
		return -1
	}
	return *s.Struggle
}

func TestCursors(t *testing.T) {
	l := filled(t, 10)
	r, err := l.Sessions(t.Context(), Query{Limit: 3})
	if err != nil || r.Next == "" {
		t.Fatal(r.Next, err)
	}
	for name, q := range map[string]Query{
		"other order":     {Sort: "clicks", After: r.Next},
		"other direction": {Desc: true, After: r.Next},
		"other filter":    {Where: parse(t, "device=phone"), After: r.Next},
		"nonsense":        {After: "!"},
		"not JSON":        {After: "AAAA"},
		"too long":        {After: Cursor(strings.Repeat("A", maxCursor+1))},
		"unknown order":   {Sort: "visitor"},
	} {
		if _, err := l.Sessions(t.Context(), q); fault.Of(err) != fault.Schema {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := l.Sessions(t.Context(), Query{Where: parse(t, "device=phone"), NoTotal: true}); err != nil || r.Total != -1 {
		t.Errorf("total %d, %v", r.Total, err)
	}
	// A session that comes in meanwhile moves no page.
	put(t, l, made(11))
	if got := idsOf(t, l, Query{Limit: 3, After: r.Next}); !slices.Equal(got, []string{"s-0003", "s-0004", "s-0005"}) {
		t.Errorf("second page: %v", got)
	}
}

// Walking needs no sorting: each order has its index.
func TestEveryOrderHasAnIndex(t *testing.T) {
	l := newLibrary(t)
	ctx := t.Context()
	for _, f := range sortFields() {
		for _, after := range []*hit{nil, {n: 1, place: make([]any, len(f.columns))}} {
			for _, desc := range []bool{false, true} {
				p := &plan{root: constant(true), where: "s.errors > 1"}
				query, args, _ := p.query(f, desc, after, 10)
				rows, err := l.db.read.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
				if err != nil {
					t.Fatalf("%s: %v", f.name, err)
				}
				for rows.Next() {
					var id, parent, unused int
					var detail string
					if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
						t.Fatal(err)
					}
					if strings.Contains(detail, "TEMP B-TREE") || after != nil && !strings.HasPrefix(detail, "SEARCH") {
						t.Errorf("%s, desc %t, from a cursor %t: %s", f.name, desc, after != nil, detail)
					}
				}
				if err := rows.Err(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func FuzzCursor(f *testing.F) {
	q := Query{Sort: "device"}
	good, err := writeCursor(q, hit{n: 3, place: []any{"phone", int64(5)}}, 7)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add("AAAA")
	f.Add("e30")
	f.Fuzz(func(t *testing.T, s string) {
		q.After = Cursor(s)
		c, err := readCursor(q, 2)
		if err != nil {
			if fault.Of(err) != fault.Schema {
				t.Fatal(err)
			}
			return
		}
		if c != nil && len(c.Place) != 2 {
			t.Fatalf("%d values", len(c.Place))
		}
	})
}

func FuzzWords(f *testing.F) {
	f.Add("https://u:p@shop.test/Straße?q=1#x")
	f.Add("配送先 ＡＢＣ e\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range foldWords(s) {
			// What was folded folds to itself, so that a search finds it.
			if again := foldWords(w); len(again) != 1 || again[0] != w {
				t.Fatalf("%q folds to %q", w, again)
			}
		}
		if u := storedURL(s); strings.ContainsAny(u, "?#") {
			t.Fatalf("%q keeps a query", u)
		}
	})
}

func TestCancelledQuery(t *testing.T) {
	l := filled(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Sessions(ctx, Query{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestPageGroupsDaysFacets(t *testing.T) {
	l := filled(t, 30)
	l.batch = 9
	ctx := t.Context()
	clicks, phones := 0, 0
	for i := range 30 {
		clicks += i % 10
		if i%3 == 1 {
			phones += i % 10
		}
	}
	all := []PageGroup{{"shop.test/", 30, 30, 30}, {"shop.test/order/{id}", 30, 30, clicks}}
	if got, err := l.PageGroups(ctx, nil); err != nil || !slices.Equal(got, all) {
		t.Errorf("pages: %v, %v", got, err)
	}
	if got, err := l.PageGroups(ctx, parse(t, "has variant or age > 3")); err != nil || !slices.Equal(got, all) {
		t.Errorf("pages by filter: %v, %v", got, err)
	}
	if got, err := l.PageGroups(ctx, parse(t, "device = phone")); err != nil ||
		!slices.Equal(got, []PageGroup{{"shop.test/", 10, 10, 10}, {"shop.test/order/{id}", 10, 10, phones}}) {
		t.Errorf("pages on phones: %v, %v", got, err)
	}
	days, err := l.Days(ctx)
	if err != nil || len(days) != 2 || days[0].Date.Format("2006-01-02") != "2026-11-01" ||
		days[0].Sessions != 15 || days[0].Views != 30 || days[1].Sessions != 15 || days[0].Errors+days[1].Errors != 43 {
		t.Errorf("days: %+v, %v", days, err)
	}
	f, err := l.Facets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(f.Attributes, func(a, b Count) int { return strings.Compare(a.Value, b.Value) })
	want := Facets{
		Devices:     []Count{{"desktop", 10}, {"phone", 10}, {"tablet", 10}},
		Browsers:    []Count{{"Firefox", 30}},
		Systems:     []Count{{"Linux", 30}},
		Countries:   []Count{{"BR", 6}, {"DE", 6}, {"FR", 6}, {"JP", 6}, {"US", 6}},
		Languages:   []Count{{"de", 30}},
		Recorders:   []Count{{"rrweb", 30}},
		Protections: []Count{{"age", 30}},
		Attributes:  []Count{{"age", 30}, {"variant", 30}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("facets:\n got %+v\nwant %+v", f, want)
	}
}

func TestViewsOnPage(t *testing.T) {
	l := filled(t, 12)
	l.batch = 5
	for _, try := range []struct {
		pattern, where string
		views          int
	}{
		{"/order/*", "", 12}, {"shop.test/*", "", 24}, {"/", "", 12}, {"/order/{id}", "device = phone", 4},
		{"*", "age > 25", 12}, {"/checkout*", "", 0}, {"order", "", 0}, {"/order/*", "visitor = v-5", 2},
	} {
		n := 0
		var last PageView
		for v, err := range l.ViewsOnPage(t.Context(), try.pattern, parse(t, try.where)) {
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 && (v.Session < last.Session || v.Session == last.Session && v.Index <= last.Index) {
				t.Errorf("%s: %v after %v", try.pattern, v, last)
			}
			// The library may be used from within.
			tracks, err := l.Tracks(t.Context(), v.Session)
			if err != nil {
				t.Fatal(err)
			}
			if err := tracks.Close(); err != nil {
				t.Fatal(err)
			}
			last = v
			n++
		}
		if n != try.views {
			t.Errorf("%s where %q: %d views, want %d", try.pattern, try.where, n, try.views)
		}
	}
	for v, err := range l.ViewsOnPage(t.Context(), "/order/*", nil) {
		if err != nil {
			t.Fatal(err)
		}
		want := PageView{Session: "s-0000", Index: 1, Start: 5e6, End: 9e6, Path: "shop.test/order/{id}", Width: 1280, Height: 720, Device: "desktop"}
		if v != want {
			t.Errorf("got %+v", v)
		}
		break
	}
}

func TestRemove(t *testing.T) {
	l := filled(t, 4)
	ctx := t.Context()
	before, err := l.dump(ctx)
	if err != nil {
		t.Fatal(err)
	}
	in := made(9)
	in.Views[0].Path, in.Session.Entry = "shop.test/only-here", "shop.test/only-entry"
	in.Session.Attributes["rare"] = "1"
	in.Session.Country = "IS"
	put(t, l, in)
	if err := l.Remove(ctx, "s-0009"); err != nil {
		t.Fatal(err)
	}
	after, err := l.dump(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("removal leaves traces:\nbefore %s\nafter  %s", before, after)
	}
	if n := countBlobs(t, l); n != 4 {
		t.Errorf("%d blobs", n)
	}
	if err := l.Remove(ctx, "s-0000", "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is there and one that is not: %v", err)
	}
	if again, err := l.dump(ctx); err != nil || again != after {
		t.Errorf("a refused removal changed something: %v", err)
	}
	if err := l.Remove(ctx, "s-0000", "s-0001", "s-0002", "s-0003"); err != nil {
		t.Fatal(err)
	}
	empty, err := l.dump(ctx)
	if err != nil || strings.Trim(empty, "0:;abcdefghijklmnopqrstuvwxyz_ ") != "" {
		t.Errorf("an empty library holds %s, %v", empty, err)
	}
}

func TestFoldWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                           nil,
		"Delivery-Address, delivery": {"delivery", "address"},
		"Straße ÉCOLE école":         {"strasse", "ecole"},
		"ﬁne ＡＢＣ":                    {"fine", "abc"},
		"配送先 page2":                  {"配", "送", "先", "page2"},
		"shop.test/order/1001":       {"shop", "test", "order", "1001"},
	} {
		if got := foldWords(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := prefixes("abcd"); !slices.Equal(got, []string{"abcd", "abc"}) {
		t.Errorf("prefixes: %q", got)
	}
	if got := prefixes("abcdefghijklmno"); len(got) != 11 || got[10] != "abcdefghijkl" {
		t.Errorf("prefixes: %q", got)
	}
}

func TestStoredURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://shop.test/a?token=x#y": "https://shop.test/a",
		"https://u:p@shop.test/a":       "https://shop.test/a",
		"https://shop.test/a?":          "https://shop.test/a",
		"mailto:someone@shop.test?x=1":  "shop.test",
		"http://[::1/%zz?secret=1":      "http://[::1/%zz",
		"/a/b?q":                        "/a/b",
		"":                              "",
	} {
		if got := storedURL(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
