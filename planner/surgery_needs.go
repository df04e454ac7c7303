package planner

// stand is one of the spots of a unit, by its place in their order.
type stand struct{ unit, at int }

// needs works out what has to wait for what: two spots that do not go together
// must not be taken at one time, so one unit leaves its spot before the other
// comes to its own.
func (f *forest) needs() *operation {
	op := &operation{}
	for i := range f.units {
		for at, s := range f.units[i].spots() {
			if s.there && s.parent >= 0 && s.parent != i {
				op.underParent(f, stand{i, at}, s)
			}
		}
	}
	op.amongSiblings(f)
	op.aroundCircles(f)
	return op
}

// underParent keeps a unit and the spots of the parent it has in one spot apart
// where that one is not there, or not at a higher level.
func (op *operation) underParent(f *forest, child stand, s spot) {
	u, parent := &f.units[child.unit], &f.units[s.parent]
	askew := u.live.parent == s.parent && inverted(parent.live, u.live)
	for at, p := range parent.spots() {
		switch {
		case !p.there && u.stranger && !u.changes():
		case !p.there:
			op.apart(f, child, stand{s.parent, at}, need{}, parentGoes)
		case inverted(p, s) && !askew:
			op.apart(f, child, stand{s.parent, at}, need{}, notLower)
		}
	}
}

// amongSiblings keeps units of one name under one parent apart.
func (op *operation) amongSiblings(f *forest) {
	holders := make(map[sibling][]stand, len(f.units))
	for i := range f.units {
		had := map[sibling]bool{}
		for at, s := range f.units[i].spots() {
			k, ok := s.key()
			if !ok {
				continue
			}
			for _, other := range holders[k] {
				if other.unit != i {
					op.sameName(f, other, stand{i, at}, k)
				}
			}
			if !had[k] || at > 0 {
				holders[k] = append(holders[k], stand{i, at})
			}
			had[k] = true
		}
	}
}

func (op *operation) sameName(f *forest, a, b stand, k sibling) {
	u, v := &f.units[a.unit], &f.units[b.unit]
	has, _ := u.live.key()
	had, _ := v.live.key()
	if has == k && had == k || u.stranger && !u.changes() || v.stranger && !v.changes() {
		return
	}
	op.apart(f, a, b, need{byName: true}, nameTaken)
}

// apart sees to it that two units never stand at these spots at one time. Both at
// their first is how things are; both at their last is a fault.
func (op *operation) apart(f *forest, a, b stand, n need, kind faultKind) {
	lastA, lastB := len(f.units[a.unit].spots())-1, len(f.units[b.unit].spots())-1
	switch {
	case a.at == 0 && b.at == 0 && (lastA > 0 || lastB > 0):
		return
	case a.at == lastA && b.at == lastB:
		op.faults = append(op.faults, fault{kind, a.unit, b.unit})
		return
	case a.at < lastA && b.at > 0 && (a.at == 0 || b.at == lastB):
		n.link = link{f.leaving(a, lastA), f.coming(b, lastB)}
	case b.at < lastB && a.at > 0 && (b.at == 0 || a.at == lastA):
		n.link = link{f.leaving(b, lastB), f.coming(a, lastA)}
	default:
		op.faults = append(op.faults, fault{noInterim, a.unit, b.unit})
		return
	}
	op.needs = append(op.needs, n)
}

// leaving is the call with which a unit leaves a spot, which is not its last.
func (f *forest) leaving(s stand, last int) int { return f.coming(stand{s.unit, s.at + 1}, last) }

// coming is the call with which it comes to one that is not its first.
func (f *forest) coming(s stand, last int) int {
	if s.at < last {
		return f.early(s.unit)
	}
	return s.unit
}
