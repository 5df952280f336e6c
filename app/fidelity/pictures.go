package main

import (
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"hindsite.app/player/render/compare"
)

// sheet writes what the viewport shows, for a person: Hindsite's picture and,
// where there is an oracle, its picture and what differs.
func sheet(ctx context.Context, dir string, r result, ours, exact *drawn) error {
	if ours == nil || ours.image == nil {
		return nil
	}
	row := ours.image
	if exact != nil && exact.image != nil {
		d, err := compare.Of(ctx, exact.image, ours.image)
		if err != nil {
			return err
		}
		over, err := d.Over(ctx, exact.image, ours.image)
		if err != nil {
			return err
		}
		row = compare.Beside(ours.image, exact.image, over)
	}
	name := fmt.Sprintf("%s-%s", r.Set, strings.ReplaceAll(r.Page, "/", "-"))
	if r.Set == setCorpus {
		name += fmt.Sprintf("-%.0fms", r.AtMS)
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, row); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return f.Close()
}
