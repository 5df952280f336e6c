package rrweb

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"hindsite.app/player/recording"
)

// wireRequest is a request as rrweb's and PostHog's plugins write it. What
// browsers give both ways has two names.
type wireRequest struct {
	Name           string  `json:"name"`
	URL            string  `json:"url"`
	EntryType      string  `json:"entryType"`
	InitiatorType  string  `json:"initiatorType"`
	Method         string  `json:"method"`
	Status         float64 `json:"status"`
	ResponseStatus float64 `json:"responseStatus"`
	Duration       float64 `json:"duration"`
	Timestamp      float64 `json:"timestamp"` // of its beginning, milliseconds since the Unix epoch
}

func (c *converter) network(t *tabState, at recording.Time, payload jsontext.Value) error {
	var w struct {
		Requests []wireRequest `json:"requests"`
	}
	if err := unmarshal(payload, &w); err != nil {
		return err
	}
	for _, r := range w.Requests {
		c.request(t, at, r)
	}
	return nil
}

// The keys of PostHog's older plugin, which has numbers for names.
const (
	keyEntryType = "0"
	keyName      = "2"
	keyInitiator = "18"
	keyStatus    = "21"
	keyDuration  = "39"
	keyTimestamp = "40"
)

// oldNetwork reads one entry of PostHog's older plugin.
func (c *converter) oldNetwork(t *tabState, at recording.Time, payload jsontext.Value) error {
	members, err := membersOf(payload)
	if err != nil {
		return err
	}
	var r wireRequest
	for _, m := range members {
		switch m.name {
		case keyEntryType:
			r.EntryType = text(m.value)
		case keyName:
			r.Name = text(m.value)
		case keyInitiator:
			r.InitiatorType = text(m.value)
		case keyStatus:
			r.Status = number(m.value)
		case keyDuration:
			r.Duration = number(m.value)
		case keyTimestamp:
			r.Timestamp = number(m.value)
		case "requests":
			return c.network(t, at, payload)
		}
	}
	c.request(t, at, r)
	return nil
}

func number(v jsontext.Value) float64 {
	if v.Kind() != '0' {
		return 0
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return 0
	}
	return f
}

// request adds a request. Browsers list other things among them: paints, marks,
// long tasks.
func (c *converter) request(t *tabState, at recording.Time, r wireRequest) {
	switch r.EntryType {
	case "", "resource", "navigation", "fetch", "xmlhttprequest":
	default:
		return
	}
	if r.Name == "" {
		r.Name = r.URL
	}
	if r.Name == "" || len(c.rec.Requests) >= c.limits.Events {
		return
	}
	if r.Status == 0 {
		r.Status = r.ResponseStatus
	}
	if r.InitiatorType == "" {
		r.InitiatorType = r.EntryType
	}
	c.rec.Requests = append(c.rec.Requests, recording.Request{
		At: c.moment(at, r.Timestamp), View: t.view, Duration: span(r.Duration), Method: r.Method, URL: r.Name,
		Status: status(r.Status), Kind: r.InitiatorType,
	})
}

// span returns a time in milliseconds, at most an hour.
func span(ms float64) recording.Time {
	return recording.Time(min(max(ms, 0), 3.6e6) * 1000)
}

// status returns an HTTP status, 0 for what is none.
func status(f float64) int {
	if f >= 100 && f < 1000 {
		return int(f)
	}
	return 0
}

// moment returns the place in the session of a wall time in milliseconds; at,
// when it is not there or not within the session.
func (c *converter) moment(at recording.Time, ms float64) recording.Time {
	if ms < earliest/1000 || ms > latest/1000 {
		return at
	}
	m := recording.Time(int64(ms*1000) - c.start)
	if m < 0 || m > c.rec.Duration {
		return at
	}
	return m
}
