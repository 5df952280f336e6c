package openreplay

import (
	"context"
	"crypto/sha256"
	"slices"

	"hindsite.app/importer/format"
	"hindsite.app/player/fault"
)

// message is one message with what the stream around it says.
type message struct {
	at    int64 // milliseconds since the Unix epoch
	kind  kind
	asset bool // it came in a batch of its own, apart from the page's
	tab   int32
	body  []byte // a part of the file
}

// unknownTime marks messages before the first time.
const unknownTime = -1

// scanner takes the messages of the files of one session.
type scanner struct {
	ctx    context.Context
	limits format.Limits
	odd    format.Anomalies

	messages []message
	tabs     []string
	numbers  map[string]int32 // of tabs

	at       int64
	tab      int32
	asset    bool
	layout   layout // of the file read last
	location string

	indexes map[tabIndex]bool
	batches map[[sha256.Size]byte]bool
	fields  fields
}

type tabIndex struct {
	tab   int32
	index uint64
}

func newScanner(ctx context.Context, l format.Limits) *scanner {
	return &scanner{
		ctx: ctx, limits: l, odd: format.Anomalies{}, at: unknownTime,
		tabs: []string{""}, numbers: map[string]int32{"": 0}, indexes: map[tabIndex]bool{}, batches: map[[sha256.Size]byte]bool{},
	}
}

// file takes the messages of one file and returns the bytes behind the last
// that is whole: the beginning of one that the next part of the file ends.
// A file that holds no messages is an error.
func (s *scanner) file(name string, data []byte) (rest []byte, err error) {
	l, skip := layoutOf(data)
	if l == unknownLayout {
		return nil, notMob(name, data)
	}
	// A second part may begin in the middle: time and tab go on.
	s.layout = l
	return s.all(l, data[skip:])
}

// all takes messages until the data end or make no sense any more.
func (s *scanner) all(l layout, data []byte) (rest []byte, err error) {
	for n := 0; len(data) > 0; n++ {
		if n%1024 == 0 && s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		if l == sized && data[0] == byte(batchMetadata) {
			if again := s.repeated(data); again > 0 {
				data = data[again:]
				continue
			}
		}
		p, next, err := l.next(data)
		if err == errShort {
			return data, nil
		}
		if err != nil {
			s.odd.Add(format.EndsEarly, 1)
			return nil, nil
		}
		if err := s.piece(l, p); err != nil {
			return nil, err
		}
		data = next
	}
	return nil, nil
}

// repeated returns the length of the batch at the beginning of data when the
// same was there before: trackers send a batch again when no answer came.
func (s *scanner) repeated(data []byte) int {
	_, rest, err := sized.next(data)
	for err == nil && len(rest) > 0 && rest[0] != byte(batchMetadata) {
		var next []byte
		if _, next, err = sized.next(rest); err == nil {
			rest = next
		}
	}
	if err != nil {
		return 0 // what does not end is not counted twice
	}
	n := len(data) - len(rest)
	sum := sha256.Sum256(data[:n])
	if s.batches[sum] {
		s.odd.Add(format.DuplicateEvent, 1)
		return n
	}
	s.batches[sum] = true
	return 0
}

// piece takes one message.
func (s *scanner) piece(l layout, p piece) error {
	k := kind(min(p.kind, 255))
	shape, known := shapes[k]
	if !known {
		if name := mobileNames[k]; name != "" && !s.hasPage() {
			return mobileError(name)
		}
		s.odd.Add(format.UnknownEvent, 1)
		return nil
	}
	if _, err := s.fields.read(shape, p.body); err != nil {
		s.odd.Add(format.BadEvent, 1)
		return nil
	}
	if s.control(k) {
		return nil
	}
	if l == indexed && s.seen(p.index) {
		s.odd.Add(format.DuplicateEvent, 1)
		return nil
	}
	if len(s.messages) >= s.limits.Events {
		return fault.New(fault.Limit, "read session: more than %d messages", s.limits.Events)
	}
	s.messages = append(s.messages, message{at: s.time(k), kind: k, asset: s.asset, tab: s.tab, body: p.body})
	return nil
}

// control takes the messages that say something of those behind them.
func (s *scanner) control(k kind) bool {
	f := &s.fields
	switch k {
	case timestamp:
		s.setTime(f.num(0))
	case batchMetadata:
		s.setTime(f.num(3))
		// Batches of resources follow those of the page that they belong to.
		s.asset = f.num(0) == 3
		if s.location == "" {
			s.location = f.text(4)
		}
	case tabData:
		s.tab = s.tabNamed(f.text(0))
	case partition:
	default:
		return false
	}
	return true
}

func (s *scanner) setTime(ms int64) {
	if !believable(ms) {
		s.odd.Add(format.BadTime, 1)
		return
	}
	s.at = ms
}

// longestLoad is how long before its tracker a page can have begun to load,
// milliseconds.
const longestLoad = 60_000

// time returns when a message happened. Requests say it themselves, and so does
// the address of a page that was loaded: the requests of its load are its own.
func (s *scanner) time(k kind) int64 {
	place := -1
	switch k {
	case pageLocation, pageLocationOld:
		if from := s.fields.num(2); believable(from) && from <= s.at && s.at-from <= longestLoad {
			return from
		}
		return s.at
	case networkRequest, networkRequestOld:
		place = 6
	case resourceTiming, resourceTimingOld, resourceTimingOldest:
		place = 0
	case issueEvent:
		place = 1
	}
	if place < 0 || !believable(s.fields.num(place)) {
		return s.at
	}
	return s.fields.num(place)
}

// maxTabs bounds the tabs of one session.
const maxTabs = 1000

func (s *scanner) tabNamed(name string) int32 {
	if n, ok := s.numbers[name]; ok {
		return n
	}
	if len(s.tabs) >= maxTabs {
		return s.tab
	}
	n := int32(len(s.tabs))
	s.tabs, s.numbers[name] = append(s.tabs, name), n
	return n
}

// seen reports whether a message with the index was there before, and notes it.
func (s *scanner) seen(index uint64) bool {
	key := tabIndex{s.tab, index}
	if s.indexes[key] {
		return true
	}
	s.indexes[key] = true
	return false
}

func (s *scanner) hasPage() bool {
	return slices.ContainsFunc(s.messages, func(m message) bool { return m.kind == createDocument })
}

// ordered returns the messages of each tab in order of time, and every time
// known. Messages of one moment keep the order of the file, but those of
// resources follow those of the page.
func (s *scanner) ordered() [][]message {
	first := int64(unknownTime)
	for _, m := range s.messages {
		if m.at != unknownTime {
			first = m.at
			break
		}
	}
	if first == unknownTime && len(s.messages) > 0 {
		return nil
	}
	tabs := make([][]message, len(s.tabs))
	for _, m := range s.messages {
		if m.at == unknownTime {
			m.at = first
		}
		tabs[m.tab] = append(tabs[m.tab], m)
	}
	for _, list := range tabs {
		slices.SortStableFunc(list, func(a, b message) int {
			switch {
			case a.at != b.at:
				return int(min(max(a.at-b.at, -1), 1))
			case a.asset == b.asset:
				return 0
			case b.asset:
				return -1
			}
			return 1
		})
	}
	return tabs
}
