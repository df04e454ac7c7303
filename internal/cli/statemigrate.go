package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/state"
)

// migration is what "state migrate" was told.
type migration struct {
	from, to string
	force    bool
	wait     time.Duration
}

func (a *app) stateMigrateCommand() *cobra.Command {
	var vars variables
	var m migration
	cmd := &cobra.Command{
		Use: "migrate", Short: "Copy the state from one place to another", Args: cobra.NoArgs,
		Long: "migrate copies the state to another kind of place, or from one, under the locks of both, and\n" +
			"reads the copy back. The old one stays as it is. A place is written as KIND,SETTING=VALUE,...\n" +
			"with the settings of its state block; one that holds a comma is quoted: 'http,\"address=...\"'.\n" +
			"The place that is not given is that of the configuration. A plain state in the place of -from is\n" +
			"encrypted on the way if the configuration has an encryption block.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if m.from == "" && m.to == "" {
				return errors.New("nothing says where the state is to go. Give -to KIND,SETTING=VALUE,..., or -from with the place where it was if the configuration names the new one already")
			}
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			return p.migrate(cmd.Context(), m)
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &m.wait)
	cmd.Flags().StringVar(&m.from, "from", "", "the `place` that has the state")
	cmd.Flags().StringVar(&m.to, "to", "", "the `place` that is to have it")
	cmd.Flags().BoolVar(&m.force, "force", false, "replace a state that is at the new place already")
	return cmd
}

func (p *project) migrate(ctx context.Context, m migration) error {
	from, _, err := p.place("from", m.from)
	if err != nil {
		return err
	}
	to, block, err := p.place("to", m.to)
	if err != nil {
		return err
	}
	if from.Where() == to.Where() {
		return fmt.Errorf("both places are %s, so there is nothing to copy", from.Where())
	}
	had, _, err := from.Read(ctx)
	plain := false
	if m.from != "" && isPlain(err) {
		// Who names the place says that its state is the right one.
		plain = true
		from, _, err = p.place("from", m.from, state.WithRekey(p.cipher, p.cipher))
		if err == nil {
			had, _, err = from.Read(ctx)
		}
	}
	switch {
	case err != nil:
		return err
	case had == nil:
		return fmt.Errorf("there is no state in %s to be copied", from.Where())
	}
	copied, err := p.copyLocked(ctx, from, to, m)
	if err != nil {
		return err
	}
	encrypted := ""
	if plain {
		encrypted = " It was in the clear, and was encrypted for " + p.cipher.For() + " on the way."
	}
	p.app.say("The state is now in %s (version %d, %s), and was read back the same.%s", to.Where(), copied.Serial, count(len(copied.Records), "object", "objects"), encrypted)
	p.app.say("The old copy is kept in %s.", from.Where())
	if m.to != "" {
		p.app.say("\nHave the configuration name the new place:\n\n%s", block)
	}
	return nil
}

// isPlain reports whether all that is wrong with a state is that it is in the clear.
func isPlain(err error) bool {
	e, ok := errors.AsType[*state.Error](err)
	for ; ok && !e.Plain; e, ok = errors.AsType[*state.Error](e.Err) {
	}
	return ok
}

// copyLocked copies a state under the locks of both places. Nothing is written to the old
// one, so that it never has a version that the new one lacks.
func (p *project) copyLocked(ctx context.Context, from, to state.Backend, m migration) (copied *state.Snapshot, err error) {
	var failed error
	_, err = p.put(ctx, from, "state migrate", m.wait, func(now *state.Snapshot, unreadable error) (*state.Snapshot, error) {
		switch {
		case unreadable != nil:
			failed = unreadable
		case now == nil:
			failed = fmt.Errorf("there is no state in %s to be copied any more", from.Where())
		default:
			copied, failed = p.copyState(ctx, finished(now), to, m)
		}
		return nil, nil // what failed may be the other lock, which was waited for
	})
	if failed != nil {
		err = errors.Join(failed, err)
	}
	return copied, err
}

// finished is a state as it can stand by itself. What an unfinished run did makes it
// another version than the one that the old place has written down.
func finished(now *state.Snapshot) *state.Snapshot {
	if now.Leftover == "" {
		return now
	}
	next := now.Clone()
	next.Serial++
	next.Writer, next.Leftover = Version, ""
	return next
}

// copyState puts a state into a place and reads it back.
func (p *project) copyState(ctx context.Context, snapshot *state.Snapshot, to state.Backend, m migration) (*state.Snapshot, error) {
	written, err := p.put(ctx, to, "state migrate", m.wait, func(now *state.Snapshot, unreadable error) (*state.Snapshot, error) {
		next, err := state.PushOver(snapshot, m.force)(now, unreadable)
		if !m.force && (unreadable != nil || now != nil) && (err != nil || next != nil) {
			return nil, errors.New("there is a state already, which would be replaced. If it is of no use, give -force")
		}
		return next, err
	})
	if err != nil {
		return nil, fmt.Errorf("nothing was copied to %s: %w", to.Where(), err)
	}
	if written == nil { // it was there already, the very same
		written = snapshot
	}
	back, _, err := to.Read(ctx)
	if err != nil {
		return nil, fmt.Errorf("the copy cannot be read back, so go on with the old one: %w", err)
	}
	want, err := state.Encode(written)
	if err != nil {
		return nil, err
	}
	got := []byte("nothing")
	if back != nil {
		if got, err = state.Encode(back); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(got, want) {
		return nil, fmt.Errorf("what is read back from %s is not what was written there, so go on with the old one. Find out what changes it", to.Where())
	}
	return written, nil
}
