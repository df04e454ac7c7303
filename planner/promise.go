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
	for i := range s.Changes {
		attr := typ.Attribute(s.Changes[i].Attr)
		got, carried := answer.Attrs[s.Changes[i].Attr]
		want, ok := sent[s.Changes[i].Attr]
		if attr == nil || !carried || !ok || attr.Sensitive || silent(attr) {
			continue
		}
		if text := broken(attr, s.Changes[i].Before, want, got, s.Changes[i].Removed); text != "" {
			ignored, names = append(ignored, text), append(names, attr.Name)
		}
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
	return Failed, &NotKeptError{Attrs: names, What: strings.Join(ignored, "; ")}
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
}

func (e *NotKeptError) Error() string {
	return fmt.Sprintf("the server answered that all is well, but did not keep %s. The vendor may not offer this change; plan again shows what is left", e.What)
}

// isNotKept reports whether a live value is the one from before a write of ours that
// no answer has confirmed, although a reading cannot be behind it any more.
func (m *Match) isNotKept(n *node, attr *schema.Attribute) bool {
	if n.rec == nil || n.index < 0 {
		return false
	}
	w, wrote := n.rec.Writes[attr.Name]
	have, read := n.live().Attrs[attr.Name]
	return wrote && read && w.Answer == cty.NilVal && w.Before != cty.NilVal && w.Sent != cty.NilVal && equal(attr, have, w.Before) && !equal(attr, have, w.Sent)
}

// warnNotKept says that the server has not kept what was sent, which is no doing of
// somebody else. It reports whether that is so.
func (m *Match) warnNotKept(n *node, attr *schema.Attribute) bool {
	if !m.isNotKept(n, attr) {
		return false
	}
	at, w := n.inst.Block.RangeOf(attr.Name), n.rec.Writes[attr.Name]
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("The server has not kept %s", attr.Name),
		Detail: fmt.Sprintf("%s was sent %s %s on %s, and the server answered that all is well. It still has %s, so it may not offer this change.",
			n.inst.Address, attr.Name, m.named(n, attr, w.Sent), w.At.UTC().Format("2006-01-02 15:04 MST"), m.named(n, attr, n.live().Attrs[attr.Name])),
		Address: n.inst.Address, File: at.Filename, Line: at.Start.Line,
	})
	return true
}

// named is a value for a message, ids by the names of what they are of.
func (m *Match) named(n *node, attr *schema.Attribute, v cty.Value) string {
	var names []string
	for _, id := range idsOf(v) {
		names = append(names, fmt.Sprintf("%q", m.element(n.inst.Provider, attr.Refers, member{id: id}).Label))
	}
	if m.in.Types[attr.Refers] == nil || len(names) == 0 {
		return shown(attr, v)
	}
	return strings.Join(names, ", ")
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
