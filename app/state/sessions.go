package state

import (
	"context"
	"fmt"
	"time"

	"hindsite.app/data"
	"hindsite.app/data/filter"
)

// Session is a session as lists and the command line show it.
type Session struct {
	ID         string            `json:"session"`
	Start      time.Time         `json:"start"`
	DurationMS float64           `json:"duration_ms"`
	Pages      int               `json:"pages"`
	Events     int               `json:"events"`
	Clicks     int               `json:"clicks"`
	Moves      int               `json:"moves"`
	Scrolls    int               `json:"scrolls"`
	Inputs     int               `json:"inputs"`
	Errors     int               `json:"errors"`
	Device     string            `json:"device"`
	Viewport   Size              `json:"viewport"`
	Visitor    string            `json:"visitor"`
	Attributes map[string]string `json:"attributes"`
	Struggle   *float64          `json:"struggle"`
	Browser    string            `json:"browser"`
	OS         string            `json:"os"`
	Country    string            `json:"country"`
	Language   string            `json:"language"`
	Entry      string            `json:"entry"`
	Recorder   string            `json:"recorder"`
	Protection string            `json:"protection"`
	Signed     string            `json:"signed"` // as it was known at import; "" for sessions from before it was kept
	Source     string            `json:"source"`
	Anomalies  int               `json:"anomalies"`
}

// Size is a width and a height in CSS pixels.
type Size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// PageView is one page of a session.
type PageView struct {
	URL     string  `json:"url"`
	Title   string  `json:"title"`
	StartMS float64 `json:"start_ms"`
	EndMS   float64 `json:"end_ms"`
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	Tab     int     `json:"tab"`
	Path    string  `json:"path"`
	Clicks  int     `json:"clicks"`
}

// Detail is a session with its pages.
type Detail struct {
	Session
	PageViews []PageView `json:"page_views"`
}

// ListQuery chooses a page of sessions. Where is in the filter language.
type ListQuery struct {
	Where string
	Sort  string // a field; with "-" in front the greatest first
	Limit int
	After string
}

// Page is a page of sessions.
type Page struct {
	Sessions []Session
	Next     string // for ListQuery.After; "" on the last page
	Total    int    // sessions that Where chooses; -1 when not counted
}

// ParseWhere reads a filter.
func ParseWhere(where string) (filter.Expr, error) {
	e, err := filter.Parse(where)
	if err != nil {
		return nil, fmt.Errorf("read filter: %w", err)
	}
	return e, nil
}

// List returns a page of sessions, by default the latest first.
func (l *Library) List(ctx context.Context, q ListQuery) (Page, error) {
	where, err := ParseWhere(q.Where)
	if err != nil {
		return Page{}, err
	}
	query := data.Query{Where: where, Sort: q.Sort, Limit: q.Limit, After: data.Cursor(q.After)}
	if len(q.Sort) > 0 && q.Sort[0] == '-' {
		query.Sort, query.Desc = q.Sort[1:], true
	}
	if q.Sort == "" {
		query.Desc = true
	}
	res, err := l.data.Sessions(ctx, query)
	if err != nil {
		return Page{}, fmt.Errorf("list sessions: %w", err)
	}
	out := Page{Next: string(res.Next), Total: res.Total}
	for i := range res.Sessions {
		out.Sessions = append(out.Sessions, session(&res.Sessions[i]))
	}
	return out, nil
}

func session(s *data.Session) Session {
	if s.Attributes == nil {
		s.Attributes = map[string]string{}
	}
	return Session{
		ID: s.ID, Start: s.Start, DurationMS: float64(s.Duration) / 1000, Pages: s.Pages, Events: s.Events,
		Clicks: s.Clicks, Moves: s.Moves, Scrolls: s.Scrolls, Inputs: s.Inputs, Errors: s.Errors, Device: s.Device,
		Viewport: Size{s.ViewportW, s.ViewportH}, Visitor: s.Visitor, Attributes: s.Attributes, Struggle: s.Struggle,
		Browser: s.Browser, OS: s.OS, Country: s.Country, Language: s.Language, Entry: s.Entry,
		Protection: s.Protection, Signed: s.Signed, Recorder: s.Recorder, Source: s.SourceName, Anomalies: s.Anomalies,
	}
}

// Show returns one session with its pages.
func (l *Library) Show(ctx context.Context, id string) (Detail, error) {
	s, err := l.data.Session(ctx, id)
	if err != nil {
		return Detail{}, fmt.Errorf("show session: %w", err)
	}
	views, err := l.data.Views(ctx, id)
	if err != nil {
		return Detail{}, fmt.Errorf("show session: %w", err)
	}
	d := Detail{Session: session(&s), PageViews: []PageView{}}
	for _, v := range views {
		d.PageViews = append(d.PageViews, PageView{
			URL: v.URL, Title: v.Title, StartMS: float64(v.Start) / 1000, EndMS: float64(v.End) / 1000,
			Width: v.Width, Height: v.Height, Tab: v.Tab, Path: v.Path, Clicks: v.Clicks,
		})
	}
	return d, nil
}

// PageGroups returns the pages of the sessions that where chooses, the most
// viewed first.
func (l *Library) PageGroups(ctx context.Context, where string) ([]data.PageGroup, error) {
	e, err := ParseWhere(where)
	if err != nil {
		return nil, err
	}
	return l.data.PageGroups(ctx, e)
}

// Facets returns the values by which sessions can be chosen.
func (l *Library) Facets(ctx context.Context) (data.Facets, error) { return l.data.Facets(ctx) }
