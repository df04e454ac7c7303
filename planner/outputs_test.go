package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

func TestOutputs(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
	}{
		{"new", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x"))}}
		}, []string{`a="x"`}},
		{"the same", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x"))}}
			w.in.State.Outputs = map[string]cty.Value{"a": str("x")}
		}, nil},
		{"another", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("y"))}}
			w.in.State.Outputs = map[string]cty.Value{"a": str("x")}
		}, []string{`a="y"`}},
		{"another type", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(cty.NumberIntVal(1))}}
			w.in.State.Outputs = map[string]cty.Value{"a": str("1")}
		}, []string{"a=[]"}},
		{"removed", func(w *world) { w.in.State.Outputs = map[string]cty.Value{"a": str("x")} }, []string{"-a"}},
		{"an id that is live", func(w *world) {
			norway(w)
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.in.Destroy = false
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: w.template(nil, ref("acme_group.acme"))}}
			w.in.State.Outputs = map[string]cty.Value{"a": str("1")}
		}, nil},
		{"an id to be made", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: w.template(nil, ref("acme_group.acme"))}}
		}, []string{"a=<acme_group.acme>"}},
		{"sensitive, new", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x").Mark(schema.Sensitive)), Sensitive: true}}
		}, []string{`a="x"`}},
		{"sensitive, known to be there", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x").Mark(schema.Sensitive)), Sensitive: true}}
			w.in.State.Hidden = map[string]bool{"a": true}
		}, nil},
		{"sensitive, kept as it is", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x").Mark(schema.Sensitive)), Sensitive: true}}
			w.in.State.Hidden, w.in.State.Kept = map[string]bool{"a": true}, map[string]cty.Value{"a": str("x")}
		}, nil},
		{"sensitive, kept as it was", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("y").Mark(schema.Sensitive)), Sensitive: true}}
			w.in.State.Hidden, w.in.State.Kept = map[string]bool{"a": true}, map[string]cty.Value{"a": str("x")}
		}, []string{`a="y"`}},
		{"sensitive, still to be kept", func(w *world) {
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x").Mark(schema.Sensitive)), Sensitive: true}}
			w.in.State.Hidden, w.in.State.Kept = map[string]bool{"a": true}, map[string]cty.Value{}
		}, []string{`a="x"`}},
		{"destroy removes them", func(w *world) {
			w.in.Destroy = true
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x"))}}
			w.in.State.Outputs = map[string]cty.Value{"a": str("x")}
			w.in.State.Hidden = map[string]bool{"b": true}
		}, []string{"-a", "-b"}},
		{"a targeted plan leaves them", func(w *world) {
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.in.Targets = []schema.Address{address(w.t, "acme_group.acme")}
			w.in.Outputs = []schema.OutputValue{{Name: "a", Value: schema.Known(str("x"))}}
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			p := w.mustPlan()
			var got []string
			for _, o := range p.Outputs {
				if o.Removed {
					got = append(got, "-"+o.Name)
				} else {
					got = append(got, o.Name+"="+said(o.After))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
}
