package state

import (
	"context"
	"iter"
	"maps"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// rewriter keeps what a run does at a place that can only be given a whole state: all
// intents before the first call, results every few seconds. A run that is killed loses
// the results since the last writing; their intents are there, so the next run looks
// for what became of them.
type rewriter struct {
	session *remoteSession
	stop    context.CancelFunc
	ended   sync.WaitGroup

	// These are the session's, under its mu.
	announced map[schema.Address]told // intents that are kept already
	begun     map[schema.Address]bool
	unwritten bool                      // the last writing has failed
	asked     uint64                    // counts the intents that are to be written at once
	there     map[schema.Address]Intent // what is pending in the text at the place

	writing sync.Mutex // held during a writing
	kept    uint64     // of those asked for, under writing

	mu  sync.Mutex
	err error // the failure of the last writing
}

// told is an intent as it was announced, and when.
type told struct {
	intent Intent
	when   time.Time
}

// lead is how far ahead of each writing the calls that were only announced are dated.
// One that is begun before the next writing is then never taken for an earlier one,
// which a reading might seem to disprove. It is less than clocks may lie apart.
const lead = 30 * time.Second

// early is how much earlier than it was made a call may be dated at the place, when it
// had to wait for its turn. It is far less than what a reading proves has to lie apart.
const early = 5 * time.Second

func newRewriter(s *remoteSession, every time.Duration) *rewriter {
	ctx, cancel := context.WithCancel(context.Background())
	w := &rewriter{session: s, stop: cancel, announced: map[schema.Address]told{}, begun: map[schema.Address]bool{}}
	w.ended.Go(func() {
		for Pause(ctx, every) == nil {
			if w.isStale() {
				w.fail(w.write(everything))
			}
		}
	})
	return w
}

// announce keeps all intents in one writing.
func (w *rewriter) announce(all iter.Seq[Intent]) error {
	s, now := w.session, time.Now()
	s.mu.Lock()
	for i := range all {
		if _, twice := w.announced[i.Address]; twice {
			continue // of two calls about one object only the first can be next
		}
		w.announced[i.Address] = told{i, now}
		s.pending[i.Address] = i
	}
	some := len(w.announced) > 0
	s.mu.Unlock()
	if !some {
		return nil
	}
	return w.write(everything)
}

// intent is called before a call is made. One that was not announced is written at
// once, whole, since nothing else would outlive the process; and so is one that comes
// later than the last writing allows for.
func (w *rewriter) intent(i Intent) error {
	if err := w.failed(); err != nil {
		return err
	}
	s := w.session
	s.mu.Lock()
	w.begun[i.Address] = true
	if w.tells(i) {
		s.mu.Unlock()
		return nil
	}
	s.pending[i.Address] = i
	s.dirty, s.unfolded = true, true
	w.asked++
	mine := w.asked
	s.mu.Unlock()
	err := w.write(mine)
	w.fail(err)
	return err
}

// tells reports whether the text at the place tells of a call as well as it has to; the
// session's mu is held.
func (w *rewriter) tells(i Intent) bool {
	t, there := w.there[i.Address]
	return there && t.Action == i.Action && t.ID == i.ID && !i.At.After(t.At.Add(early))
}

// elapsed is the time since a moment by the clock that went on for longer: that for
// durations may stand still while the machine sleeps.
func elapsed(since time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

// isStale reports whether there is something to write.
func (w *rewriter) isStale() bool {
	w.session.mu.Lock()
	defer w.session.mu.Unlock()
	return w.session.unfolded || w.unwritten
}

// unbegun reports whether an intent was announced and not begun: then its call was
// never made.
func (w *rewriter) unbegun(a schema.Address, _ Intent) bool {
	_, announced := w.announced[a]
	return announced && !w.begun[a]
}

// date brings the times of what is announced and not begun ahead of now; the session's
// mu is held.
func (w *rewriter) date() {
	for a, t := range w.announced {
		if i, open := w.session.pending[a]; open && !w.begun[a] {
			i.At = t.intent.At.Add(elapsed(t.when) + lead)
			w.session.pending[a] = i
			w.session.dirty, w.session.unfolded = true, true
		}
	}
}

// everything asks for a writing whatever has been written.
const everything = 0

// write brings the state as it is to the place, unless a writing that was under way
// has brought the intent with that number there. Each writing is a version of its own,
// since a server may take no version twice.
func (w *rewriter) write(number uint64) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if number != everything && number <= w.kept {
		return nil
	}
	s := w.session
	s.mu.Lock()
	w.date()
	asked, there := w.asked, maps.Clone(s.pending)
	next := s.next()
	data, err := s.codec.encode(next, s.texts)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	ctx, cancel := s.patience()
	defer cancel()
	if err := s.hold.Replace(ctx, data); err != nil {
		s.mu.Lock()
		w.unwritten = true
		s.mu.Unlock()
		return s.judged(err)
	}
	s.mu.Lock()
	w.unwritten, w.there, w.kept = false, there, asked
	written := *s.base
	written.Serial = next.Serial
	s.base = &written
	s.mu.Unlock()
	return nil
}

func (w *rewriter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

func (w *rewriter) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// end waits until no writing is under way.
func (w *rewriter) end() {
	w.stop()
	w.ended.Wait()
}
