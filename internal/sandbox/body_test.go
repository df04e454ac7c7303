package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"
)

// long is a body of some length, made as it is read.
func long(n int64) io.Reader { return io.LimitReader(pattern{}, n) }

type pattern struct{}

func (pattern) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// send posts a body and returns the status, 0 for none.
func send(ctx context.Context, t *testing.T, url string, body io.Reader, size int64) int {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = size
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Error(err)
	}
	return response.StatusCode
}

// TestLongBodies: of a long body the beginning is shown, and all is carried out.
func TestLongBodies(t *testing.T) {
	for _, test := range []struct {
		size    int64
		unknown bool // to the server, before the body has ended
		kept    int
		partial bool
	}{
		{size: 0},
		{size: 1, kept: 1},
		{size: BodyKept, kept: BodyKept},
		{size: BodyKept, unknown: true, kept: BodyKept},
		{size: BodyKept + 1, kept: BodyKept, partial: true},
		{size: 3*BodyKept + 7, unknown: true, kept: BodyKept, partial: true},
	} {
		b := newFront(t, nil)
		announced := test.size
		if test.unknown {
			announced = -1
		}
		if status := send(t.Context(), t, b.listen(), long(test.size), announced); status != http.StatusCreated {
			t.Errorf("%+v: status %d", test, status)
		}
		if got := <-b.carried; int64(len(got)) != test.size {
			t.Errorf("%+v: %d bytes were carried out", test, len(got))
		}
		if x := <-b.seen; len(x.Body) != test.kept || x.Partial != test.partial || !x.Delivered {
			t.Errorf("%+v: %d bytes were shown, partial: %v, delivered: %v", test, len(x.Body), x.Partial, x.Delivered)
		}
	}
}

// TestLongBodiesCarriedOutLate: what is carried out when its connection is gone
// is whole, and leaves nothing behind.
func TestLongBodiesCarriedOutLate(t *testing.T) {
	aside := t.TempDir()
	t.Setenv("TMPDIR", aside)
	t.Setenv("TMP", aside)
	timer := make(chan time.Time)
	b := newFront(t, func(o *FrontOptions) { o.After = func(time.Duration) <-chan time.Time { return timer } }, "faults", "1:late")
	const size = 3 * BodyKept
	if status := send(t.Context(), t, b.listen(), long(size), size); status != 0 {
		t.Errorf("status %d", status)
	}
	if len(b.carried) != 0 {
		t.Error("it was carried out at once")
	}
	timer <- time.Time{}
	if got := <-b.carried; len(got) != size {
		t.Errorf("%d bytes were carried out", len(got))
	}
	if x := <-b.seen; x.Status != http.StatusCreated || !x.Partial || x.Delivered {
		t.Errorf("%d, partial: %v, delivered: %v", x.Status, x.Partial, x.Delivered)
	}
	if left, err := os.ReadDir(aside); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// TestLongBodiesAndFaults: faults that keep a request away do so to one with a
// long body.
func TestLongBodiesAndFaults(t *testing.T) {
	for fault, status := range map[string]int{"cut-before": 0, "503": 503, "html": 200, "hang": 0} {
		b := newFront(t, nil, "faults", "1:"+fault)
		url := b.listen()
		ctx, cancel := context.WithCancel(t.Context())
		body := long(3 * BodyKept)
		if fault == "hang" {
			body = io.MultiReader(body, atEnd(cancel))
		}
		if got := send(ctx, t, url, body, -1); got != status {
			t.Errorf("%s: status %d", fault, got)
		}
		if x := <-b.seen; x.Status != 0 || x.Delivered || !x.Partial || len(b.carried) != 0 {
			t.Errorf("%s: %d, delivered: %v, partial: %v, carried out: %d", fault, x.Status, x.Delivered, x.Partial, len(b.carried))
		}
		cancel()
	}
}

// atEnd is nothing to read, and calls a function as that is read.
type atEnd func()

func (f atEnd) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

// TestLongBodyBreaksOff: the handler of a long body that ends early is told.
func TestLongBodyBreaksOff(t *testing.T) {
	b := newFront(t, nil)
	failed := make(chan error, 1)
	b.Handle(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		failed <- err
		w.WriteHeader(http.StatusBadRequest)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	send(ctx, t, b.listen(), io.MultiReader(long(2*BodyKept), atEnd(cancel)), 3*BodyKept)
	if err := <-failed; err == nil {
		t.Error("the body seemed whole")
	}
	if x := <-b.seen; x.Delivered {
		t.Errorf("%d was delivered", x.Status)
	}
}

// TestLongBodiesTakeNoMemory sends much more than is kept, also where it is
// carried out late.
func TestLongBodiesTakeNoMemory(t *testing.T) {
	const size = 24 << 20
	t.Setenv("TMPDIR", t.TempDir())
	for _, faults := range []string{"none", "1:slow=0s", "1:late=0s", "1:502-after"} {
		b := newFront(t, nil, "faults", faults)
		b.Handle(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, err := io.Copy(io.Discard, r.Body)
			if n != size || err != nil {
				t.Error(n, err)
			}
		}))
		url := b.listen()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		send(t.Context(), t, url, long(size), size)
		x := <-b.seen
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 6<<20 {
			t.Errorf("%s: %d MiB were allocated for %d", faults, grown>>20, size>>20)
		}
		if !bytes.Equal(x.Body[:3], []byte("xxx")) || x.Status != http.StatusOK {
			t.Errorf("%s: %d", faults, x.Status)
		}
	}
}

// TestLongBodiesAndTheBudget: a request for which no budget is left is refused
// without its body.
func TestLongBodiesAndTheBudget(t *testing.T) {
	b := newFront(t, func(o *FrontOptions) { o.Observe = nil }, "budget", "1/1h")
	url := b.listen()
	for i, want := range []int{http.StatusCreated, http.StatusTooManyRequests} {
		if got := send(t.Context(), t, url, long(3*BodyKept), 3*BodyKept); got != want {
			t.Errorf("request %d: status %d, want %d", i+1, got, want)
		}
	}
	if len(b.carried) != 1 {
		t.Errorf("%d were carried out", len(b.carried))
	}
}
