package layout

import "hindsite.app/player/render/flat/style"

// maxContainers bounds the query containers of one page.
const maxContainers = 5000

// Containers returns the sizes of the query containers of a page.
func (p *Page) Containers() style.Containers {
	if p == nil || p.Root == nil {
		return nil
	}
	var found style.Containers
	var visit func(b *Box)
	visit = func(b *Box) {
		if b.Style.Container != style.NoContainer && b.Node != nil && b.Node.DOM != nil && len(found) < maxContainers {
			if found == nil {
				found = style.Containers{}
			}
			s := style.Size{W: b.contentW()}
			if b.Style.Container == style.WholeSize {
				s.H = b.contentH()
			}
			found[b.Node.DOM] = s
		}
		for _, c := range b.Children {
			visit(c)
		}
	}
	visit(p.Root)
	return found
}
