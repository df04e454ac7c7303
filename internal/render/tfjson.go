package render

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// plannedJSON is an object as it will be, in Terraform's words.
type plannedJSON struct {
	Address       string `json:"address"`
	Mode          string `json:"mode"`
	Type          string `json:"type"`
	Name          string `json:"name"`
	Index         any    `json:"index,omitempty"`
	Provider      string `json:"provider_name"`
	SchemaVersion int    `json:"schema_version"`
	Values        any    `json:"values"`
	Sensitive     any    `json:"sensitive_values"`
}

// plannedValues writes the objects with steps as they will be, and the outputs.
func (n *names) plannedValues(d *document) {
	d.field("outputs", n.plannedOutputs())
	d.object("root_module", func(d *document) {
		d.list("resources", len(n.plan.Steps), func(i int) any {
			step := &n.plan.Steps[i]
			if n.counted(step) || step.Action == planner.Delete || step.Action == planner.Forget {
				return nil
			}
			r, change := n.bareResource(step.Address), n.wholeChange(step)
			return plannedJSON{r.Address, r.Mode, r.Type, r.Name, r.Index, r.Provider, 0, change.After, change.AfterSensitive}
		})
	})
}

type plannedOutput struct {
	Sensitive bool            `json:"sensitive"`
	Value     json.RawMessage `json:"value,omitempty"`
	Type      json.RawMessage `json:"type,omitempty"`
}

// plannedOutputs are the outputs that change, as they will be as far as that is
// known and to be shown.
func (n *names) plannedOutputs() map[string]plannedOutput {
	out := map[string]plannedOutput{}
	for i := range n.plan.Outputs {
		o := &n.plan.Outputs[i]
		if o.Removed {
			continue
		}
		p := plannedOutput{Sensitive: o.Sensitive || hidden(o.After)}
		if o.After.Pending == nil && !p.Sensitive && n.reveals(o.After.Value) {
			p.Value = jsonValue(o.After.Value)
			if typ, err := json.Marshal(o.After.Value.Type()); err == nil {
				p.Type = typ
			}
		}
		out[o.Name] = p
	}
	return out
}

// configurationJSON is one block, in Terraform's words, as far as a plan knows it.
type configurationJSON struct {
	Address       string                    `json:"address"`
	Mode          string                    `json:"mode"`
	Type          string                    `json:"type"`
	Name          string                    `json:"name"`
	ProviderKey   string                    `json:"provider_config_key"`
	Expressions   map[string]expressionJSON `json:"expressions"`
	SchemaVersion int                       `json:"schema_version"`
	DependsOn     []string                  `json:"depends_on,omitempty"`
}

type expressionJSON struct {
	References []string `json:"references"`
}

// configured is one block of the configuration, gathered from its instances.
type configured struct {
	provider   string
	references map[string]map[string]bool
	needs      map[string]bool
}

// configuration writes the provider configurations and blocks of the objects with
// steps, with what they refer to: a plan holds values, not the text they come from.
func (n *names) configuration(d *document) {
	blocks, providers := map[schema.Address]*configured{}, map[string]fields{}
	var order []schema.Address
	for i := range n.plan.Steps {
		step := &n.plan.Steps[i]
		if step.Provider != "" && providers[step.Provider] == nil {
			providers[step.Provider] = n.providerJSON(step)
		}
		if n.counted(step) || step.File == "" {
			continue
		}
		at := step.Address.Resource()
		if blocks[at] == nil {
			blocks[at] = &configured{provider: step.Provider, references: map[string]map[string]bool{}, needs: map[string]bool{}}
			order = append(order, at)
		}
		blocks[at].gather(step, n.uncounted)
	}
	d.field("provider_config", providers)
	d.object("root_module", func(d *document) {
		d.field("outputs", n.outputExpressions())
		d.list("resources", len(order), func(i int) any { return blocks[order[i]].json(order[i]) })
	})
}

func (n *names) providerJSON(step *planner.Step) fields {
	vendor := n.vendor(step.Address.Type)
	p := fields{"name": vendor, "full_name": vendor}
	if alias, ok := strings.CutPrefix(step.Provider, vendor+"."); ok {
		p["alias"] = alias
	}
	return p
}

// uncounted reports whether an address may be given: it is not of a person who is only
// counted.
func (n *names) uncounted(a schema.Address) bool {
	return n.People != PeopleCounts || !n.personal(a.Type)
}

// gather adds what one instance refers to, as far as it may be told.
func (b *configured) gather(step *planner.Step, told func(schema.Address) bool) {
	for i := range step.Changes {
		c := &step.Changes[i]
		for _, ref := range c.After.Refs() {
			if !told(ref.Address) {
				continue
			}
			if b.references[c.Attr] == nil {
				b.references[c.Attr] = map[string]bool{}
			}
			resource := ref.Address.Resource().String()
			b.references[c.Attr][resource], b.references[c.Attr][resource+"."+ref.Attr] = true, true
		}
	}
	for _, need := range step.Dependencies {
		if need.Resource() != step.Address.Resource() && told(need) {
			b.needs[need.Resource().String()] = true
		}
	}
}

func (b *configured) json(at schema.Address) configurationJSON {
	c := configurationJSON{Address: at.String(), Mode: "managed", Type: at.Type, Name: at.Name, ProviderKey: b.provider,
		Expressions: map[string]expressionJSON{}, DependsOn: slices.Sorted(maps.Keys(b.needs))}
	for attr, refs := range b.references {
		c.Expressions[attr] = expressionJSON{slices.Sorted(maps.Keys(refs))}
	}
	return c
}

// outputExpressions are the outputs that change, with what they still wait for.
func (n *names) outputExpressions() map[string]fields {
	out := map[string]fields{}
	for i := range n.plan.Outputs {
		o := &n.plan.Outputs[i]
		if o.Removed {
			continue
		}
		refs := map[string]bool{}
		for _, ref := range o.After.Refs() {
			if n.uncounted(ref.Address) {
				refs[ref.Address.Resource().String()+"."+ref.Attr] = true
			}
		}
		entry := fields{"sensitive": o.Sensitive}
		if len(refs) > 0 {
			entry["expression"] = expressionJSON{slices.Sorted(maps.Keys(refs))}
		}
		out[o.Name] = entry
	}
	return out
}
