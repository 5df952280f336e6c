package flat_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"bytes"

	"hindsite.app/importer/format"
	"hindsite.app/importer/format/rrweb"
	"hindsite.app/player/recording"
	"hindsite.app/player/render"
)

func TestStudyX(t *testing.T) {
	for _, id := range []string{"s-0001", "s-0007", "s-0003", "s-0009", "s-0011", "s-0013", "s-0005"} {
		raw, err := os.ReadFile(filepath.Join(shared(t), "study", "sessions", id+".ndjson"))
		if err != nil {
			continue
		}
		for s, err := range (rrweb.Decoder{}).Decode(context.Background(), bytes.NewReader(raw), format.Hints{Name: id}, format.DefaultLimits()) {
			if err != nil {
				t.Fatal(err)
			}
			for k, f := range []float64{0.15, 0.5, 0.95} {
				d := stateAt(s.Recording, recording.Time(float64(s.Recording.Duration)*f))
				sess := open(t, d)
				picture(t, sess, fmt.Sprintf("/tmp/pg/%s-%d.png", id, k))
				txt, _ := sess.Text(context.Background())
				w, h := d.Viewport()
				fmt.Println(id, k, w, h, len(txt))
			}
		}
	}
	_ = render.Request{}
}
