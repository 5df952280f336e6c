package state

// news tells somebody who listens that something is other than it was. What was
// not heard yet is not told twice.
type news chan struct{}

func newNews() news { return make(news, 1) }

// Changed tells, at most once until it is read, that what there is to show is
// something else.
func (n news) Changed() <-chan struct{} { return n }

func (n news) tell() {
	select {
	case n <- struct{}{}:
	default:
	}
}
