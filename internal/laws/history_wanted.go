package laws

import "maps"

// want takes in what is wanted from now on.
func (h *history) want(things []Thing) {
	h.things = things
	wanted := map[string]bool{}
	for _, t := range things {
		wanted[t.Type+" "+t.Label] = true
	}
	maps.DeleteFunc(h.bound, func(label, name string) bool { return !wanted[label] || h.objects[name].gone })
	h.bind()
}

// bind finds the objects that stand for wanted things by their natural keys,
// those above first.
func (h *history) bind() {
	taken := map[string]bool{}
	for _, name := range h.bound {
		taken[name] = true
	}
	live := h.live()
	for more := true; more; {
		more = false
		for _, t := range h.things {
			if at, ok := h.bound[t.Type+" "+t.Label]; ok && !h.objects[at].gone {
				continue
			}
			for _, o := range live {
				name := o.typ + "/" + o.id
				if o.ours && !taken[name] && h.is(t, o) {
					h.bound[t.Type+" "+t.Label], taken[name], more = name, true, true
					break
				}
			}
		}
	}
}

// is reports whether an object has the natural key of a thing. Of several keys
// the first that both have counts.
func (h *history) is(t Thing, o *object) bool {
	if t.Type != o.typ {
		return false
	}
	for _, name := range []string{"employee_number", "import_id", "name"} {
		want, have := t.Keys[name], o.fields[name]
		if want == "" || have == "" {
			continue
		}
		above := ""
		if at, ok := h.bound[t.Type+" "+t.Above]; ok {
			above = h.objects[at].id
		}
		return want == have && (t.Above == "" || above != "") && o.fields["parent_id"] == above
	}
	return false
}
