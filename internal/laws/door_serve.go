package laws

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

// ServeHTTP serves one request as its fate has it.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.underWay++
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.underWay--
		d.idle.Broadcast()
	}()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	x := &Exchange{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: body}
	token := r.Header.Get("Authorization")
	if d.token != "" && token == "Bearer "+d.token {
		x.Foreign = true
		d.enter(x, true)
		d.pass(w, d.carryOut(x, r), x)
		return
	}
	fate, n := d.enter(x, token != "")
	d.runErrands(func(e errand) bool { return e.due <= n })
	d.mu.Lock()
	status := d.dead[token]
	d.mu.Unlock()
	if status != 0 {
		d.deny(w, x, refusal(status))
		return
	}
	d.meet(w, r, x, fate, n)
}

// enter lets a request in and says its fate and its number.
func (d *Door) enter(x *Exchange, withToken bool) (Fate, int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x.Sent = d.tick()
	d.exchanges = append(d.exchanges, x)
	if x.Foreign {
		return Fate{}, 0
	}
	d.count++
	d.total++
	if !withToken {
		d.lost = nil
	}
	fate := d.fates.Requests[d.count]
	if withToken && x.Method != http.MethodGet {
		d.writes++
		if f, ok := d.fates.Writes[d.writes]; ok {
			fate = f
		}
	}
	switch {
	case fate.Kind == Dies && !withToken:
		fate = Fate{}
	case fate.Kind == Late && x.Method == http.MethodPatch:
		// One that landed after a later change would undo it, and no client can
		// do anything against that.
		fate = Fate{Kind: Cut}
	}
	if fate.Kind != "" {
		x.Fate = fate.String()
	}
	return fate, d.total
}

// tick is the next moment. The lock is held.
func (d *Door) tick() int {
	d.clock++
	return d.clock
}

// meet does to a request what its fate is.
func (d *Door) meet(w http.ResponseWriter, r *http.Request, x *Exchange, fate Fate, n int) {
	switch fate.Kind {
	case Slow:
		pause := time.NewTimer(slowBy)
		defer pause.Stop()
		<-pause.C
	case Dies:
		d.mu.Lock()
		d.dead[r.Header.Get("Authorization")] = fate.Status
		d.mu.Unlock()
		d.deny(w, x, refusal(fate.Status))
		return
	case Late:
		later := r.Clone(context.WithoutCancel(r.Context()))
		d.mu.Lock()
		d.late = append(d.late, errand{due: n + fate.Calls, run: func() { d.carryOut(x, later) }})
		d.mu.Unlock()
	case Frozen, FrozenLists:
		d.freeze(fate, n)
	}
	var k *kept
	if fate.Carried || fate.answers() {
		if k = d.shown(r, n); k == nil {
			k = d.carryOut(x, r)
		} else {
			d.mu.Lock()
			x.Answer = slices.Clone(k.body.Bytes())
			d.mu.Unlock()
		}
	}
	if fate.Do != nil {
		fate.Do()
	}
	if fate.Kind == Hang {
		<-r.Context().Done()
		return
	}
	d.answer(w, x, fate, k)
}

// answer sends what the client is to get.
func (d *Door) answer(w http.ResponseWriter, x *Exchange, fate Fate, k *kept) {
	switch fate.Kind {
	case Status:
		said := &kept{header: fate.Header.Clone(), status: fate.Status}
		said.body.WriteString("trouble")
		if !fate.Carried && fate.Status < http.StatusInternalServerError {
			d.deny(w, x, said)
			return
		}
		_ = said.send(w)
	case Cut, Late:
		cut(w, nil)
	case HalfBody, BrokenJSON, Empty, Page:
		k.spoil(w, fate.Kind)
	default:
		d.pass(w, k, x)
	}
}

// carryOut lets the server answer, and keeps the answer back.
func (d *Door) carryOut(x *Exchange, r *http.Request) *kept {
	r.Body = io.NopCloser(bytes.NewReader(x.Body))
	k := &kept{header: http.Header{}, status: http.StatusOK}
	d.server.ServeHTTP(k, r)
	d.mu.Lock()
	defer d.mu.Unlock()
	x.Done, x.Status, x.Answer = d.tick(), k.status, slices.Clone(k.body.Bytes())
	return k
}

// pass hands an answer on as it is.
func (d *Door) pass(w http.ResponseWriter, k *kept, x *Exchange) {
	d.mu.Lock()
	x.Told = d.tick() // before it is, so that nothing the client does then comes earlier
	lost := !x.Foreign && d.lost != nil && d.lost(*x)
	d.mu.Unlock()
	send := k.send
	if x.Fate == string(SlowBody) && k.status != http.StatusNoContent {
		send = k.dribble
	}
	if send(w) != nil || lost {
		d.mu.Lock()
		x.Told = 0
		d.mu.Unlock()
	}
}

// deny refuses a request that was not carried out.
func (d *Door) deny(w http.ResponseWriter, x *Exchange, k *kept) {
	d.mu.Lock()
	x.Denied = true
	d.mu.Unlock()
	_ = k.send(w)
}
