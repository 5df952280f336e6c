package cli

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
	"hindsite.app/player/fault"
	"hindsite.app/player/recording"
	"hindsite.app/player/replay"
)

// withRecording opens a session for the time of use.
func (c *command) withRecording(cmd *cobra.Command, id string, use func(*state.Library, *state.Recording) error) error {
	return c.withLibrary(cmd.Context(), func(l *state.Library) error {
		r, err := l.OpenRecording(cmd.Context(), id)
		if err != nil {
			return notFound(id, err)
		}
		defer r.Close()
		return use(l, r)
	})
}

// event is a line of “events --json”.
type event struct {
	At    float64          `json:"t_ms"`
	Kind  string           `json:"kind"`
	X     *float32         `json:"x"`
	Y     *float32         `json:"y"`
	PageX *float32         `json:"page_x"`
	PageY *float32         `json:"page_y"`
	Node  recording.NodeID `json:"node"`
	Text  string           `json:"text"`
	// Element is there for clicks when it was asked for, and null where nothing
	// stands.
	Element **element `json:"element,omitempty"`
}

func (c *command) events() *cobra.Command {
	var kinds []string
	var from, to float64
	var elements bool
	cmd := &cobra.Command{
		Use: "events SESSION", Short: "What happened in a session", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withRecording(cmd, args[0], func(l *state.Library, r *state.Recording) error {
				span := replay.Span{From: state.Milliseconds(from), To: r.Tracks.Duration + 1}
				if cmd.Flags().Changed("to") {
					span.To = state.Milliseconds(to)
				}
				events := ofKinds(r.Tracks.Events(span, true), kinds)
				var under map[*recording.Interaction]*element
				if elements {
					var err error
					if under, err = elementsOf(cmd.Context(), l, r, events); err != nil {
						return err
					}
				}
				return c.printEvents(events, under)
			})
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&kinds, "kind", nil, "only these kinds: click, move, scroll, input, page, error, console, …")
	f.Float64Var(&from, "from", 0, "from this moment on, milliseconds")
	f.Float64Var(&to, "to", 0, "before this moment, milliseconds")
	f.BoolVar(&elements, "elements", false, "also which element each click reached, and where in it; the page is laid out for each")
	return cmd
}

// ofKinds returns the events of the kinds, all when none is named.
func ofKinds(all []replay.Event, kinds []string) []replay.Event {
	if len(kinds) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(e replay.Event) bool {
		return !slices.ContainsFunc(kinds, func(k string) bool { return strings.EqualFold(k, e.Kind) })
	})
}

// printEvents prints events, with what clicks reached where under holds it.
func (c *command) printEvents(all []replay.Event, under map[*recording.Interaction]*element) error {
	for i := range all {
		e := &all[i]
		reached, known := under[e.Interaction]
		if !c.json {
			place := ""
			if e.HasXY {
				place = at(e.X, e.Y)
			}
			c.say("%s  %-10s %-14s %s", e.At, e.Kind, place, oneLine(e.Text, 100))
			if reached != nil {
				c.say("           %s", oneLine(reached.String(), 160))
			}
			continue
		}
		line := event{At: e.At.Milliseconds(), Kind: e.Kind, Node: e.Node, Text: e.Text}
		if e.HasXY {
			line.X, line.Y, line.PageX, line.PageY = &e.X, &e.Y, &e.PageX, &e.PageY
		}
		if known {
			line.Element = &reached
		}
		if err := c.line(line); err != nil {
			return err
		}
	}
	return nil
}

// point is a place in JSON.
type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// moment is the line of “state --json”.
type moment struct {
	At       float64    `json:"t_ms"`
	URL      string     `json:"url"`
	Viewport state.Size `json:"viewport"`
	Scroll   point      `json:"scroll"`
	Pointer  *point     `json:"pointer"`
	Text     string     `json:"text"`
}

func (c *command) moment() *cobra.Command {
	var at float64
	cmd := &cobra.Command{
		Use: "state SESSION --at MS", Short: "The replay at a moment: page, scroll, pointer, text", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("at") {
				return usageError{errors.New("say which moment: --at MS")}
			}
			return c.withRecording(cmd, args[0], func(l *state.Library, r *state.Recording) error {
				m, err := l.Moment(cmd.Context(), r, state.Milliseconds(at))
				if err != nil {
					return err
				}
				return c.printMoment(m)
			})
		},
	}
	cmd.Flags().Float64Var(&at, "at", 0, "moment, milliseconds from the first event")
	return cmd
}

func (c *command) printMoment(m state.Moment) error {
	out := moment{At: m.At.Milliseconds(), URL: m.URL, Viewport: state.Size{Width: m.Width, Height: m.Height}, Scroll: point{m.ScrollX, m.ScrollY}, Text: m.Text}
	if m.Pointer != nil {
		out.Pointer = &point{float64(m.Pointer.X), float64(m.Pointer.Y)}
	}
	if c.json {
		return c.line(out)
	}
	c.say("%s  %s", m.At, oneLine(m.URL, 100))
	c.say("viewport %d × %d, scrolled to %.0f, %.0f", m.Width, m.Height, m.ScrollX, m.ScrollY)
	if m.Pointer != nil {
		c.say("pointer at %s", at(m.Pointer.X, m.Pointer.Y))
	}
	c.say("%s", oneLine(m.Text, 4000))
	return nil
}

// box is a box in JSON, page pixels.
type box struct {
	Node   recording.NodeID `json:"node"`
	X      float32          `json:"x"`
	Y      float32          `json:"y"`
	Width  float32          `json:"width"`
	Height float32          `json:"height"`
}

func (c *command) page() *cobra.Command {
	var moment float64
	var out string
	var q state.PageRequest
	cmd := &cobra.Command{
		Use: "page SESSION --at MS --out PNG", Short: "A picture of the page at a moment", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("at") || out == "" {
				return usageError{errors.New("say which moment and which file: --at MS --out PNG")}
			}
			return c.withRecording(cmd, args[0], func(l *state.Library, r *state.Recording) error {
				q.At = state.Milliseconds(moment)
				frame, err := l.PagePicture(cmd.Context(), r, q)
				if err != nil {
					return err
				}
				if err := writePNG(out, frame.Image); err != nil {
					return err
				}
				boxes := make([]box, 0, len(frame.Boxes))
				for _, b := range frame.Boxes {
					boxes = append(boxes, box{b.Node, b.X, b.Y, b.W, b.H})
				}
				who := map[string]any{"name": frame.By, "instead_of": nil, "because": nil}
				if p := state.Explain(frame.Instead); p != nil {
					who["instead_of"], who["because"] = q.Renderer, p.Sentence
				}
				if c.json {
					return c.line(map[string]any{"renderer": who, "width": frame.Clip.Dx(), "height": frame.Clip.Dy(), "page_width": frame.PageW, "page_height": frame.PageH, "boxes": boxes})
				}
				c.say("%s: %d × %d of a page of %d × %d, drawn by %s", out, frame.Clip.Dx(), frame.Clip.Dy(), frame.PageW, frame.PageH, frame.By)
				if because := who["because"]; because != nil {
					c.say("not by %s: %s", q.Renderer, because)
				}
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.Float64Var(&moment, "at", 0, "moment, milliseconds from the first event")
	f.StringVar(&out, "out", "", "PNG file to write")
	f.StringVar(&q.Renderer, "renderer", "", "flat, or chromium for exact rendering by a browser of this machine")
	f.BoolVar(&q.Fallback, "fallback", false, "draw with flat when chromium does not work, and say so")
	f.BoolVar(&q.Full, "full", false, "the whole page, not only what was in view")
	f.BoolVar(&q.Boxes, "boxes", false, "also the boxes of its elements")
	f.Float64Var(&q.Scale, "scale", 1, "pixels for each CSS pixel")
	return cmd
}

// writePNG writes a picture beside the file and renames it, so that there is
// never half a picture.
func writePNG(file string, img image.Image) error {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		return fault.New(fault.Limit, "write picture: %w", err)
	}
	return writeFile(file, b.Bytes())
}

func writeFile(file string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".hindsite-*")
	if err != nil {
		return fault.New(fault.Storage, "write %s: %w", filepath.Base(file), err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o600), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fault.New(fault.Storage, "write %s: %w", filepath.Base(file), errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
