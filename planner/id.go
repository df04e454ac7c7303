package planner

import (
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
// state's lineage: planning an unchanged world again gives the same id. Times,
// budgets, paths, serials and strangers are not in it.
func (m *Match) planID() string {
	d := &digest{h: hmac.New(sha256.New, []byte(m.plan.Lineage)), value: m.in.State.Digest}
	d.text("espalier plan 1", fmt.Sprint(m.plan.Destroy, m.plan.RefreshOnly), fmt.Sprint(m.plan.Targets))
	for _, n := range m.nodes {
		d.text("want", n.inst.Address.String(), n.inst.Provider)
		d.templates(n.values)
	}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		d.text("step", s.Address.String(), s.From.String(), s.Action.String(), s.Provider, s.ID, fmt.Sprint(s.Needs, s.Last, s.Release, s.KeyUnknown))
		for _, name := range slices.Sorted(maps.Keys(s.Before)) {
			d.text(name)
			d.known(s.Before[name])
		}
		d.templates(s.After)
	}
	for _, r := range m.plan.Refusals {
		d.text("refusal", r.Guard, r.Summary, r.Allow)
	}
	for _, o := range m.plan.Outputs {
		d.text("output", o.Name, fmt.Sprint(o.Removed))
		d.known(o.Before)
		d.template(o.After)
	}
	return hex.EncodeToString(d.h.Sum(nil))
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
