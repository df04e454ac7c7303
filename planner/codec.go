package planner

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The wire forms differ from the plan's own types only where those hold
// cty.Values, which travel as known templates.

type wireStep struct {
	Step
	Before  map[string]schema.Template `json:",omitempty"`
	Kept    map[string]schema.Template `json:",omitempty"`
	Changes []wireChange               `json:",omitempty"`
}

type wireChange struct {
	Change
	Before *schema.Template `json:",omitempty"`
}

type wireDrift struct {
	Drift
	Before, After *schema.Template `json:",omitempty"`
}

type wireOutput struct {
	OutputChange
	Before, After *schema.Template `json:",omitempty"` // After is left out for an output that goes
}

type wirePlan struct {
	ID, Lineage          string
	Serial               uint64
	Destroy, RefreshOnly bool
	Targets              []string `json:",omitempty"`
	Steps                []wireStep
	Drift                []wireDrift  `json:",omitempty"`
	Outputs              []wireOutput `json:",omitempty"`
	Refusals             []Refusal    `json:",omitempty"`
	Warnings             []Warning    `json:",omitempty"`
	Pending              int
	Findings             []Finding `json:",omitempty"`
	Until                time.Time `json:",omitzero"`
	Unconfirmed          int       `json:",omitempty"`
	Refresh              Refresh
	Tree                 *Forest  `json:",omitempty"`
	Outline              *Outline `json:",omitempty"`
	Summary              Summary
	Made                 time.Time
}

// Encode writes a plan so that Decode gives the same plan back.
func Encode(p *Plan) ([]byte, error) {
	w := wirePlan{ID: p.ID, Lineage: p.Lineage, Serial: p.Serial, Destroy: p.Destroy, RefreshOnly: p.RefreshOnly, Targets: p.Targets,
		Refusals: p.Refusals, Warnings: p.Warnings, Pending: p.Pending, Findings: p.Findings, Unconfirmed: p.Unconfirmed, Until: p.Until, Refresh: p.Refresh, Tree: p.Tree, Outline: p.Outline, Summary: p.Summary, Made: p.Made}
	for _, s := range p.Steps {
		ws := wireStep{Step: s, Before: knownMap(s.Before), Kept: knownMap(s.Kept)}
		for _, c := range s.Changes {
			ws.Changes = append(ws.Changes, wireChange{Change: c, Before: known(c.Before)})
		}
		w.Steps = append(w.Steps, ws)
	}
	for _, d := range p.Drift {
		w.Drift = append(w.Drift, wireDrift{Drift: d, Before: known(d.Before), After: known(d.After)})
	}
	for _, o := range p.Outputs {
		wo := wireOutput{OutputChange: o, Before: known(o.Before)}
		if !o.Removed {
			wo.After = &o.After
		}
		w.Outputs = append(w.Outputs, wo)
	}
	return json.Marshal(w)
}

// Decode reads what Encode wrote. The error says what is not as it should be.
func Decode(data []byte) (*Plan, error) {
	var w wirePlan
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("the plan cannot be read: %w", err)
	}
	if w.Tree != nil {
		for i, b := range w.Tree.Branches {
			if b.Parent < -1 || b.Parent >= i || b.Before == nil && b.After == nil {
				return nil, fmt.Errorf("the plan cannot be read: branch %d of its tree has no place, or is no unit", i)
			}
		}
	}
	if err := w.Outline.check(); err != nil {
		return nil, fmt.Errorf("the plan cannot be read: %w", err)
	}
	p := &Plan{ID: w.ID, Lineage: w.Lineage, Serial: w.Serial, Destroy: w.Destroy, RefreshOnly: w.RefreshOnly, Targets: w.Targets,
		Refusals: w.Refusals, Warnings: w.Warnings, Pending: w.Pending, Findings: w.Findings, Unconfirmed: w.Unconfirmed, Until: w.Until, Refresh: w.Refresh, Tree: w.Tree, Outline: w.Outline, Summary: w.Summary, Made: w.Made}
	for i, ws := range w.Steps {
		s := ws.Step
		s.Before, s.Kept, s.Changes = valueMap(ws.Before), valueMap(ws.Kept), nil
		for _, need := range s.Needs {
			if need < 0 || need >= i {
				return nil, fmt.Errorf("the plan cannot be read: step %d needs step %d, which does not come before it", i, need)
			}
			if p.Steps[need].Last && !s.Last {
				return nil, fmt.Errorf("the plan cannot be read: step %d needs step %d, which is left for last", i, need)
			}
		}
		for _, wc := range ws.Changes {
			c := wc.Change
			c.Before = value(wc.Before)
			s.Changes = append(s.Changes, c)
		}
		p.Steps = append(p.Steps, s)
	}
	for _, wd := range w.Drift {
		d := wd.Drift
		d.Before, d.After = value(wd.Before), value(wd.After)
		p.Drift = append(p.Drift, d)
	}
	for _, wo := range w.Outputs {
		o := wo.OutputChange
		o.Before = value(wo.Before)
		switch {
		case wo.After != nil:
			o.After = *wo.After
		case !o.Removed:
			return nil, fmt.Errorf("the plan cannot be read: output %q has no value", o.Name)
		}
		p.Outputs = append(p.Outputs, o)
	}
	return p, nil
}

// HasSensitive reports whether the plan holds a value that must not be saved in
// the clear.
func (p *Plan) HasSensitive() bool {
	for i := range p.Steps {
		for _, t := range p.Steps[i].After {
			if schema.IsSensitive(t.Value) || t.Pending != nil && t.Pending.Sensitive {
				return true
			}
		}
		for _, t := range p.Steps[i].Taken {
			if schema.IsSensitive(t.Value) {
				return true
			}
		}
		for _, c := range p.Steps[i].Changes {
			if c.Sensitive {
				return true
			}
		}
	}
	for _, o := range p.Outputs {
		if o.Sensitive && !o.Removed {
			return true
		}
	}
	return false
}

func known(v cty.Value) *schema.Template {
	if v == cty.NilVal {
		return nil
	}
	t := schema.Known(v)
	return &t
}

func value(t *schema.Template) cty.Value {
	if t == nil {
		return cty.NilVal
	}
	return t.Value
}

func knownMap(values map[string]cty.Value) map[string]schema.Template {
	if values == nil {
		return nil
	}
	out := make(map[string]schema.Template, len(values))
	for name, v := range values {
		out[name] = schema.Known(v)
	}
	return out
}

func valueMap(templates map[string]schema.Template) map[string]cty.Value {
	if templates == nil {
		return nil
	}
	out := make(map[string]cty.Value, len(templates))
	for name, t := range templates {
		out[name] = t.Value
	}
	return out
}
