package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"hindsite.app/player/render/fidelity"
)

// The aims: what is good enough for each set.
var aims = map[string]float64{setPages: 0.95, setUnseen: 0.85}

// clickAim is the share of clicks that should be in the boxes of their targets.
const clickAim = 0.98

// mean is the mean of scores over the states of a set: each state counts the
// same, however many elements it has.
type mean struct {
	States   int     `json:"states"`
	Elements int     `json:"elements"`
	Missing  int     `json:"missing"`
	Extra    int     `json:"extra"`
	IoU      float64 `json:"iou"`
	Lowest   float64 `json:"lowest_iou"`
	Relative float64 `json:"relative"`
	Near     float64 `json:"near"`
	SSIM     float64 `json:"ssim,omitempty"`
}

func (m *mean) add(s *fidelity.Score, ssim *float64) {
	if s == nil {
		return
	}
	if m.States == 0 || s.IoU < m.Lowest {
		m.Lowest = s.IoU
	}
	m.States++
	m.Elements += s.Elements
	m.Missing += s.Missing
	m.Extra += s.Extra
	n := float64(m.States)
	m.IoU += (s.IoU - m.IoU) / n
	m.Relative += (s.Relative - m.Relative) / n
	m.Near += (s.Near - m.Near) / n
	if ssim != nil {
		m.SSIM += (*ssim - m.SSIM) / n
	}
}

// summary is a set as a whole.
type summary struct {
	Set      string          `json:"set"`
	Live     mean            `json:"live"`
	Ceiling  mean            `json:"chromium_to_live"`
	Chromium mean            `json:"chromium"`
	Clicks   fidelity.Clicks `json:"clicks"`
	Problems int             `json:"problems"`
}

// summarise returns the sets in their order, and last all of their clicks.
func summarise(results []result) (sets []summary, clicks fidelity.Clicks) {
	for _, set := range allSets {
		s := summary{Set: set}
		found := false
		for i := range results {
			r := &results[i]
			if r.Set != set {
				continue
			}
			found = true
			s.Live.add(r.Live, r.LiveSSIM)
			s.Ceiling.add(r.Ceiling, nil)
			s.Chromium.add(r.Chromium, r.SSIM)
			if r.Clicks != nil {
				s.Clicks.Add(*r.Clicks)
			}
			if r.Problem != "" {
				s.Problems++
			}
		}
		if found {
			sets = append(sets, s)
			clicks.Add(s.Clicks)
		}
	}
	return sets, clicks
}

// report is the JSON twin of the table.
type report struct {
	Renderer string    `json:"renderer"`
	Oracle   string    `json:"oracle,omitempty"`
	Sets     []summary `json:"sets"`
	Results  []result  `json:"results"`
}

func (r *report) write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(r)
}

// header names the columns of the table.
func header(w io.Writer) {
	fmt.Fprintf(w, "%-44s %9s | %-29s | %5s | %-42s | %s\n", "", "page", "to the live page", "Chr.", "to Chromium", "clicks")
	fmt.Fprintf(w, "%-44s %9s | %5s %5s %4s %5s %5s | %5s | %5s %5s %4s %5s %5s %6s | %s\n",
		"state", "px", "IoU", "rel.", "near", "miss", "extra", "IoU", "IoU", "rel.", "near", "miss", "extra", "SSIM", "inside/all")
	fmt.Fprintln(w, strings.Repeat("-", 145))
}

func row(w io.Writer, r *result) {
	name := r.Set + " " + r.Page
	if r.Set == setCorpus {
		name += fmt.Sprintf(" @%.0fms", r.AtMS)
	}
	if runes := []rune(name); len(runes) > 44 {
		name = string(runes[:20]) + "…" + string(runes[len(runes)-23:])
	}
	size := ""
	if r.Width > 0 {
		size = fmt.Sprintf("%dx%d", r.Width, r.Height)
	}
	fmt.Fprintf(w, "%-44s %9s | %s | %s | %s %s | %s\n", name, size, figures(r.Live), only(r.Ceiling), figures(r.Chromium), number(r.SSIM), counts(r.Clicks))
	if r.Problem != "" {
		fmt.Fprintf(w, "  %s\n", r.Problem)
	}
}

func figures(s *fidelity.Score) string {
	if s == nil {
		return fmt.Sprintf("%5s %5s %4s %5s %5s", "", "", "", "", "")
	}
	return fmt.Sprintf("%.3f %.3f %3.0f%% %5d %5d", s.IoU, s.Relative, 100*s.Near, s.Missing, s.Extra)
}

func only(s *fidelity.Score) string {
	if s == nil {
		return "     "
	}
	return fmt.Sprintf("%.3f", s.IoU)
}

func number(v *float64) string {
	if v == nil {
		return fmt.Sprintf("%6s", "")
	}
	return fmt.Sprintf("%6.3f", *v)
}

func counts(c *fidelity.Clicks) string {
	if c == nil || c.All == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", c.Inside, c.All)
}

// totals writes what the sets reach as wholes.
func totals(w io.Writer, sets []summary, clicks fidelity.Clicks) {
	fmt.Fprintln(w, "\nmeans over the states of each set")
	for _, s := range sets {
		for _, m := range []struct {
			what string
			mean mean
		}{{"to the live page", s.Live}, {"Chromium to the live page", s.Ceiling}, {"to Chromium", s.Chromium}} {
			if m.mean.States == 0 {
				continue
			}
			fmt.Fprintf(w, "%-7s %-26s IoU %.3f (lowest %.3f)  relative %.3f  edges within %d px %3.0f%%  missing %d, extra %d of %d elements in %d states",
				s.Set, m.what, m.mean.IoU, m.mean.Lowest, m.mean.Relative, fidelity.NearPixels, 100*m.mean.Near, m.mean.Missing, m.mean.Extra, m.mean.Elements, m.mean.States)
			if m.mean.SSIM > 0 && m.what == "to Chromium" {
				fmt.Fprintf(w, "  SSIM %.3f", m.mean.SSIM)
			}
			fmt.Fprintln(w)
		}
		if s.Clicks.All > 0 {
			fmt.Fprintf(w, "%-7s %-26s %d of %d (%.1f %%), %d of them by a late scroll offset; found by place alone %d\n", s.Set, "clicks in their target", s.Clicks.Inside, s.Clicks.All, 100*s.Clicks.Share(), s.Clicks.Late, s.Clicks.Reached)
		}
		if s.Problems > 0 {
			fmt.Fprintf(w, "%-7s %d states could not be drawn\n", s.Set, s.Problems)
		}
	}
	fmt.Fprintln(w)
	for _, s := range sets {
		if aim, ok := aims[s.Set]; ok && s.Live.States > 0 {
			fmt.Fprintf(w, "%s IoU on %s: %.3f, aim %.2f\n", verdict(s.Live.IoU >= aim), s.Set, s.Live.IoU, aim)
		}
	}
	if clicks.All > 0 {
		fmt.Fprintf(w, "%s clicks in their target: %.1f %%, aim %.0f %%\n", verdict(clicks.Share() >= clickAim), 100*clicks.Share(), 100*clickAim)
	}
}

func verdict(ok bool) string {
	if ok {
		return "reached    "
	}
	return "not reached"
}

// hidden drops the single states of the unseen set, which must not be looked at
// while the engine is developed.
func hidden(results []result) []result {
	return slices.DeleteFunc(slices.Clone(results), func(r result) bool { return r.Set == setUnseen })
}
