package timeline

import (
	"sort"

	"hindsite.app/player/recording"
)

// Series is a sequence of values in time that can be asked for any span at any
// resolution without reading every value: counts by binary search, extremes
// from a pyramid of blocks. It is not changed after it was made and may be
// read by several goroutines.
type Series struct {
	times  []recording.Time
	values []float32 // empty when only the times matter
	levels [][]extremes
}

type extremes struct{ min, max float32 }

// block is how many values the lowest level of the pyramid joins; each level
// above joins fanout of the one below.
const (
	block  = 32
	fanout = 8
)

// NewSeries makes a series of ascending times and, unless values is nil, one
// value for each. It keeps both slices.
func NewSeries(times []recording.Time, values []float32) *Series {
	s := &Series{times: times, values: values}
	if len(values) == 0 {
		return s
	}
	level := make([]extremes, 0, len(values)/block+1)
	for i := 0; i < len(values); i += block {
		level = append(level, extremesOf(values[i:min(i+block, len(values))]))
	}
	for {
		s.levels = append(s.levels, level)
		if len(level) <= fanout {
			return s
		}
		above := make([]extremes, 0, len(level)/fanout+1)
		for i := 0; i < len(level); i += fanout {
			e := level[i]
			for _, x := range level[i:min(i+fanout, len(level))] {
				e = extremes{min(e.min, x.min), max(e.max, x.max)}
			}
			above = append(above, e)
		}
		level = above
	}
}

func extremesOf(values []float32) extremes {
	e := extremes{values[0], values[0]}
	for _, v := range values[1:] {
		e = extremes{min(e.min, v), max(e.max, v)}
	}
	return e
}

// Len returns the number of values.
func (s *Series) Len() int { return len(s.times) }

// Max returns the greatest value, 0 for a series without values.
func (s *Series) Max() float32 {
	if len(s.values) == 0 {
		return 0
	}
	return s.extremes(0, len(s.values)).max
}

// Before returns the last value at or before the moment.
func (s *Series) Before(at recording.Time) (v float32, ok bool) {
	i := sort.Search(len(s.times), func(i int) bool { return s.times[i] > at })
	if i == 0 || len(s.values) == 0 {
		return 0, false
	}
	return s.values[i-1], true
}

// Band is what a series does within one column of pixels.
type Band struct {
	Count    int
	Min, Max float32 // of the values in the column; 0 when Count is 0
	Last     float32 // the last value up to the end of the column
}

// Bands returns one Band for each of the columns that the span is cut into.
// Counts and extremes are exact. The cost grows with the columns and with the
// logarithm of the series.
func (s *Series) Bands(from, to recording.Time, columns int) []Band {
	bands := make([]Band, columns)
	if columns == 0 || to <= from {
		return bands
	}
	edge := func(c int) recording.Time {
		return from + recording.Time(int64(c)*int64(to-from)/int64(columns))
	}
	i := s.search(0, edge(0))
	for c := range bands {
		j := s.search(i, edge(c+1))
		b := Band{Count: j - i}
		if len(s.values) > 0 {
			if j > i {
				e := s.extremes(i, j)
				b.Min, b.Max = e.min, e.max
			}
			if j > 0 {
				b.Last = s.values[j-1]
			}
		}
		bands[c] = b
		i = j
	}
	return bands
}

// search returns the first index from lo on whose time is not before at. Most
// steps are short, so it gallops.
func (s *Series) search(lo int, at recording.Time) int {
	step, hi := 1, lo
	for hi < len(s.times) && s.times[hi] < at {
		lo = hi + 1
		hi += step
		step *= 2
	}
	hi = min(hi, len(s.times))
	return lo + sort.Search(hi-lo, func(i int) bool { return s.times[lo+i] >= at })
}

// extremes returns least and greatest of the values from i to j, i < j.
func (s *Series) extremes(i, j int) extremes {
	e := extremes{s.values[i], s.values[i]}
	join := func(x extremes) { e = extremes{min(e.min, x.min), max(e.max, x.max)} }
	for i < j {
		size, level := 1, -1
		for next := block; i%next == 0 && i+next <= j && level+1 < len(s.levels); next *= fanout {
			size = next
			level++
		}
		if level < 0 {
			join(extremes{s.values[i], s.values[i]})
		} else {
			join(s.levels[level][i/size])
		}
		i += size
	}
	return e
}
