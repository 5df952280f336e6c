package cli

import (
	"fmt"
	"sort"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hindsite.app/app/state"
)

func (c *command) list() *cobra.Command {
	var q state.ListQuery
	cmd := &cobra.Command{
		Use: "list", Short: "List sessions", Args: usageArgs(cobra.NoArgs),
		Long: `Lists the sessions of the library, the latest first.

--where takes a filter, such as
  duration > 30s and device = phone and errors > 0
  page ~ "/checkout*" and variant = B
--sort takes a field; with "-" in front the greatest comes first.
With --limit, a last line names the cursor for --after when there is more.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				return c.runList(cmd, l, q)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.Where, "where", "", "filter")
	f.StringVar(&q.Sort, "sort", "", "field to sort by")
	f.IntVar(&q.Limit, "limit", 0, "at most so many; 0 for all")
	f.StringVar(&q.After, "after", "", "cursor: go on behind a page")
	return cmd
}

func (c *command) runList(cmd *cobra.Command, l *state.Library, q state.ListQuery) error {
	out := tabwriter.NewWriter(c.Out, 0, 4, 2, ' ', 0)
	if !c.json {
		fmt.Fprintln(out, "SESSION\tSTART\tDURATION\tPAGES\tEVENTS\tCLICKS\tINPUTS\tERRORS\tDEVICE\tVISITOR\tENTRY")
	}
	left, total := q.Limit, -1
	for {
		page := q
		page.Limit = 1000
		if q.Limit > 0 {
			page.Limit = min(left, 1000)
		}
		got, err := l.List(cmd.Context(), page)
		if err != nil {
			return err
		}
		total = max(total, got.Total)
		for i := range got.Sessions {
			if err := c.listed(out, &got.Sessions[i]); err != nil {
				return err
			}
		}
		left -= len(got.Sessions)
		q.After = got.Next
		if got.Next == "" || (q.Limit > 0 && left <= 0) {
			break
		}
	}
	if c.json {
		if q.After != "" {
			return c.line(map[string]string{"next": q.After})
		}
		return nil
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if total >= 0 {
		c.say("%d sessions", total)
	}
	if q.After != "" {
		c.say("more: --after %s", q.After)
	}
	return nil
}

func (c *command) listed(out *tabwriter.Writer, s *state.Session) error {
	if c.json {
		return c.line(s)
	}
	fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", oneLine(s.ID, 44), s.Start.UTC().Format(time.RFC3339),
		time.Duration(s.DurationMS*float64(time.Millisecond)).Round(100*time.Millisecond), s.Pages, s.Events, s.Clicks, s.Inputs, s.Errors,
		s.Device, oneLine(s.Visitor, 20), oneLine(s.Entry, 40))
	return nil
}

func (c *command) show() *cobra.Command {
	return &cobra.Command{
		Use: "show SESSION", Short: "One session with its pages", Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withLibrary(cmd.Context(), func(l *state.Library) error {
				d, err := l.Show(cmd.Context(), args[0])
				if err != nil {
					return notFound(args[0], err)
				}
				if c.json {
					return c.line(d)
				}
				return c.detail(d)
			})
		},
	}
}

func (c *command) detail(d state.Detail) error {
	c.say("session     %s", oneLine(d.ID, 100))
	c.say("start       %s", d.Start.UTC().Format(time.RFC3339))
	c.say("duration    %s", state.Milliseconds(d.DurationMS))
	c.say("visitor     %s", oneLine(d.Visitor, 100))
	c.say("device      %s, %s on %s, %d × %d", d.Device, d.Browser, d.OS, d.Viewport.Width, d.Viewport.Height)
	c.say("counts      %d events, %d clicks, %d moves, %d scrolls, %d inputs, %d errors", d.Events, d.Clicks, d.Moves, d.Scrolls, d.Inputs, d.Errors)
	c.say("recorder    %s", oneLine(d.Recorder, 40))
	c.say("protection  %s", d.Protection)
	if d.Signed != "" {
		c.say("signature   %s", oneLine(d.Signed, 120))
	}
	c.say("source      %s", oneLine(d.Source, 100))
	names := make([]string, 0, len(d.Attributes))
	for name := range d.Attributes {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		c.say("  %s = %s", oneLine(name, 40), oneLine(d.Attributes[name], 100))
	}
	for _, v := range d.PageViews {
		c.say("%s  %s  %s (%d × %d)", state.Milliseconds(v.StartMS), oneLine(v.URL, 80), oneLine(v.Title, 60), v.Width, v.Height)
	}
	return nil
}
