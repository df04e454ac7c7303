package cli

import (
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// reference is an id that a call names.
type reference struct {
	attr *schema.Attribute
	typ  *schema.Type
	id   string
	// address and label are what the configuration calls it, as far as it does.
	address, label string
}

// references are what a call refers to.
type references struct {
	all, lost []reference
	// sure says that every list was read, behind that a list that lacks one of them
	// lacks something else that was surely written, too.
	sure, behind bool
}

// missing looks which of the objects that the call refers to are not live. Each
// type is listed once in a run.
func (f *failure) missing() references {
	out := references{sure: true}
	seen := map[[2]string]bool{}
	for i := range f.typ.Attributes {
		attr := &f.typ.Attributes[i]
		typ := f.t.p.app.types(attr.Refers)
		if typ == nil {
			continue
		}
		var live map[string]bool
		var behind, known bool
		for _, id := range idsIn(f.wanted[attr.Name]) {
			if seen[[2]string{typ.Name, id}] {
				continue // a group that is led is in the groups as well
			}
			seen[[2]string{typ.Name, id}] = true
			ref := f.named(reference{attr: attr, typ: typ, id: id})
			out.all = append(out.all, ref)
			if live == nil {
				live, behind, known = f.live(typ)
			}
			switch {
			case !known || f.youngerThanList(ref):
				out.sure = false
			case !live[id]:
				out.lost = append(out.lost, ref)
				out.behind = out.behind || behind
			}
		}
	}
	return out
}

// idsIn are the ids in a value: one, or those of a set.
func idsIn(v cty.Value) []string {
	if v == cty.NilVal {
		return nil
	}
	v, _ = v.UnmarkDeep()
	switch {
	case schema.IsEmpty(v) || !v.IsWhollyKnown():
		return nil
	case v.Type() == cty.String:
		return []string{v.AsString()}
	case !v.CanIterateElements():
		return nil
	}
	var ids []string
	for _, e := range v.AsValueSlice() {
		if e.Type() == cty.String && !e.IsNull() {
			ids = append(ids, e.AsString())
		}
	}
	return ids
}

// list is the list of a type, read once in a run for all failures; false if it
// cannot be read. A run of few calls has none to spare for it.
func (f *failure) list(typ string) (reading, bool) {
	t := f.t
	key := [2]string{f.step.Provider, typ}
	t.troubles.mu.Lock()
	defer t.troubles.mu.Unlock()
	if t.troubles.unread[key] || t.p.maxCalls > 0 {
		return reading{}, false
	}
	t.listed.mu.Lock()
	defer t.listed.mu.Unlock()
	r, err := t.reading(f.ctx, t.p.providers[f.step.Provider], t.p.app.types(typ), time.Time{})
	if err != nil {
		t.troubles.unread[key] = true
		return reading{}, false
	}
	return r, true
}

// live are the ids that the list of a type shows, which may be behind.
func (f *failure) live(typ *schema.Type) (ids map[string]bool, behind, known bool) {
	r, known := f.list(typ.Name)
	if !known {
		return nil, false, false
	}
	shared := f.t.troubles
	shared.mu.Lock()
	defer shared.mu.Unlock()
	key := [2]string{f.step.Provider, typ.Name}
	if ids = shared.live[key]; ids == nil {
		ids = make(map[string]bool, len(r.objects))
		for _, o := range r.objects {
			ids[o.ID] = true
		}
		shared.live[key] = ids
	}
	return ids, r.behind, true
}

// youngerThanList reports whether this run made the object after its type was
// listed.
func (f *failure) youngerThanList(ref reference) bool {
	t := f.t
	t.listed.mu.Lock()
	at := t.listed.fresh[[2]string{f.step.Provider, ref.typ.Name}].at
	t.listed.mu.Unlock()
	t.journal.mine.mu.Lock()
	defer t.journal.mine.mu.Unlock()
	for _, need := range f.step.Dependencies {
		if rec := t.journal.mine.records[need]; rec != nil && rec.ID == ref.id && need.Type == ref.typ.Name && !rec.Written.Before(at) {
			return true
		}
	}
	return false
}

// named finds what the configuration and the last reading call an object.
func (f *failure) named(ref reference) reference {
	j := f.t.journal
	attrs := map[string]cty.Value{}
	if o, ok := j.live[f.step.Provider][ref.typ.Name].Find(ref.id); ok {
		attrs = o.Attrs
	}
	for _, need := range f.step.Dependencies {
		if need.Type != ref.typ.Name {
			continue
		}
		if rec, _ := j.recordOf(&planner.Step{Address: need}); rec != nil && rec.ID == ref.id {
			ref.address = need.String()
			if len(attrs) == 0 {
				attrs = rec.Attrs
			}
		}
	}
	if names := ref.typ.ByPurpose(schema.PurposeName); len(names) > 0 {
		if v, ok := attrs[names[0]]; ok && !schema.IsEmpty(v) && !schema.Marked(v) {
			ref.label = v.AsString()
		}
	}
	return ref
}
