package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/all"
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
			"The place that is not given is that of the configuration.",
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
	switch had, _, err := from.Read(ctx); {
	case err != nil:
		return err
	case had == nil:
		return fmt.Errorf("there is no state in %s to be copied", from.Where())
	}
	var session state.Session
	err = p.app.patiently(m.wait, func(wait time.Duration) (err error) {
		session, err = from.Open(ctx, p.app.who("state migrate"), wait)
		return err
	})
	if err != nil {
		return err
	}
	copied, err := p.copyState(ctx, session.Snapshot(), to, m)
	if err = errors.Join(err, session.Close(ctx)); err != nil {
		return err
	}
	p.app.say("The state is now in %s (version %d, %s), and was read back the same.", to.Where(), copied.Serial, count(len(copied.Records), "object", "objects"))
	p.app.say("The old copy is kept in %s.", from.Where())
	if m.to != "" {
		p.app.say("\nHave the configuration name the new place:\n\n%s", block)
	}
	return nil
}

// place is a backend that a flag of migrate names, or the configuration's, with the
// block that leads there.
func (p *project) place(flag, text string) (state.Backend, string, error) {
	if text == "" {
		return p.backend, "", nil
	}
	kind, values, err := parsePlace(text)
	if err != nil {
		return nil, "", fmt.Errorf("-%s=%s is not a place: %w", flag, text, err)
	}
	backend, errs := p.openState(kind, values)
	for n := range errs {
		errs[n] = fmt.Errorf("-%s cannot be used: %w", flag, errs[n])
	}
	if len(errs) > 0 {
		return nil, "", errors.Join(errs...)
	}
	return backend, blockText(kind, values), nil
}

// parsePlace reads KIND,SETTING=VALUE,...
func parsePlace(text string) (kind string, values map[string]cty.Value, err error) {
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return "", nil, errors.New("a value that holds a comma or a quotation mark is written in quotation marks, as a cell of a CSV file is")
	}
	values = map[string]cty.Value{}
	for _, field := range fields[1:] {
		name, value, ok := strings.Cut(field, "=")
		if !ok {
			return "", nil, fmt.Errorf("%q should be SETTING=VALUE", field)
		}
		values[name] = cty.StringVal(value)
	}
	return fields[0], values, nil
}

// blockText is the state block that leads to a place. What is secret stays out of it.
func blockText(kind string, values map[string]cty.Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "espalier {\n  state %q {\n", kind)
	kinds := all.Kinds()
	settings := kinds[slices.IndexFunc(kinds, func(k state.Kind) bool { return k.Name == kind })].Settings
	for _, name := range slices.Sorted(maps.Keys(values)) {
		line := fmt.Sprintf("%s = %s", name, strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(values[name].AsString())))
		for _, attr := range settings {
			switch {
			case attr.Name != name:
			case attr.Sensitive:
				line = fmt.Sprintf("# %s is secret: give it as %s in the environment", name, attr.Env)
			case attr.Type != cty.String:
				line = fmt.Sprintf("%s = %s", name, values[name].AsString())
			}
		}
		fmt.Fprintf(&b, "    %s\n", line)
	}
	b.WriteString("  }\n}\n")
	if tidy, diags := schema.Format([]byte(b.String()), "state"); !diags.HasErrors() {
		return strings.TrimSpace(string(tidy))
	}
	return strings.TrimSpace(b.String())
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
