package schema

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
)

// depSets shares lists of addresses between instances that need the same, which
// most people of one unit do.
type depSets struct {
	last   uint32
	shared map[string][]Address
	key    []byte
	ids    []uint32
}

// reach returns the instances that vertices stand for: an instance for itself,
// and everything else for the instances it goes back to.
func (s *Scope) reach(deps []*vertex) []*instance {
	var all []*instance
	seen := map[*instance]bool{}
	for _, v := range deps {
		for _, in := range s.instancesOf(v) {
			if !seen[in] {
				seen[in] = true
				all = append(all, in)
			}
		}
	}
	return all
}

// instancesOf is reach for one vertex; what is no instance keeps the answer.
func (s *Scope) instancesOf(v *vertex) []*instance {
	if in, ok := v.owner.(*instance); ok && !in.res.decl.data {
		return []*instance{in}
	}
	if v.closed {
		return v.closure
	}
	// Set first, so that a cycle, which is an error told elsewhere, ends here.
	v.closed = true
	v.closure = s.reach(next(v))
	return v.closure
}

// next are the vertices that v depends on directly.
func next(v *vertex) []*vertex {
	in, ok := v.owner.(*instance)
	if !ok || len(in.res.expansion.deps) == 0 {
		return v.deps
	}
	return append(v.deps[:len(v.deps):len(v.deps)], &in.res.expansion.vertex)
}

// addresses returns the instances that vertices stand for, sorted and each once.
// The same vertices get the same list.
func (s *Scope) addresses(deps []*vertex) []Address {
	if len(deps) == 0 {
		return nil
	}
	set := &s.sets
	set.ids = set.ids[:0]
	for _, v := range deps {
		if v.id == 0 {
			set.last++
			v.id = set.last
		}
		set.ids = append(set.ids, v.id)
	}
	slices.Sort(set.ids)
	set.key = set.key[:0]
	for _, id := range set.ids {
		set.key = binary.LittleEndian.AppendUint32(set.key, id)
	}
	if list, ok := set.shared[string(set.key)]; ok {
		return list
	}
	var list []Address
	for _, other := range s.reach(deps) {
		list = append(list, other.out.Address)
	}
	list = sortAddresses(list)
	if set.shared == nil {
		set.shared = map[string][]Address{}
	}
	set.shared[string(set.key)] = list
	return list
}

// sortAddresses sorts addresses and drops repetitions.
func sortAddresses(list []Address) []Address {
	slices.SortFunc(list, Address.Compare)
	return slices.Clip(slices.Compact(list))
}

// compareRefs orders references by address and attribute.
func compareRefs(a, b Ref) int {
	return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.Attr, b.Attr))
}

// sortedRefs lists references by address and attribute.
func sortedRefs(set map[Ref]bool) []Ref {
	return slices.SortedFunc(maps.Keys(set), compareRefs)
}
