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

// namedOutputs lists outputs by name. fresh holds the values that were made by
// this very run, the only ones there are of sensitive outputs.
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
