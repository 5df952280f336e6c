package openreplay

import "hindsite.app/player/fault"

// dictionary holds the texts that messages name by a key. Keys of the first
// two kinds hold for the whole session, wherever they are said; those of the
// third begin anew with each page.
type dictionary struct {
	global map[int64]string
	keyed  map[string]string
	local  map[int64]string
	bytes  int
}

// maxDictionary bounds the bytes of all texts.
const maxDictionary = 256 << 20

func newDictionary() *dictionary {
	return &dictionary{global: map[int64]string{}, keyed: map[string]string{}, local: map[int64]string{}}
}

// learn takes the texts that hold for the whole session.
func (d *dictionary) learn(messages []message) error {
	var f fields
	for _, m := range messages {
		if m.kind != stringGlobal && m.kind != stringKeyed {
			continue
		}
		if _, err := f.read(shapes[m.kind], m.body); err != nil {
			continue // counted when it was scanned
		}
		text := f.text(1)
		if m.kind == stringGlobal {
			d.global[f.num(0)] = text
		} else {
			d.keyed[f.text(0)] = text
		}
		if err := d.spend(len(text) + len(f.texts[0])); err != nil {
			return err
		}
	}
	return nil
}

func (d *dictionary) learnLocal(key int64, text string) error {
	d.local[key] = text
	return d.spend(len(text))
}

func (d *dictionary) spend(n int) error {
	if d.bytes += n; d.bytes > maxDictionary {
		return fault.New(fault.Limit, "read session: its dictionary holds more than %d bytes", maxDictionary)
	}
	return nil
}
