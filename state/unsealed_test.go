package state_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

var errNoKey = errors.New("there is no key. Set KEY")

// keyless cannot encrypt; it says so beforehand unless it is late.
type keyless struct {
	marking
	late *bool
}

func (k keyless) Check() error {
	if *k.late {
		return nil
	}
	return errNoKey
}

func (keyless) Seal([]byte) ([]byte, error) { return nil, errNoKey }

// Where nothing could be encrypted a run is refused before it does anything; and if that
// comes up only later, nobody is told to look for room on the disk.
func TestNothingCanBeEncrypted(t *testing.T) {
	for name, open := range map[string]func(*testing.T, state.Option) (b state.Backend, holds func() bool){
		"file": func(t *testing.T, o state.Option) (state.Backend, func() bool) {
			f := newFolder(t)
			f.options = []state.Option{o}
			return f.backend(), func() bool { return len(f.files()) > 0 }
		},
		"appended to": func(_ *testing.T, o state.Option) (state.Backend, func() bool) {
			m := &memory{}
			return state.NewRemote(m.place(), statetest.Types, "1.2.3", o), func() bool { return m.texts.State != nil || m.texts.Journal != nil }
		},
		"written whole": func(_ *testing.T, o state.Option) (state.Backend, func() bool) {
			m := &memory{}
			return state.NewRemote(wholePlace{m.place()}, statetest.Types, "1.2.3", o), func() bool { return m.texts.State != nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			late := false
			b, holds := open(t, state.WithCipher(keyless{late: &late}))
			says := func(what string, err error) {
				t.Helper()
				var e *state.Error
				if !errors.As(err, &e) || e.Where == "" || e.Remedy == "" || !strings.Contains(err.Error(), "cannot be encrypted: there is no key") || strings.Contains(err.Error(), "disk") {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, err := b.Open(t.Context(), somebody, 0)
			says("Open", err)
			late = true
			s, err := b.Open(t.Context(), somebody, 0) // the lock is free again
			if err != nil {
				t.Fatal(err)
			}
			says("Begin", s.Begin(t.Context(), aboutTo("ada")[0]))
			_ = s.Commit(t.Context(), made("ada"))
			says("Close", s.Close(t.Context()))
			if holds() {
				t.Error("something was written")
			}
		})
	}
}
