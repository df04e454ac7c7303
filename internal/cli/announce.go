package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// announce tells the state of the calls of a plan before the first of them, where it
// asks for that.
func (j journal) announce(ctx context.Context, plan *planner.Plan, conflicts map[int]error) error {
	return j.session.Announce(ctx, func(yield func(state.Intent) bool) {
		for i := range plan.Steps {
			s := &plan.Steps[i]
			_, conflict := conflicts[i]
			// What an earlier run made is known by the intent of that, until it is recorded.
			if s.Calls == 0 || conflict || !s.Made.IsZero() {
				continue
			}
			intent := j.intent(s, j.known(s))
			intent.Accepted = s.Accepted
			if !yield(intent) {
				return
			}
		}
	})
}

// known are the values of a step that are known before the first call. Those of an
// object that is to be made, and of which a key is not known, are left out altogether:
// by the rest it could be taken for another.
func (j journal) known(s *planner.Step) map[string]cty.Value {
	out := make(map[string]cty.Value, len(s.After))
	var open []string
	for name, t := range s.After {
		if t.IsKnown() {
			out[name] = t.Value
		} else {
			open = append(open, name)
		}
	}
	if s.ID == "" && len(open) > 0 && isKey(j.p.app.types(s.Address.Type), open) {
		return nil
	}
	return out
}

// isKey reports whether one of these attributes is part of a natural key.
func isKey(typ *schema.Type, names []string) bool {
	return slices.ContainsFunc(typ.Keys, func(key []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(key, name) })
	})
}

// drop leaves out of an error, which may be several, what need not be said.
func drop(err error, needless func(error) bool) error {
	several, ok := err.(interface{ Unwrap() []error })
	switch {
	case ok:
		var out []error
		for _, one := range several.Unwrap() {
			out = append(out, drop(one, needless))
		}
		return errors.Join(out...)
	case err == nil || needless(err):
		return nil
	}
	return err
}

// isUnsaved and isLost tell errors of the end of a run.
func isUnsaved(err error) bool { return errors.As(err, new(*state.UnsavedError)) }
func isLost(err error) bool    { return errors.As(err, new(*state.LostError)) }
