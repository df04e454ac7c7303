package laws

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Kind is a way in which a request goes wrong. The empty kind is none.
type Kind string

// The kinds of fates.
const (
	Status      Kind = "status"       // the door answers with Fate.Status
	Cut         Kind = "cut"          // the connection is cut
	HalfBody    Kind = "half-body"    // it is carried out, and the answer cut in the middle
	BrokenJSON  Kind = "broken-json"  // it is carried out, and half of the answer is sent as if it were all
	Empty       Kind = "empty"        // it is carried out, and the answer has no body
	Page        Kind = "page"         // a page for people is answered, with 200
	Slow        Kind = "slow"         // the answer takes a little
	SlowBody    Kind = "slow-body"    // its second half comes a little after the first
	Hang        Kind = "hang"         // nothing is answered until the client goes away
	Dies        Kind = "dies"         // the token is refused from now on, with Fate.Status
	Late        Kind = "late"         // the connection is cut, and it is carried out Fate.Calls requests later
	Frozen      Kind = "frozen"       // all reads show the world as it is now, for Fate.Calls requests
	FrozenLists Kind = "frozen-lists" // lists do, and reads of one object show what is
)

// slowBy is what a slow answer takes.
const slowBy = 5 * time.Millisecond

// Fates are what happens to requests, by their number.
type Fates struct {
	Requests map[int]Fate
	// Writes counts those requests alone that write; they come first.
	Writes map[int]Fate
}

// Fate is what happens to one request.
type Fate struct {
	Kind Kind
	// Status, and with kind Status the Header, are what the door answers.
	Status int
	Header http.Header
	// Carried is set where the server carries the request out before.
	Carried bool
	// Calls is for how many requests a kind lasts.
	Calls int
	// Do is called before the client gets its answer, or what stands for it.
	Do func()
}

// answers reports whether the fate needs the server's answer.
func (f Fate) answers() bool {
	return !slices.Contains([]Kind{Status, Cut, Page, Late, Hang}, f.Kind)
}

// String names the fate in messages.
func (f Fate) String() string {
	words := []string{string(f.Kind)}
	if f.Status != 0 {
		words = append(words, fmt.Sprint(f.Status))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Header)) {
		words = append(words, name+": "+strings.Join(f.Header[name], ", "))
	}
	if f.Carried {
		words = append(words, "after it was carried out")
	}
	if f.Calls > 0 {
		words = append(words, fmt.Sprintf("for %d calls", f.Calls))
	}
	return strings.Join(words, " ")
}

// kept is an answer that is kept back.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) WriteHeader(status int)      { k.status = status }
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// send passes the answer on whole. The error is that of a client that is gone.
func (k *kept) send(w http.ResponseWriter) error {
	maps.Copy(w.Header(), k.header)
	if k.status != http.StatusNoContent {
		w.Header().Set("Content-Length", fmt.Sprint(k.body.Len()))
	}
	w.WriteHeader(k.status)
	if k.status != http.StatusNoContent {
		if _, err := w.Write(k.body.Bytes()); err != nil {
			return err
		}
	}
	return http.NewResponseController(w).Flush()
}

// dribble passes the answer on in two halves.
func (k *kept) dribble(w http.ResponseWriter) error {
	whole := k.body.Bytes()
	maps.Copy(w.Header(), k.header)
	w.WriteHeader(k.status)
	if _, err := w.Write(whole[:len(whole)/2]); err != nil {
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		return err
	}
	pause := time.NewTimer(slowBy)
	defer pause.Stop()
	<-pause.C
	if _, err := w.Write(whole[len(whole)/2:]); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// spoil passes on what a fate leaves of an answer.
func (k *kept) spoil(w http.ResponseWriter, kind Kind) {
	switch kind {
	case HalfBody:
		var raw bytes.Buffer
		fmt.Fprintf(&raw, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", k.status, http.StatusText(k.status), k.body.Len()+1)
		raw.Write(k.body.Bytes()[:k.body.Len()/2])
		cut(w, raw.Bytes())
		return
	case BrokenJSON:
		k.body.Truncate(k.body.Len() / 2)
	case Empty:
		k.body.Reset()
	case Page:
		k = &kept{header: http.Header{"Content-Type": {"text/html"}}, status: http.StatusOK}
		k.body.WriteString("<!doctype html><title>Sign in</title><p>Please sign in.")
	}
	_ = k.send(w)
}

// cut ends the connection after some raw bytes.
func cut(w http.ResponseWriter, raw []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusBadGateway) // no plain HTTP/1: the nearest thing to silence
		return
	}
	_, _ = conn.Write(raw)
	_ = conn.Close()
}

// refusal refuses a token. With 403 there is no word of the token in it.
func refusal(status int) *kept {
	k := &kept{header: http.Header{"Content-Type": {"application/json"}}, status: status}
	text := "no"
	if status == http.StatusUnauthorized {
		text = "the token has expired"
	}
	fmt.Fprintf(&k.body, `{"id":"refused","message":%q,"status":%d}`, text, status)
	return k
}
