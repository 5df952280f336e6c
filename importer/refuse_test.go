package importer_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"hindsite.app/importer"
	"hindsite.app/player/fault"
)

// TestRefusedByName has recordings that are known and not read: each says what
// it is.
func TestRefusedByName(t *testing.T) {
	noise := make([]byte, 4000)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	const meta = `{"type":4,"data":{"width":400,"height":800,"href":""},"timestamp":1700000000000}`
	for _, c := range []struct{ name, content, says string }{
		{"export.ph-recording.json", `{"version":"2023-04-28","data":{"id":"m","snapshots":[` + meta +
			`,{"type":2,"timestamp":1700000000001,"data":{"wireframes":[{"id":1,"type":"text","text":"hi"}],"initialOffset":{"top":0,"left":0}}}]}}`, "PostHog's of a mobile application"},
		{"segment.bin", "{\"segment_id\":0}\n[" + meta + `,{"type":5,"timestamp":1700000000,"data":{"tag":"video","payload":{"segmentId":0,"size":10,"duration":5}}}]`, "Sentry's of a mobile application"},
		{"blob_key_0.bin", string(noise), "encrypted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got importer.Result
			sum, err := importer.Run(t.Context(), []importer.Input{input(c.name, []byte(c.content))}, &keeper{}, importer.Options{
				Report: func(r importer.Result) { got = r },
			})
			if err != nil || sum.Refused != 1 || got.Class() != fault.Unsupported || !strings.Contains(got.Err.Error(), c.says) {
				t.Errorf("%+v: %v, %v", sum, got.Err, err)
			}
		})
	}
}
