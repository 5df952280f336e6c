package state

import (
	"bytes"
	"context"
	"errors"
	"io"

	"hindsite.app/importer"
	"hindsite.app/importer/format/openreplay"
	"hindsite.app/player/fault"
)

// ConvertOptions says what to convert, with which key, and what to pack it
// into.
type ConvertOptions struct {
	PackOptions
	OpenReplayKeyFile string // key of the session, as OpenReplay hands it out
}

// ConvertWarning is what whoever converts must know.
const ConvertWarning = "The files are encrypted in a way that does not show changes: whoever had them could have changed what they say, and nobody can tell. The archive says for good that it was converted and that its source was not authenticated."

// convertedFrom is what the archive says that it was converted from.
const convertedFrom = "OpenReplay"

// maxFileKey bounds the file that a session's key is in.
const maxFileKey = 4 << 10

// Convert opens files that OpenReplay encrypted, in memory, and packs what is
// in them. It is apart from importing because such files are not authenticated:
// it must be asked for, and the archive says it.
func Convert(ctx context.Context, o ConvertOptions, d Deps) (Packed, error) {
	text, err := readSmall(o.OpenReplayKeyFile, maxFileKey)
	if err != nil {
		return Packed{}, fault.New(fault.NoKey, "read OpenReplay key: %w", unwrapPath(err))
	}
	key, err := openreplay.ParseKey(text)
	clear(text)
	if err != nil {
		return Packed{}, err
	}
	target, err := o.target(d)
	if err != nil {
		return Packed{}, err
	}
	target.info.Converted = convertedFrom
	ins, err := inputs(o.Paths)
	if err != nil {
		return Packed{}, err
	}
	for i := range ins {
		ins[i] = decrypted(ins[i], key)
	}
	packed, err := packInputs(ctx, ins, target, o.PackOptions, d)
	if err == nil {
		packed.Converted = convertedFrom
	}
	return packed, err
}

// decrypted returns the input as what it is once its files are decrypted.
// Those that cannot be are refused when they are opened.
func decrypted(in importer.Input, key *openreplay.Key) importer.Input {
	if len(in.Parts) == 0 {
		return decryptedFile(in, key)
	}
	parts := make([]importer.Input, len(in.Parts))
	in.Size = 0
	for i, p := range in.Parts {
		parts[i] = decryptedFile(p, key)
		in.Size += parts[i].Size
	}
	in.Parts = parts
	return in
}

func decryptedFile(in importer.Input, key *openreplay.Key) importer.Input {
	open := func() ([]byte, error) { return decrypt(in, key) }
	out := in
	out.Open = func() (importer.Source, error) {
		plain, err := open()
		if err != nil {
			return nil, err
		}
		return inMemory{bytes.NewReader(plain)}, nil
	}
	// The size must be known before; what is decrypted for it is not kept, so
	// that a folder does not stand in memory.
	if plain, err := open(); err == nil {
		out.Size = int64(len(plain))
		clear(plain)
	}
	return out
}

func decrypt(in importer.Input, key *openreplay.Key) (plain []byte, err error) {
	if !openreplay.IsMob(in.Name) || in.Open == nil {
		return nil, fault.New(fault.Unsupported, "convert: not a file of OpenReplay")
	}
	src, err := in.Open()
	if err != nil {
		return nil, fault.Default(fault.Storage, err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return key.DecryptFrom(io.NewSectionReader(src, 0, in.Size))
}

// inMemory is a source that is not on the disk.
type inMemory struct{ *bytes.Reader }

// Close implements importer.Source.
func (inMemory) Close() error { return nil }
