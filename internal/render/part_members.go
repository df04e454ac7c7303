package render

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
)

// plainRef reports whether the change is of one id, not of a set of them.
func plainRef(c *planner.Change) bool {
	t := cty.NilType
	switch {
	case c.After.Pending != nil:
		t = c.After.Pending.Type
		if c.After.Pending.Ref != nil {
			return t == cty.NilType || t == cty.DynamicPseudoType || t.IsPrimitiveType()
		}
	case c.After.Value != cty.NilVal:
		t = c.After.Value.Type()
	case c.Before != cty.NilVal:
		t = c.Before.Type()
	}
	return t != cty.NilType && t.IsPrimitiveType() && len(c.Added) <= 1 && len(c.Removed) <= 1
}

func (n *names) referenceChange(base part, c *planner.Change, fresh bool) part {
	base.new = noneWord
	if len(c.Added) == 1 {
		base.new = n.element(c.Added[0], c.Refers)
	}
	if !fresh {
		base.old = noneWord
		if len(c.Removed) == 1 {
			base.old = n.element(c.Removed[0], c.Refers)
		}
	}
	return base
}

func (n *names) elements(c *planner.Change) string {
	items := make([]string, len(c.Added))
	for i, e := range c.Added {
		items[i] = n.element(e, c.Refers)
	}
	return strings.Join(items, ", ")
}

func (n *names) appendMembers(list []part, base part, c *planner.Change) []part {
	words := memberWords(base.attr, clean(c.Refers))
	for _, e := range c.Added {
		list = append(list, part{kind: partGain, attr: words, new: n.element(e, c.Refers), note: base.note})
	}
	for _, e := range c.Removed {
		list = append(list, part{kind: partLoss, attr: words, old: n.element(e, c.Refers), note: base.note})
	}
	return list
}

// memberWords says what comes or goes: "group" for a member of groups, "leads
// group" for one of leads.
func memberWords(attr, refers string) string {
	switch {
	case refers == "":
		return attr
	case strings.HasPrefix(attr, refers):
		return refers
	}
	return attr + " " + refers
}

// isSet reports whether both sides are known sets, so that only what comes and
// goes need be shown.
func isSet(c *planner.Change) bool {
	whole := func(v cty.Value) bool {
		return v != cty.NilVal && v.Type().IsSetType() && !v.IsNull() && v.IsWhollyKnown() && !v.IsMarked()
	}
	return c.After.Pending == nil && whole(c.Before) && whole(c.After.Value)
}

func appendSetChanges(list []part, base part, c *planner.Change) []part {
	before := list
	old := map[string]bool{}
	for _, e := range c.Before.AsValueSlice() {
		old[inline(e, noneWord)] = true
	}
	for _, e := range c.After.Value.AsValueSlice() {
		text := inline(e, noneWord)
		if !old[text] {
			list = append(list, part{kind: partGain, attr: base.attr, new: text, note: base.note})
		}
		delete(old, text)
	}
	for _, e := range c.Before.AsValueSlice() {
		if text := inline(e, noneWord); old[text] {
			list = append(list, part{kind: partLoss, attr: base.attr, old: text, note: base.note})
		}
	}
	if len(list) == len(before) {
		base.old, base.new = inline(c.Before, noneWord), inline(c.After.Value, noneWord)
		list = append(list, base)
	}
	return list
}
