package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
)

// placed makes of an error that is about attributes, and has been told by the
// engine, one that stands under the first of them. Others stay as they are.
func (t target) placed(s *planner.Step, err error) error {
	var e *planner.NotKeptError
	if err == nil || !errors.As(err, &e) || len(e.Attrs) == 0 {
		return err
	}
	f := &failure{t: t, step: s, typ: t.p.app.types(s.Address.Type)}
	d := &render.Diagnosis{Err: err, Summary: "The server did not keep " + strings.Join(e.Attrs, ", ")}
	remedy := " The server answered that all is well all the same, so it may not offer this change. Plan again to see what is left."
	if e.Final {
		remedy = " The server would do the same with another one, so this one is used as it is, and no later plan asks for it again."
	}
	d.Discreet = "This " + f.noun() + " has not all that was sent." + remedy
	d.Detail = s.Address.String() + " has not all that was sent: " + e.What + "." + remedy
	if slices.ContainsFunc(e.Attrs, f.hidden) {
		d.Detail = s.Address.String() + " has not all that was sent." + remedy
	}
	d.Subject, d.Source = f.place(account{attr: e.Attrs[0]})
	return d
}

// placedAll does this for the errors of a report.
func (t target) placedAll(plan *planner.Plan, report *planner.Report) {
	for i, err := range report.Errors {
		report.Errors[i] = t.placed(&plan.Steps[i], err)
	}
}
