package statetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// Mortal makes backends on places whose runs can be killed, for the tests of such
// places: from then on nothing of what a run does reaches its place.
type Mortal struct {
	// Place makes a place on the store, as another process would.
	Place func() state.Place
	// Free does to the lock of a killed run what its death does, at once: it is given
	// the hold, to close its connections for instance. With nil the lock is removed.
	Free func(hold state.Hold) error
	// Options are those of the backends.
	Options []state.Option

	mu    sync.Mutex
	holds map[state.Session]*mortalHold
}

// Store is a store of the suite, but for what a place's own tests add.
func (m *Mortal) Store(types func(string) *schema.Type) Store {
	m.holds = map[state.Session]*mortalHold{}
	return Store{
		Open: func() state.Backend { return m.backend(types) },
		Kill: m.kill,
	}
}

func (m *Mortal) backend(types func(string) *schema.Type) state.Backend {
	place := &mortalPlace{Place: m.Place()}
	return &mortalBackend{Backend: state.NewRemote(place, types, "1.2.3", m.Options...), place: place, mortal: m}
}

func (m *Mortal) kill(s state.Session) {
	m.mu.Lock()
	hold := m.holds[s]
	m.mu.Unlock()
	hold.die()
	var err error
	if m.Free != nil {
		err = m.Free(hold.Hold)
	} else {
		err = m.Place().Unlock(context.Background(), hold.who.ID)
	}
	if err != nil {
		panic("the lock of a killed run cannot be freed: " + err.Error())
	}
}

type mortalBackend struct {
	state.Backend
	place  *mortalPlace
	mortal *Mortal
}

func (b *mortalBackend) Open(ctx context.Context, who state.LockInfo, wait time.Duration) (state.Session, error) {
	s, err := b.Backend.Open(ctx, who, wait)
	if err == nil {
		b.mortal.mu.Lock()
		b.mortal.holds[s] = b.place.hold
		b.mortal.mu.Unlock()
	}
	return s, err
}

type mortalPlace struct {
	state.Place
	hold *mortalHold // the last
}

func (p *mortalPlace) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	hold, err := p.Place.Lock(ctx, who)
	if err != nil {
		return nil, err
	}
	p.hold = &mortalHold{Hold: hold, who: who}
	if appender, ok := hold.(state.Appender); ok {
		return &mortalAppender{p.hold, appender}, nil
	}
	return p.hold, nil
}

// mortalHold is a hold of a process that may die. Whatever is under way when it does
// has been done before.
type mortalHold struct {
	state.Hold
	who state.LockInfo

	mu   sync.RWMutex // read-held by what is under way
	dead bool
}

var errDead = errors.New("the process is dead")

func (h *mortalHold) die() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dead = true
}

func (h *mortalHold) alive(do func() error) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.dead {
		return errDead
	}
	return do()
}

func (h *mortalHold) Renew(ctx context.Context) error {
	return h.alive(func() error { return h.Hold.Renew(ctx) })
}

func (h *mortalHold) Replace(ctx context.Context, text []byte) error {
	return h.alive(func() error { return h.Hold.Replace(ctx, text) })
}

func (h *mortalHold) Release(ctx context.Context) error {
	return h.alive(func() error { return h.Hold.Release(ctx) })
}

type mortalAppender struct {
	*mortalHold
	appender state.Appender
}

func (h *mortalAppender) Append(ctx context.Context, lines []byte) error {
	return h.alive(func() error { return h.appender.Append(ctx, lines) })
}
