package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/state"
)

// open locks the state and begins a run on it.
func (p *project) open(ctx context.Context, command string, wait time.Duration) (session state.Session, err error) {
	err = p.app.patiently(wait, func(wait time.Duration) error {
		session, err = p.backend.Open(ctx, p.app.who(command), wait)
		return err
	})
	return session, err
}

// patiently tries something that needs a lock. If there is a time to wait for that, it
// says for whom it waits.
func (a *app) patiently(wait time.Duration, try func(wait time.Duration) error) error {
	if wait > 0 {
		err := try(0)
		locked, ok := errors.AsType[*state.LockedError](err)
		if !ok {
			return err
		}
		a.waiting(locked.Error(), a.Now().Add(wait))
	}
	return try(wait)
}

// lockedText says who has the state, and what can be done about it.
func lockedText(e *state.LockedError) string {
	text := e.Error() + ". Wait for that run to end, or give -lock-timeout=5m to wait here."
	if e.Remedy != "" {
		text += " " + e.Remedy + "."
	}
	return text
}

func (a *app) forceUnlockCommand() *cobra.Command {
	var vars variables
	var force bool
	cmd := &cobra.Command{
		Use: "force-unlock ID", Short: "Free a state whose lock its holder cannot free", Args: cobra.ExactArgs(1),
		Long: "force-unlock removes the lock with that id, which the message of a locked state shows. It is\n" +
			"for runs that are dead: where locks are fenced, one that is not can write nothing from then\n" +
			"on; where they are not, it goes on, and what two runs do at once may be lost.",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			if a.InTerminal && !force {
				question := fmt.Sprintf("Do you really want to remove the lock %s on the state in %s?\n  The run that holds it must be dead.", args[0], p.backend.Where())
				if err := a.askFirst(cmd.Context(), question, "Give -force to go ahead without a question"); err != nil {
					return err
				}
			}
			if err := p.backend.Unlock(cmd.Context(), args[0]); err != nil {
				return err
			}
			a.say("The lock %s on %s is gone.", args[0], p.backend.Where())
			return nil
		},
	}
	vars.flags(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "do not ask, on a terminal either")
	return cmd
}
