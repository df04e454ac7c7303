package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// keptOutputs are the values of sensitive outputs that an encrypted state keeps.
func keptOutputs(snapshot *state.Snapshot) map[string]cty.Value {
	out := map[string]cty.Value{}
	if snapshot == nil {
		return out
	}
	for name, o := range snapshot.Outputs {
		if o.Sensitive && o.Value != cty.NilVal {
			out[name] = o.Value
		}
	}
	return out
}

// namedOutputs lists outputs by name. fresh holds the values that were made by this very
// run; of sensitive outputs there are no others, unless the state is encrypted.
func namedOutputs(outputs map[string]state.Output, fresh map[string]cty.Value) []render.NamedValue {
	var out []render.NamedValue
	for name, o := range outputs {
		v := o.Value
		if now, ok := fresh[name]; ok && o.Sensitive {
			v = now
		}
		out = append(out, render.NamedValue{Name: name, Value: v, Sensitive: o.Sensitive})
	}
	slices.SortFunc(out, func(a, b render.NamedValue) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// sensitiveOutput says why there is no value of a sensitive output to be shown.
func (p *project) sensitiveOutput(name string) error {
	if p.cipher == nil {
		return fmt.Errorf("output %q is sensitive, and the state keeps no sensitive value: it is not encrypted. With an encryption block in the configuration it keeps them from the next apply on", name)
	}
	return fmt.Errorf("output %q is sensitive, and its value is not in the state yet: it was recorded before the state was encrypted. The next apply keeps it", name)
}

func noOutput(name string, snapshot *state.Snapshot) error {
	var names []string
	for n := range snapshot.Outputs {
		names = append(names, n)
	}
	slices.Sort(names)
	switch near := schema.Suggest(name, names); {
	case near != "":
		return fmt.Errorf("there is no output %q. Did you mean %q?", name, near)
	case len(names) == 0:
		return fmt.Errorf("there is no output %q: no apply has recorded any yet", name)
	}
	return fmt.Errorf("there is no output %q. There are %s", name, strings.Join(names, ", "))
}
