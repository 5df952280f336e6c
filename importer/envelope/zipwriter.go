package envelope

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"

	"hindsite.app/player/fault"
)

// member is a member of the ZIP beside the parts.
type member struct {
	name string
	body []byte
}

func (w *Writer) writeZip(out io.Writer, head []member, list member) error {
	z := zip.NewWriter(out)
	for _, m := range append(head, list) {
		if err := store(z, m.name, m.body); err != nil {
			return err
		}
	}
	for i := range w.sessions {
		for k, p := range w.sessions[i].Members {
			b, err := w.spool.get(w.indices[i][k])
			if err != nil {
				return err
			}
			if err := store(z, p.Name, b); err != nil {
				return err
			}
		}
	}
	if err := z.Close(); err != nil {
		return fault.Default(fault.Storage, fmt.Errorf("write ZIP: %w", err))
	}
	return nil
}

// store writes one member whose sizes stand before it, so that no data
// descriptor is needed.
func store(z *zip.Writer, name string, b []byte) error {
	const utf8Names, firstDate = 1 << 11, 1<<5 | 1
	header := &zip.FileHeader{
		Name:               name,
		Method:             zip.Store,
		Flags:              utf8Names,
		CRC32:              crc32.ChecksumIEEE(b),
		CompressedSize64:   uint64(len(b)),
		UncompressedSize64: uint64(len(b)),
	}
	//lint:ignore SA1019 Modified would add an extra field, which the format has none of
	header.ModifiedDate = firstDate // 1980-01-01: when is told by the manifest
	m, err := z.CreateRaw(header)
	if err == nil {
		_, err = m.Write(b)
	}
	if err != nil {
		return fault.Default(fault.Storage, fmt.Errorf("write ZIP: %w", err))
	}
	return nil
}

// counter counts what goes through it. Its Close closes nothing.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	if err != nil {
		err = fault.Default(fault.Storage, err)
	}
	return n, err
}

func (c *counter) Close() error { return nil }
