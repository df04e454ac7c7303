package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/state"
)

func (a *app) statePullCommand() *cobra.Command {
	var vars variables
	var plain bool
	cmd := &cobra.Command{
		Use: "pull", Short: "Write the text of the state to standard output", Args: cobra.NoArgs,
		Long: "pull writes the state as it is kept, with what an unfinished run did folded in. It takes no\nlock. Where states are encrypted so is what it writes, unless -decrypt is given.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			snapshot, _, err := p.backend.Read(cmd.Context())
			if err != nil {
				return err
			}
			if snapshot == nil {
				return noState(p.backend)
			}
			encode := p.backend.Encode
			if plain {
				encode = state.Encode
			}
			text, err := encode(snapshot)
			if err != nil {
				return fmt.Errorf("the state in %s cannot be written as text: %w", p.backend.Where(), err)
			}
			_, err = a.exact.Write(text)
			return err
		},
	}
	vars.flags(cmd)
	cmd.Flags().BoolVar(&plain, "decrypt", false, "write it in the clear, where states are encrypted")
	return cmd
}

func noState(b state.Backend) error {
	return fmt.Errorf("there is no state in %s. The first apply makes it", b.Where())
}

func (a *app) statePushCommand() *cobra.Command {
	var vars variables
	var wait time.Duration
	var force bool
	cmd := &cobra.Command{
		Use: "push FILE", Short: "Put a state from a file in the place of the one that is there", Args: cobra.ExactArgs(1),
		Long: "push reads a state from FILE, or from standard input for \"-\". It must be a later version of\n" +
			"the same state: of the same lineage, with a higher serial. What is left of an unfinished run is\n" +
			"dropped with the state that it went on from.",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			return p.push(cmd.Context(), args[0], wait, force)
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &wait)
	cmd.Flags().BoolVar(&force, "force", false, "replace whatever is there, also another state or a newer one")
	return cmd
}

func (p *project) push(ctx context.Context, file string, wait time.Duration, force bool) error {
	a := p.app
	text, err := a.readText(file)
	name := fmt.Sprintf("%q", file)
	if file == "-" {
		name = "standard input"
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w. Give the file that holds the state", name, cause(err))
	}
	next, err := p.backend.Decode(text)
	if err != nil {
		return notPushed(file, name, err)
	}
	written, err := p.put(ctx, p.backend, "state push", wait, state.PushOver(next, force))
	switch {
	case err != nil:
		return fmt.Errorf("%s was not pushed: %w", name, err)
	case written == nil:
		a.say("The state in %s is that very one already: %s.", p.backend.Where(), version(next.Lineage, next.Serial))
	default:
		a.say("The state in %s is now %s, with %s.", p.backend.Where(), version(written.Lineage, written.Serial), count(len(written.Records), "object", "objects"))
	}
	return nil
}

// notPushed says why what was to be pushed cannot be read; name is that of the file, in
// words.
func notPushed(file, name string, err error) error {
	e, ok := errors.AsType[*state.Error](err)
	if !ok {
		return fmt.Errorf("%s was not pushed: %w", name, err)
	}
	text, remedy := e.Problem, e.Remedy
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Plain && file == "-" {
		file = "FILE"
	}
	if e.Plain {
		remedy = fmt.Sprintf("If it is the state that you want, this encrypts it on the way: espalier state migrate -from file,path=%s", file)
	}
	if remedy != "" {
		text += ". " + remedy
	}
	return fmt.Errorf("%s was not pushed: it %s", name, text)
}

// put gives a backend a state as judge decides, and returns what was written, nil for
// nothing.
func (p *project) put(ctx context.Context, to state.Backend, command string, wait time.Duration, judge func(*state.Snapshot, error) (*state.Snapshot, error)) (written *state.Snapshot, err error) {
	err = p.app.patiently(wait, func(wait time.Duration) error {
		return to.Push(ctx, p.app.who(command), wait, func(now *state.Snapshot, unreadable error) (_ *state.Snapshot, err error) {
			written, err = judge(now, unreadable)
			return written, err
		})
	})
	if err != nil {
		return nil, err
	}
	return written, nil
}

// readText reads a file that is named on the command line, or standard input for "-".
func (a *app) readText(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(a.In)
	}
	return os.ReadFile(a.file(file))
}
