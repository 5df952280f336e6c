package importer

import (
	"testing"

	"hindsite.app/importer/envelope"
	"hindsite.app/importer/signature"
)

// Neither where an archive comes from nor the site that it names gets it round
// the rules of the other.
func TestStricterOrigin(t *testing.T) {
	rules := map[string]signature.Policy{"strict": signature.Require, "": signature.Warn, "loose": signature.Warn}
	r := run{options: Options{Trust: func(origin string) ([]signature.Pin, signature.Policy) {
		return []signature.Pin{{Name: origin}}, rules[origin]
	}}}
	// A recording without a manifest names no site.
	o := &opened{Archive: &envelope.Archive{}}
	for _, c := range []struct {
		fetched string
		want    signature.Policy
		pins    int
	}{{"", signature.Warn, 1}, {"loose", signature.Warn, 2}, {"strict", signature.Require, 2}} {
		pins, policy := r.trust(Input{Origin: c.fetched}, o)
		if policy != c.want || len(pins) != c.pins {
			t.Errorf("fetched from %q: %s with %d keys", c.fetched, policy, len(pins))
		}
	}
	if pins, policy := (&run{}).trust(Input{Origin: "strict"}, o); policy != signature.Warn || pins != nil {
		t.Errorf("without trust: %s, %v", policy, pins)
	}
}
