package heatmap

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// WriteCSV writes the cells that are not empty: left and top edge in CSS pixels
// of the page, and the value.
func (g *Grid) WriteCSV(w io.Writer, value string) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"x", "y", "width", "height", value}); err != nil {
		return fmt.Errorf("write cells: %w", err)
	}
	side := strconv.Itoa(g.Cell)
	for i, v := range g.Values {
		if v == 0 {
			continue
		}
		row := []string{
			strconv.Itoa(i % g.Cols * g.Cell), strconv.Itoa(i / g.Cols * g.Cell), side, side,
			strconv.FormatFloat(float64(v), 'g', 6, 32),
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write cells: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write cells: %w", err)
	}
	return nil
}
