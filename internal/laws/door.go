package laws

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Door stands before a server and lets requests meet the fates that were planned
// for them, by their number. It knows nothing of what the server can do of
// itself, so that a client is not tried against its own server's ideas of what
// goes wrong. It remembers what went through.
type Door struct {
	server http.Handler
	token  string // somebody else's, to look at the server with

	mu        sync.Mutex
	idle      *sync.Cond // nothing is under way; its lock is mu
	underWay  int
	fates     Fates
	count     int // requests since the fates were planned
	writes    int // those of them that write
	total     int // requests
	clock     int // of exchanges and marks
	exchanges []*Exchange
	marks     []mark
	dead      map[string]int // tokens that are refused from now on, with the status
	late      []errand
	lost      func(Exchange) bool // whose answers nobody takes in; nil for none
	frozen    *picture
}

// Exchange is one request that a door saw and what came of it. Its moments are
// numbers of one count that all exchanges of a door share; 0 is never.
type Exchange struct {
	Method, Path, Query string
	Body                []byte
	// Foreign is set for requests of somebody else than the program.
	Foreign bool
	// Sent is when the request came.
	Sent int
	// Done is when the server had carried it out and answered with Status.
	Done   int
	Status int
	// Answer is the server's, or what a read was shown of an earlier world.
	Answer []byte
	// Told is when the server's answer was passed on whole and as it was.
	Told int
	// Denied is set where the door itself said, in words that leave no doubt,
	// that nothing was done.
	Denied bool
	// Fate is what went wrong; empty for nothing.
	Fate string
}

// errand is a request that is carried out later than its client thinks.
type errand struct {
	due int // the number of the request before which it is
	run func()
}

// NewDoor returns a door before a server, with no fates planned.
func NewDoor(server http.Handler) *Door {
	d := &Door{server: server, dead: map[string]int{}}
	d.idle = sync.NewCond(&d.mu)
	return d
}

// Knows sets the token of somebody else. Requests with it are foreign: they meet
// no fate and do not count. It is called while no request is under way.
func (d *Door) Knows(token string) { d.token = token }

// Plan begins to count requests anew, for other fates.
func (d *Door) Plan(fates Fates) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fates, d.count, d.writes = fates, 0, 0
}

// Calm ends all trouble but that of tokens that died, and begins to count anew.
// It returns when no request is under way.
func (d *Door) Calm() {
	d.Plan(Fates{})
	d.Settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.frozen = nil
	for d.underWay > 0 {
		d.idle.Wait()
	}
}

// Count is the number of requests since Plan or Calm.
func (d *Door) Count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// Settle carries out what was to be carried out later.
func (d *Door) Settle() { d.runErrands(func(errand) bool { return true }) }

func (d *Door) runErrands(due func(errand) bool) {
	d.mu.Lock()
	var now []errand
	d.late = slices.DeleteFunc(d.late, func(e errand) bool {
		if due(e) {
			now = append(now, e)
			return true
		}
		return false
	})
	d.mu.Unlock()
	for _, e := range now {
		e.run()
	}
}

// Lose says of exchanges that the program was given their answers in vain: it
// was killed before it could take them in. That goes for what it sent before as
// well as for what has yet to be read of it, until the next run asks for a token.
func (d *Door) Lose(lost func(Exchange) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = lost
	for _, x := range d.exchanges {
		if !x.Foreign && lost(*x) {
			x.Told = 0
		}
	}
}

// Exchanges returns copies of all exchanges so far, in the order they came.
func (d *Door) Exchanges() []Exchange {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Exchange, len(d.exchanges))
	for i, x := range d.exchanges {
		out[i] = *x
	}
	return out
}

// String lists what the program sent, one exchange a line, with its moments.
func (d *Door) String() string {
	var b strings.Builder
	for _, x := range d.Exchanges() {
		if !x.Foreign {
			fmt.Fprintf(&b, "%d-%d-%d %s %s %s %d %s\n", x.Sent, x.Done, x.Told, x.Method, x.Path, x.Body, x.Status, x.Fate)
		}
	}
	return b.String()
}
