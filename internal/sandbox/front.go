package sandbox

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Front stands before a vendor's handler: it counts and shows requests, lets
// them go wrong as the plan of faults says, and keeps the budget.
type Front struct {
	// Tokens are what the vendor's handler issues and checks.
	Tokens *Tokens

	handler http.Handler
	o       FrontOptions
	faults  *schedule
	budget  *budget
	delay   time.Duration

	mu      sync.Mutex // for the beginning of requests and of Close
	running sync.WaitGroup
	closed  chan struct{} // closed by Close

	shown observers
}

// FrontOptions says what a Front is made of.
type FrontOptions struct {
	// Chosen holds at least the switches of FrontSwitches.
	Chosen Behaviour
	Store  *Store
	Now    func() time.Time                       // nil is the computer's clock
	After  func(d time.Duration) <-chan time.Time // nil is time.After
	// Log gets a line for each request, without its query, from many goroutines:
	// its number, the method, the path, the status, 0 where there was none, and
	// what went wrong on purpose. Nil for none.
	Log func(string)
	// Observe gets each request when it is over, in the order of their ends and
	// never two at once. When Close has returned, it has had all. Nil for none.
	Observe func(Exchange)
	// Refuse writes an error in the vendor's shape.
	Refuse func(w http.ResponseWriter, status int, message string)
}

// Exchange is a request that is over.
type Exchange struct {
	Number int // among all requests, from 1 on
	Method string
	Path   string // as it was sent, with its escapes
	Query  string
	Type   string // the content type of Body, as it was sent
	// Body is the request's. Partial is set where it is the beginning, BodyKept
	// long, of a longer one.
	Body    []byte
	Partial bool
	// Status and Answer are what the server decided. A status of 0 is that of a
	// request that a fault kept away: it was not carried out.
	Status     int
	AnswerType string // the content type of Answer
	Answer     []byte
	// Fate names the fault, several with a + between; it is empty for none.
	Fate string
	// Delivered reports that the client was given the answer as it was. Whether
	// it lived to read it, no server can tell.
	Delivered bool
}

// NewFront makes a Front; Handle gives it what it stands before.
func NewFront(o FrontOptions) (*Front, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	f := &Front{o: o, closed: make(chan struct{})}
	var err error
	if f.faults, err = newSchedule(o.Chosen["faults"]); err != nil {
		return nil, err
	}
	limit, window, err := parseBudget(o.Chosen["budget"])
	if err != nil {
		return nil, err
	}
	f.budget = &budget{now: o.Now, limit: limit, window: window}
	if f.Tokens, err = newTokens(o.Chosen, o.Now); err != nil {
		return nil, err
	}
	f.delay, err = time.ParseDuration(o.Chosen["delay"])
	return f, err
}

// Handle sets the vendor's handler. It is called once, before the first request.
func (f *Front) Handle(h http.Handler) { f.handler = h }

// Requests is the number of requests so far.
func (f *Front) Requests() int { return f.faults.requests() }

// ServeHTTP serves one request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.begin() {
		f.o.Refuse(w, http.StatusServiceUnavailable, "the server is closed")
		return
	}
	defer f.running.Done()
	f.o.Store.Tick()
	number, faults := f.faults.next(r)
	x := &exchange{Exchange: Exchange{Number: number, Method: r.Method, Path: r.URL.EscapedPath(),
		Query: r.URL.RawQuery, Type: r.Header.Get("Content-Type")}, w: w, r: r, front: f}
	x.serve(faults)
	if f.o.Log != nil {
		line := fmt.Sprintf("%d %s %s %d", x.Number, x.Method, x.Path, x.sent)
		if x.Fate != "" {
			line += " (fault " + x.Fate + ")"
		}
		f.o.Log(line)
	}
	if f.o.Observe != nil {
		x.ends()
		f.shown.leave(x, f.o.Observe)
	}
}

func (f *Front) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.closed:
		return false
	default:
		f.running.Add(1)
		return true
	}
}

// Close ends what hangs, drops what is late, and returns when every request is
// over. Later ones are refused. It may be called more than once.
func (f *Front) Close() {
	f.mu.Lock()
	select {
	case <-f.closed:
	default:
		close(f.closed)
	}
	f.mu.Unlock()
	f.running.Wait()
}
