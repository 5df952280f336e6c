package state

import (
	"context"

	"hindsite.app/player/fault"
)

// importArrived takes a file that came by itself into the library, one at a
// time. It returns what the import came to, and the problem when nothing was
// taken.
func (l *Library) importArrived(ctx context.Context, file string) (result string, problem *Problem) {
	l.arrivals.Lock()
	defer l.arrivals.Unlock()
	refused := fault.Class("")
	sum, err := l.Import(ctx, []string{file}, ImportOptions{Report: func(line ImportLine) {
		if refused == "" {
			refused = line.Class
		}
	}})
	if err == nil && sum.Imported+sum.Present == 0 && refused != "" {
		err = fault.New(refused, "import: nothing of it was taken")
	}
	return sum.String(), Explain(err)
}
