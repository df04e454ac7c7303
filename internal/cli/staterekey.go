package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/state"
)

func (a *app) stateRekeyCommand() *cobra.Command {
	var vars variables
	var wait time.Duration
	var plain bool
	cmd := &cobra.Command{
		Use: "rekey", Short: "Encrypt the state for those whom the configuration names now", Args: cobra.NoArgs,
		Long: "rekey writes the state anew, encrypted for the recipients of the encryption block, or with its\n" +
			"passphrase. It reads a state that is plain, and one that any key or passphrase here can decrypt:\n" +
			"of the block and of the environment. What an unfinished run did is folded in. With -plain it\n" +
			"writes the state in the clear, without the values of sensitive outputs.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			return p.rekey(cmd.Context(), wait, plain)
		},
	}
	vars.flags(cmd)
	lockTimeoutFlag(cmd, &wait)
	cmd.Flags().BoolVar(&plain, "plain", false, "write the state in the clear, and no longer encrypt it")
	return cmd
}

func (p *project) rekey(ctx context.Context, wait time.Duration, plain bool) error {
	if p.cipher == nil && !plain {
		return errors.New("the configuration has no encryption block, so it does not say for whom to encrypt. Write one into the espalier block; or, if the state is no longer to be encrypted, give -plain")
	}
	block, diags := p.scope.State()
	if diags.HasErrors() {
		return diags
	}
	backend, err := p.rekeying(block.Type, block.Values, plain)
	if err != nil {
		return err
	}
	var dropped []string
	written, err := p.put(ctx, backend, "state rekey", wait, func(now *state.Snapshot, unreadable error) (*state.Snapshot, error) {
		if unreadable != nil || now == nil {
			return nil, unreadable
		}
		var next *state.Snapshot
		next, dropped = nextKeyed(now, plain)
		return next, nil
	})
	switch {
	case err != nil:
		return err
	case written == nil:
		return noState(backend)
	}
	p.sayRekeyed(block.Type, written, plain, dropped)
	return nil
}

// rekeying is the backend of a state block that reads as before and writes as the
// configuration wants it now.
func (p *project) rekeying(kind string, values map[string]cty.Value, plain bool) (state.Backend, error) {
	var from, to state.Cipher
	if p.cipher != nil {
		from = p.cipher
	} else {
		e, errs := p.app.encryption(nil) // the block may be gone already
		if len(errs) > 0 {
			return nil, errors.Join(errs...)
		}
		from = e.cipher
	}
	if !plain {
		to = p.cipher
	}
	backend, errs := p.openState(kind, values, state.WithRekey(from, to))
	return backend, errors.Join(errs...)
}

// nextKeyed is the version of a state that follows on it, and the sensitive outputs whose
// values it loses.
func nextKeyed(now *state.Snapshot, plain bool) (next *state.Snapshot, dropped []string) {
	next = now.Clone()
	next.Serial++
	next.Writer, next.Leftover = Version, ""
	if !plain {
		return next, nil
	}
	for name := range keptOutputs(now) {
		next.Outputs[name] = state.Output{Sensitive: true}
		dropped = append(dropped, name)
	}
	slices.Sort(dropped)
	return next, dropped
}

func (p *project) sayRekeyed(kind string, written *state.Snapshot, plain bool, dropped []string) {
	a := p.app
	what := "in the clear"
	if !plain {
		what = "encrypted for " + p.cipher.For()
	}
	a.say("The state in %s is now %s: %s, with %s.", p.backend.Where(), what, version(written.Lineage, written.Serial), count(len(written.Records), "object", "objects"))
	if len(dropped) > 0 {
		a.say("It no longer holds the values of these sensitive outputs: %s.", strings.Join(dropped, ", "))
	}
	switch {
	case plain && p.cipher != nil:
		a.say("Now take the encryption block out of the configuration; while it is there, a plain state is refused.")
	case !plain:
		a.say("%s", olderCopies(kind))
		a.sayUnsaved(written.Lineage)
	}
}

// sayUnsaved names the states that runs could not save: they are encrypted as they were,
// or not at all.
func (a *app) sayUnsaved(lineage string) {
	var names []string
	for _, kept := range a.findUnsaved() {
		if kept.lineage == lineage {
			names = append(names, kept.name)
		}
	}
	if len(names) > 0 {
		a.say("What runs could not save is still there as it was written: %s. Delete it; or, if it holds what the state lacks, give it to \"espalier state push -force\" first.", strings.Join(names, ", "))
	}
}

// olderCopies says what can still be read as before: whoever could read an older version
// can read every copy of it that is left.
func olderCopies(kind string) string {
	where := map[string]string{
		"file":     "Its .backup is gone. Copies elsewhere",
		"http":     "Versions that the server keeps",
		"postgres": "Earlier versions in the database, in its log and in its backups",
		"s3":       "Versions that the bucket keeps",
	}[kind]
	if where == "" {
		where = "Copies of earlier versions"
	}
	return fmt.Sprintf("%s, and saved plans, can still be read by those who could read them before: delete them where that matters.", where)
}
