package planner

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/espalier-dev/espalier/schema"
)

// planID hashes what is wanted, what was found and what follows, keyed by the
// state's lineage: planning an unchanged world again gives the same id. The tenants
// that steps go to are in it: where there is no state yet, nothing else tells two empty
// ones apart. Times, budgets, paths, serials, strangers, and the order in which the
// configuration is written are not in it.
func (m *Match) planID() string {
	d := &digest{h: hmac.New(sha256.New, []byte(m.plan.Lineage)), value: m.in.State.Digest}
	d.text("espalier plan 1", fmt.Sprint(m.plan.Destroy, m.plan.RefreshOnly), fmt.Sprint(m.plan.Targets))
	nodes := slices.Clone(m.nodes)
	slices.SortFunc(nodes, func(a, b *node) int { return a.inst.Address.Compare(b.inst.Address) })
	for _, n := range nodes {
		d.text("want", n.inst.Address.String(), n.inst.Provider)
		d.templates(n.values)
	}
	d.tenants(m.plan.Steps, m.in.Providers)
	d.steps(m.plan.Steps)
	refusals := slices.Clone(m.plan.Refusals)
	slices.SortFunc(refusals, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(a.Guard, b.Guard), cmp.Compare(a.Summary, b.Summary))
	})
	for _, r := range refusals {
		d.text("refusal", r.Guard, r.Summary, r.Allow)
	}
	outputs := slices.Clone(m.plan.Outputs)
	slices.SortFunc(outputs, func(a, b OutputChange) int { return cmp.Compare(a.Name, b.Name) })
	for _, o := range outputs {
		d.text("output", o.Name, fmt.Sprint(o.Removed))
		d.known(o.Before)
		d.template(o.After)
	}
	return hex.EncodeToString(d.h.Sum(nil))
}

// tenants feeds where each provider configuration that has a step leads.
func (d *digest) tenants(steps []Step, providers map[string]Provider) {
	keys := map[string]bool{}
	for i := range steps {
		keys[steps[i].Provider] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		d.text("tenant", key, providers[key].Tenant)
	}
}

// steps feeds the steps by address, with what they need as places in that order.
func (d *digest) steps(steps []Step) {
	order, place := make([]int, len(steps)), make([]int, len(steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(steps[a].Address.Compare(steps[b].Address), steps[a].From.Compare(steps[b].From))
	})
	for at, i := range order {
		place[i] = at
	}
	for _, i := range order {
		s := &steps[i]
		needs := make([]int, len(s.Needs))
		for j, need := range s.Needs {
			needs[j] = place[need]
		}
		slices.Sort(needs)
		d.text("step", s.Address.String(), s.From.String(), s.Action.String(), s.Provider, s.ID, fmt.Sprint(needs, s.Last, s.Release, s.KeyUnknown))
		if s.Replaced || len(s.Deposed)+len(s.Taken) > 0 {
			d.text("replaced", fmt.Sprint(s.Replaced, s.Deposed))
			d.templates(s.Taken)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Before)) {
			d.text(name)
			d.known(s.Before[name])
		}
		d.templates(s.After)
	}
}

// digest feeds values to a hash, each with its length before it.
type digest struct {
	h     hash.Hash
	value func(cty.Value) string
	buf   []byte
}

func (d *digest) text(texts ...string) {
	for _, t := range texts {
		d.buf = fmt.Appendf(d.buf[:0], "%d:", len(t))
		d.buf = append(d.buf, t...)
		d.h.Write(d.buf)
	}
}

func (d *digest) templates(values map[string]schema.Template) {
	d.text(fmt.Sprint(len(values)))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		d.text(name)
		d.template(values[name])
	}
}

func (d *digest) template(t schema.Template) {
	if t.IsKnown() {
		d.known(t.Value)
		return
	}
	p := t.Pending
	switch {
	case p.Ref != nil:
		d.text("ref", p.Ref.Address.String(), p.Ref.Attr)
	case p.Expr != nil:
		d.text("expr", p.Expr.Source)
		for _, name := range slices.Sorted(maps.Keys(p.Expr.Vars)) {
			d.text(name)
			d.known(p.Expr.Vars[name])
		}
	default:
		d.text("parts", fmt.Sprint(len(p.List), len(p.Text)))
		for _, part := range slices.Concat(p.List, p.Text) {
			d.template(part)
		}
	}
}

// known hashes a value. Sensitive ones go through the state's keyed digest, so
// that an id tells nothing of them.
func (d *digest) known(v cty.Value) {
	switch {
	case v == cty.NilVal:
		d.text("nil")
	case schema.IsSensitive(v) && d.value != nil:
		d.text("sensitive", d.value(plain(v)))
	case isText(plain(v)):
		d.text("text", plain(v).AsString())
	default:
		v = plain(v)
		raw, err := ctyjson.Marshal(v, v.Type())
		if err != nil {
			raw, _ = json.Marshal(v.GoString())
		}
		d.text("json", string(raw))
	}
}
