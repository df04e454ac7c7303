package schema

import (
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// evaluate makes the instances of a resource: for_each and count are evaluated
// here, once for the block.
func (x *expansion) evaluate(s *Scope) {
	switch {
	case x.forEach != nil:
		x.expandForEach(s)
	case x.count != nil:
		x.expandCount(s)
	case x.res.parent != nil:
		x.expandParent(s)
	default:
		x.byKey = make(map[InstanceKey]*instance, 1)
		x.add(InstanceKey{}, cty.NilVal, nil)
	}
}

// add makes an instance.
func (x *expansion) add(key InstanceKey, each cty.Value, parent *instance) {
	d := x.res.decl
	in := &instance{res: x.res, each: each, parent: parent}
	in.owner = in
	in.out = Instance{Address: d.addr.WithKey(key), Type: d.typ, Provider: d.provider, Block: d.block}
	x.instances = append(x.instances, in)
	x.byKey[key] = in
}

// expandParent gives a nested block an instance for each of the enclosing one.
func (x *expansion) expandParent(s *Scope) {
	above := &x.res.parent.expansion
	if d := s.force(&above.vertex, x.res.decl.rng); d != nil || above.unread {
		x.fail(asDiags(d)...)
		return
	}
	if len(above.deps) > 0 {
		s.depend(&above.vertex)
	}
	x.keysFrom = above.keysFrom
	x.byKey = make(map[InstanceKey]*instance, len(above.instances))
	for _, in := range above.instances {
		x.add(in.out.Address.Key, in.each, in)
	}
}

func (x *expansion) fail(diags ...*hcl.Diagnostic) {
	x.unread, x.muted = true, true
	x.diags = append(x.diags, plain(diags)...)
}

func (x *expansion) expandForEach(s *Scope) {
	v, diags := x.forEach.Value(s.root)
	if diags.HasErrors() {
		x.fail(diags...)
		return
	}
	if d := x.checkForEach(s, v); d != nil {
		x.fail(d)
		return
	}
	if !v.IsKnown() || v.Type().IsSetType() && !v.IsWhollyKnown() {
		x.fail()
		return
	}
	x.diags = plain(diags)
	v, from, keys := outside(v)
	x.keysFrom = keys
	// Only a block that is not nested, or nested in a single one, has a for_each.
	var parent *instance
	if x.res.parent != nil {
		above := &x.res.parent.expansion
		if d := s.force(&above.vertex, x.res.decl.rng); d != nil || above.unread || len(above.instances) != 1 {
			x.fail(asDiags(d)...)
			return
		}
		parent = above.instances[0]
	}
	x.byKey = make(map[InstanceKey]*instance, v.LengthInt())
	x.instances = make([]*instance, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		key, each := it.Element()
		if v.Type().IsSetType() {
			key = each
		}
		key, _ = key.Unmark()
		x.add(InstanceKey{Kind: StringKey, Text: key.AsString()}, each.WithMarks(from), parent)
	}
}

// checkForEach says what is wrong with the value of a for_each.
func (x *expansion) checkForEach(s *Scope, v cty.Value) *hcl.Diagnostic {
	at, d := x.forEach.Range(), x.res.decl
	bare, marks := v.Unmark()
	if _, secret := marks[Sensitive]; secret {
		return problem(at, "Sensitive for_each",
			"The for_each of %s is sensitive, and its keys would be shown in every address. If the keys are no secret, use nonsensitive(...).", d)
	}
	typ := bare.Type()
	switch {
	case bare.IsNull():
		return problem(at, "for_each is null", "The for_each of %s is null. For no instances write an empty map, {}.", d)
	case s.top().muted && (!bare.IsKnown() || typ.IsSetType() && !bare.IsWhollyKnown()):
		return nil
	case !bare.IsKnown():
		return problem(at, "for_each is not known yet",
			"The instances of %s must be known when the plan is made, and this for_each depends on %s, known only after an apply. Use keys from the configuration or a file instead.", d, s.waitsFor(v, s.top()))
	case typ.IsMapType() || typ.IsObjectType():
		return nil
	case typ.IsSetType() && typ.ElementType() == cty.String || typ.IsSetType() && bare.LengthInt() == 0:
		return x.checkSet(s, bare)
	case typ.IsTupleType() || typ.IsListType():
		return problem(at, "for_each is a list",
			"The for_each of %s is a list, and the instances need keys that stay when the list changes. Write toset(...) for a list of texts, or { for x in ... : x.name => x } to say what the key is.", d)
	}
	return problem(at, "Wrong type of for_each",
		"The for_each of %s is %s. It takes a map, an object, or a set of strings; { for x in ... : x.name => x } makes a map of a list.", d, shown(bare))
}

// checkSet checks that the keys of a set are known.
func (x *expansion) checkSet(s *Scope, set cty.Value) *hcl.Diagnostic {
	for it := set.ElementIterator(); it.Next(); {
		_, v := it.Element()
		switch {
		case v.IsNull():
			return problem(x.forEach.Range(), "Null in for_each", "The for_each of %s holds null, which cannot be a key. Take it out with compact(...) before toset(...).", x.res.decl)
		case !v.IsKnown() && !s.top().muted:
			return problem(x.forEach.Range(), "for_each is not known yet",
				"The keys of %s must be known when the plan is made, and this set holds %s, known only after an apply. Use a map with keys from the configuration, and the unknown as its values.", x.res.decl, s.waitsFor(v, s.top()))
		}
	}
	return nil
}

// countLimit keeps a slip of the finger from filling the memory.
const countLimit = 1_000_000

func (x *expansion) expandCount(s *Scope) {
	at, d := x.count.Range(), x.res.decl
	v, diags := x.count.Value(s.root)
	if diags.HasErrors() {
		x.fail(diags...)
		return
	}
	bare, marks := v.Unmark()
	if _, secret := marks[Sensitive]; secret {
		x.fail(problem(at, "Sensitive count", "The count of %s is sensitive, and it would be shown by the plan. If it is no secret, use nonsensitive(...).", d))
		return
	}
	number, err := convert.Convert(bare, cty.Number)
	switch {
	case err != nil || number.IsNull():
		x.fail(problem(at, "count is not a number", "The count of %s is %s; it must be a whole number of at least 0.", d, shown(bare)))
	case !number.IsKnown() && s.top().muted:
		x.fail()
	case !number.IsKnown():
		x.fail(problem(at, "count is not known yet", "The instances of %s must be known when the plan is made, and this count depends on %s, known only after an apply.", d, s.waitsFor(v, s.top())))
	default:
		n, exact := number.AsBigFloat().Int64()
		if exact != big.Exact || n < 0 || n > countLimit {
			x.fail(problem(at, "Wrong count", "The count of %s is %s; it must be a whole number from 0 to %d.", d, shown(bare), countLimit))
			return
		}
		x.diags = plain(diags)
		x.byKey = make(map[InstanceKey]*instance, n)
		for i := range int(n) {
			x.add(InstanceKey{Kind: IntKey, Num: i}, cty.NilVal, nil)
		}
	}
}
