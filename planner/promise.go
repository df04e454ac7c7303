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
	var ignored, names []string
	final := true
	for i := range s.Changes {
		attr := typ.Attribute(s.Changes[i].Attr)
		got, carried := answer.Attrs[s.Changes[i].Attr]
		want, ok := sent[s.Changes[i].Attr]
		if attr == nil || !carried || !ok || attr.Sensitive || silent(attr) {
			continue
		}
		before := s.Changes[i].Before
		if s.makes() {
			before = cty.NilVal // that is another object's
		}
		if text := broken(attr, before, want, got, s.Changes[i].Removed); text != "" {
			ignored, names = append(ignored, text), append(names, attr.Name)
			final = final && attr.Forces
		}
	}
	for _, attr := range r.changedBeside(typ, s, sent, answer.Attrs) {
		ignored, names = append(ignored, broken(attr, cty.NilVal, sent[attr.Name], answer.Attrs[attr.Name], nil)), append(names, attr.Name)
	}
	if s.Action != Create && s.Action != Replace && r.o.Objects != nil {
		if before, known := r.o.Objects(s.recorded()); known {
			for _, name := range clearedBeside(typ, s, before, answer.Attrs) {
				ignored = append(ignored, name+" (it was cleared, although the change did not name it: see the provider's settings on what a change holds)")
				names = append(names, name)
			}
		}
	}
	if len(ignored) == 0 {
		return Done, nil
	}
	slices.Sort(ignored)
	return Failed, &NotKeptError{Attrs: names, What: strings.Join(ignored, "; "), Made: s.makes(), Final: s.makes() && final}
}

// recorded is the address under which the state knows the step's object.
func (s *Step) recorded() schema.Address {
	if !s.From.IsZero() {
		return s.From
	}
	return s.Address
}

// NotKeptError says that the server answered a call well without doing all of it.
type NotKeptError struct {
	Attrs []string // the attributes it did not keep, in the type's order
	What  string   // these, with what the server has instead
	// Made says that an object was made, which is ours.
	Made bool
	// Final says that one was made and that it stays as it is: all that was not kept
	// could only be given to yet another one, and the server would do the same with
	// that. What needs the object goes on.
	Final bool
}

func (e *NotKeptError) Error() string {
	if e.Final {
		return fmt.Sprintf("the server answered that all is well, but did not keep %s. It would do the same with another one, so this one is used as it is", e.What)
	}
	return fmt.Sprintf("the server answered that all is well, but did not keep %s. The vendor may not offer this change; plan again shows what is left", e.What)
}

// changedBeside are the attributes that a new object was to have like the one that it
// replaces, and of which the server has made something else than before: another name,
// since the old one was still there.
func (r *run) changedBeside(typ *schema.Type, s *Step, sent, answer map[string]cty.Value) (list []*schema.Attribute) {
	if s.Action != Replace {
		return nil
	}
	var old map[string]cty.Value
	if r.o.Objects != nil {
		old, _ = r.o.Objects(s.recorded())
	}
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		want, was := sent[attr.Name]
		got, carried := answer[attr.Name]
		changes := slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Attr == attr.Name })
		if !attr.Forces || !was || !carried || changes || attr.Sensitive || silent(attr) {
			continue
		}
		if had, known := old[attr.Name]; known && equal(attr, got, had) {
			continue
		}
		if broken(attr, cty.NilVal, want, got, nil) != "" {
			list = append(list, attr)
		}
	}
	return list
}

// clearedBeside are the texts that an answer shows as empty although the change did
// not name them, and they were set before: some servers take a change for the whole
// object.
func clearedBeside(typ *schema.Type, s *Step, before, answer map[string]cty.Value) []string {
	var names []string
	for i := range typ.Attributes {
		attr := &typ.Attributes[i]
		if _, sent := s.After[attr.Name]; sent || attr.Type != cty.String || attr.Computed || attr.Sensitive || attr.Refers != "" || silent(attr) {
			continue
		}
		if got, carried := answer[attr.Name]; carried && schema.IsEmpty(got) && !schema.IsEmpty(before[attr.Name]) {
			names = append(names, attr.Name)
		}
	}
	return names
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
