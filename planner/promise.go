package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// heldToPromise compares what the server answered with what was sent. A field
// that still has its old value, or none, was ignored, and the step has failed
// although its object is ours; so has one whose field has got a third value, such
// as a default. Another form of the value (a lowercased e-mail,
// a stripped phone number, a parent's membership more) is the server's way of
// writing it. Fields the answer does not carry are held by the next reading.
func (r *run) heldToPromise(s *Step, sent map[string]cty.Value, answer schema.Object) (Status, error) {
	typ := r.o.Types[s.Address.Type]
	if typ == nil {
		return Done, nil
	}
	var ignored []string
	for i := range s.Changes {
		attr := typ.Attribute(s.Changes[i].Attr)
		got, carried := answer.Attrs[s.Changes[i].Attr]
		want, ok := sent[s.Changes[i].Attr]
		if attr == nil || !carried || !ok || attr.Sensitive {
			continue
		}
		if text := broken(attr, s.Changes[i].Before, want, got, s.Changes[i].Removed); text != "" {
			ignored = append(ignored, text)
		}
	}
	if len(ignored) == 0 {
		return Done, nil
	}
	slices.Sort(ignored)
	return Failed, fmt.Errorf("the server answered that all is well, but did not keep %s. The vendor may not offer this change; plan again shows what is left", strings.Join(ignored, "; "))
}

// broken says how an answer breaks the promise of one attribute, or nothing.
// Of a set's members that were to go, those above one that stays may be the
// server's doing.
func broken(attr *schema.Attribute, before, want, got cty.Value, removed []Element) string {
	if equal(attr, want, got) {
		return ""
	}
	if attr.Type.IsSetType() {
		have := elements(got)
		lost := slices.DeleteFunc(elements(want), func(id string) bool { return slices.Contains(have, id) })
		kept := slices.DeleteFunc(elements(before), func(id string) bool {
			return slices.Contains(elements(want), id) || !slices.Contains(have, id) ||
				slices.ContainsFunc(removed, func(e Element) bool { return e.ID == id && e.Above })
		})
		switch {
		case len(lost) > 0:
			return fmt.Sprintf("%s: %s missing", attr.Name, strings.Join(lost, ", "))
		case len(kept) > 0:
			return fmt.Sprintf("%s: %s still there", attr.Name, strings.Join(kept, ", "))
		}
		return ""
	}
	if before == cty.NilVal {
		before = cty.NullVal(attr.Type)
	}
	switch {
	case equal(attr, got, before):
		return fmt.Sprintf("%s (it is still %s)", attr.Name, shown(attr, got))
	case !isForm(attr, want, got):
		return fmt.Sprintf("%s (it is %s instead of %s)", attr.Name, shown(attr, got), shown(attr, want))
	}
	return ""
}
