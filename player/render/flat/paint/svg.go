package paint

func (p *painter) svg(it *Item, r Rect) {}
