package sandbox

import (
	"sync"
)

// observers keeps exchanges in the order in which they ended. One ends before its
// client can know, so that of two calls, the second made because of the first,
// the first is shown first.
type observers struct {
	mu   sync.Mutex
	line []*exchange
}

// ends takes the exchange's place in the line. Only the first call counts.
func (x *exchange) ends() {
	if x.ended || x.front.o.Observe == nil {
		return
	}
	x.ended = true
	o := &x.front.shown
	o.mu.Lock()
	defer o.mu.Unlock()
	o.line = append(o.line, x)
}

// leave shows an exchange that is over as soon as all before it were.
func (o *observers) leave(x *exchange, show func(Exchange)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x.over = true
	for len(o.line) > 0 && o.line[0].over {
		show(o.line[0].Exchange)
		o.line = o.line[1:]
	}
}
