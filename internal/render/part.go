package render

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// partKind says how a part of a step is drawn.
type partKind uint8

const (
	partSet    partKind = iota // attribute and value of something new
	partChange                 // attribute, old value, new value
	partGain                   // a member that comes into a set
	partLoss                   // a member that goes out of a set
	partText                   // a long text, with its differences
)

// part is one thing that a step changes, in plain text. Parts are equal when
// they would be drawn alike, which is what folding goes by.
type part struct {
	kind partKind
	// attr is the attribute's name, or for members the words before the name.
	attr     string
	old, new string
	// text holds the differences inside a long text.
	text []span
	// note is said behind it.
	note string
}

// key is equal for parts that are drawn alike.
func (p *part) key() string {
	return strings.Join([]string{string(rune('0' + p.kind)), p.attr, p.old, p.new, p.note}, "\x00")
}

// short is the part in one line without colours; empty if it has none.
func (p *part) short() string {
	switch p.kind {
	case partGain:
		return "+ " + p.attr + " " + p.new
	case partLoss:
		return "- " + p.attr + " " + p.old
	case partSet:
		return p.attr + " " + p.new
	case partChange:
		if p.old == "" {
			return p.attr + " " + p.new
		}
		return p.attr + " " + p.old + " -> " + p.new
	}
	return ""
}

// parts returns what a step changes, in the order of its attributes.
func (n *names) parts(step *planner.Step) []part {
	var list []part
	for i := range step.Changes {
		list = n.appendParts(list, step, &step.Changes[i])
	}
	return list
}

func (n *names) appendParts(list []part, step *planner.Step, c *planner.Change) []part {
	base := part{kind: partChange, attr: clean(c.Attr)}
	if c.Drift {
		base.note = "changed outside"
	}
	if n.forces(step, c) {
		base.note = "forces replacement"
	}
	fresh := step.Action == planner.Create
	if fresh {
		base.kind = partSet
	}
	members := len(c.Added)+len(c.Removed) > 0
	switch {
	case veiled(c):
		base.new = hiddenWord
		return append(list, base)
	case n.shielded(step) && !members:
		base.new = notShown
		return append(list, base)
	case members && plainRef(c):
		return append(list, n.referenceChange(base, c, fresh))
	case members && fresh:
		base.new = n.elements(c)
		return append(list, base)
	case members:
		return n.appendMembers(list, base, c)
	case isSet(c):
		return appendSetChanges(list, base, c)
	}
	return append(list, n.plainChange(base, c, fresh))
}

// forces reports whether a change is what a replacement is needed for.
func (n *names) forces(step *planner.Step, c *planner.Change) bool {
	typ := n.Library.Resources[step.Address.Type]
	if step.Action != planner.Replace || typ == nil {
		return false
	}
	attr := typ.Attribute(c.Attr)
	return attr != nil && attr.Forces
}

// longText is the length from which the differences inside a text are shown.
const longText = 40

func (n *names) plainChange(base part, c *planner.Change, fresh bool) part {
	after := n.wanted(c.After)
	if c.After.Pending == nil && c.After.Value == cty.NilVal {
		after = noneWord
	}
	base.new = after
	if fresh {
		return base
	}
	base.old = n.known(c.Before, c.Refers)
	if c.Refers != "" && c.After.Pending == nil {
		base.new = n.known(c.After.Value, c.Refers)
	}
	old, okOld := plainText(c.Before)
	text, okNew := plainText(c.After.Value)
	if okOld && okNew && c.Refers == "" && c.After.Pending == nil &&
		(len(old) >= longText || len(text) >= longText || strings.Contains(old+text, "\n")) {
		if spans := compareTexts(old, text); spans != nil {
			base.kind, base.text = partText, spans
		}
	}
	return base
}

// known returns a known value in one line; ids say that they are ids.
func (n *names) known(v cty.Value, refers string) string {
	text := inline(v, noneWord)
	if refers != "" && strings.HasPrefix(text, `"`) {
		return "id " + text
	}
	return text
}

func plainText(v cty.Value) (string, bool) {
	if v == cty.NilVal || v.IsMarked() || v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	return v.AsString(), true
}

// attributes returns the names of what a step changes, in order, each once.
func attributes(step *planner.Step) []string {
	list := make([]string, 0, len(step.Changes))
	for i := range step.Changes {
		list = append(list, clean(step.Changes[i].Attr))
	}
	return list
}

// losing reports whether a step ends a membership or takes a position away.
func (n *names) losing(step *planner.Step) bool {
	if step.Class != schema.ClassPerson {
		return false
	}
	if removes(step) {
		return true
	}
	for i := range step.Changes {
		c := &step.Changes[i]
		if len(c.Removed) > 0 && n.purpose(step.Address.Type, c.Attr) != schema.PurposeLead {
			return true
		}
	}
	return false
}
