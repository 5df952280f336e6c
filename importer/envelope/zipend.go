package envelope

import (
	"bytes"
	"io"

	"hindsite.app/player/fault"
)

// zipEnd is where the directory is.
type zipEnd struct {
	entries        uint64
	offset, length int64
	limit          int64 // first byte behind where the directory may lie
}

func findZipEnd(src io.ReaderAt, size int64) (*zipEnd, error) {
	tail := make([]byte, min(size, zipEndLen+zipMaxComment))
	if err := readFull(src, tail, size-int64(len(tail))); err != nil {
		return nil, err
	}
	for search := tail; ; {
		at := bytes.LastIndex(search, []byte(zipEndSignature))
		if at < 0 {
			return nil, fault.New(fault.Truncated, "read ZIP: no directory at its end")
		}
		if rest := tail[at:]; len(rest) >= zipEndLen && zipEndLen+int(le16(rest[20:])) == len(rest) {
			return parseZipEnd(src, rest, size-int64(len(rest)))
		}
		search = search[:at]
	}
}

func parseZipEnd(src io.ReaderAt, b []byte, at int64) (*zipEnd, error) {
	end := &zipEnd{
		entries: uint64(le16(b[10:])),
		length:  int64(le32(b[12:])),
		offset:  int64(le32(b[16:])),
		limit:   at,
	}
	disks := le16(b[4:]) | le16(b[6:])
	if end.entries != 1<<16-1 && end.length != 1<<32-1 && end.offset != 1<<32-1 {
		if disks != 0 {
			return nil, fault.New(fault.Unsupported, "read ZIP: split over several files")
		}
		return end, nil
	}
	locator := make([]byte, zip64LocLen)
	if at < zip64LocLen {
		return end, nil
	}
	if err := readFull(src, locator, at-zip64LocLen); err != nil {
		return nil, err
	}
	if string(locator[:4]) != zip64LocatorSignature {
		return end, nil
	}
	where := le64(locator[8:])
	if where > uint64(at) || int64(where)+zip64EndLen > at {
		return nil, fault.New(fault.Manifest, "read ZIP: its end points outside")
	}
	record := make([]byte, zip64EndLen)
	if err := readFull(src, record, int64(where)); err != nil {
		return nil, err
	}
	if string(record[:4]) != zip64EndSignature {
		return nil, fault.New(fault.Manifest, "read ZIP: its end is malformed")
	}
	const most = 1<<63 - 1
	end.entries = le64(record[32:])
	end.length = int64(min(le64(record[40:]), most))
	end.offset = int64(min(le64(record[48:]), most))
	end.limit = int64(where)
	return end, nil
}

// check holds the claims of the end record against the file and the limits,
// before anything is allocated for them.
func (e *zipEnd) check(limits Limits) error {
	if e.offset > e.limit || e.length > e.limit-e.offset || e.offset+e.length != e.limit {
		return fault.New(fault.Manifest, "read ZIP: the directory is not where its end says")
	}
	if e.entries > uint64(e.length/zipEntryLen) {
		return fault.New(fault.Manifest, "read ZIP: %d members do not fit into a directory of %d bytes", e.entries, e.length)
	}
	if e.entries > uint64(limits.Members) {
		return fault.New(fault.Limit, "read ZIP: more than %d members", limits.Members)
	}
	if e.length > limits.Directory {
		return fault.New(fault.Limit, "read ZIP: directory larger than %d bytes", limits.Directory)
	}
	return nil
}
