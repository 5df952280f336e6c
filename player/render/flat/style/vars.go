package style

import (
	"maps"
	"slices"

	"hindsite.app/player/render/flat/css"
)

// Limits of substitution: a value that needs more is invalid, so that nested
// references cannot grow without end.
const (
	maxSubstituted = 4096 // tokens of one value
	maxVarDepth    = 32
	maxVarSteps    = 20_000 // of one element
	maxChain       = 24
)

// Lookup returns the value of a custom property, or nil.
func (v *Vars) lookup(name string) ([]css.Token, bool) {
	for ; v != nil; v = v.parent {
		if t, ok := v.own[name]; ok {
			return t, t != nil
		}
	}
	return nil, false
}

// extend returns Vars with own over v.
func (v *Vars) extend(own map[string][]css.Token) *Vars {
	depth := 1
	if v != nil {
		depth = v.depth + 1
	}
	if depth <= maxChain {
		return &Vars{parent: v, own: own, depth: depth}
	}
	all := map[string][]css.Token{}
	var chain []*Vars
	for p := v; p != nil; p = p.parent {
		chain = append(chain, p)
	}
	for i := len(chain) - 1; i >= 0; i-- {
		maps.Copy(all, chain[i].own)
	}
	maps.Copy(all, own)
	return &Vars{own: all, depth: 1}
}

// equal reports whether two chains hold the same values.
func (v *Vars) equal(o *Vars) bool {
	for v != o {
		if v == nil || o == nil || v.depth != o.depth || len(v.own) != len(o.own) {
			return false
		}
		for name, t := range v.own {
			u, ok := o.own[name]
			if !ok || (t == nil) != (u == nil) || !slices.Equal(t, u) {
				return false
			}
		}
		v, o = v.parent, o.parent
	}
	return true
}

// resolver substitutes var() for one element.
type resolver struct {
	parent *Vars
	raw    map[string][]css.Token // of this element, not yet substituted
	done   map[string][]css.Token
	busy   map[string]bool
	steps  int
	fall   map[string][]css.Token // @property initial values
}

// value returns the substituted value of a custom property.
func (r *resolver) value(name string, depth int) ([]css.Token, bool) {
	if t, ok := r.done[name]; ok {
		return t, t != nil
	}
	if raw, ok := r.raw[name]; ok {
		if r.busy[name] || depth > maxVarDepth {
			return nil, false // a cycle: invalid
		}
		switch wideKeyword(raw) {
		case inheritKeyword, unsetKeyword, revertKeyword:
			return r.parent.lookup(name)
		case initialKeyword:
			t, ok := r.fall[name]
			return t, ok
		}
		r.busy[name] = true
		t, ok := r.substitute(raw, depth+1)
		delete(r.busy, name)
		if !ok {
			t = nil
		} else if t == nil {
			t = []css.Token{}
		}
		r.done[name] = t
		return t, t != nil
	}
	if t, ok := r.parent.lookup(name); ok {
		return t, true
	}
	t, ok := r.fall[name]
	return t, ok
}

// substitute replaces var() and env() in v.
func (r *resolver) substitute(v []css.Token, depth int) ([]css.Token, bool) {
	if depth > maxVarDepth {
		return nil, false
	}
	var out []css.Token
	for i := 0; i < len(v); i++ {
		t := v[i]
		r.steps++
		if r.steps > maxVarSteps || len(out) > maxSubstituted {
			return nil, false
		}
		if t.Kind != css.Function || t.Text != "var" && t.Text != "env" {
			out = append(out, t)
			continue
		}
		inner, rest := css.Block(v[i:])
		i = len(v) - len(rest) - 1
		part, ok := r.reference(inner, depth)
		if !ok || len(out)+len(part) > maxSubstituted {
			return nil, false
		}
		r.steps += len(part)
		out = append(out, part...)
	}
	return out, true
}

func (r *resolver) reference(inner []css.Token, depth int) ([]css.Token, bool) {
	inner = css.Trim(inner)
	if len(inner) == 0 || inner[0].Kind != css.Ident {
		return nil, false
	}
	if t, ok := r.value(inner[0].Text, depth+1); ok {
		return css.Trim(t), true
	}
	for i, t := range inner {
		if t.Kind == css.Comma {
			return r.substitute(css.Trim(inner[i+1:]), depth+1)
		}
	}
	return nil, false
}
