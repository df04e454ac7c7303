package render

import (
	"strings"
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// names knows what the objects of one plan are called. It may be used from many
// goroutines.
type names struct {
	Options
	// whole is the plan, and plan the same as it is shown: with the addresses that
	// stand for those of people who are not shown by name.
	whole, plan *planner.Plan
	// seed is more that digests of keys go by.
	seed []byte
	// What follows is made when it is first asked for. secret is what digests of keys are
	// keyed by; harmless says of the people of the plan by address whether their key may
	// be shown, classes of its types whether they are shielded; phrases are the texts that name people.
	secret   func() []byte
	harmless func() map[schema.Address]bool
	classes  func() map[string]bool
	phrases  func() phrases
	// byAddress finds a step of the plan, and labels maps the labels of people to their
	// addresses as these are shown.
	byAddress func() map[schema.Address]int
	labels    func() map[string]schema.Address
	// people holds the nouns of the types that are people.
	people map[string]bool
}

func newNames(plan *planner.Plan, o Options) *names {
	n := &names{Options: o, whole: plan, people: map[string]bool{"person": true}}
	n.byAddress = sync.OnceValue(func() map[schema.Address]int {
		index := make(map[schema.Address]int, len(plan.Steps))
		for i := range plan.Steps {
			if !plan.Steps[i].Replaced {
				index[plan.Steps[i].Address] = i
			}
		}
		return index
	})
	n.labels = sync.OnceValue(n.personLabels)
	n.secret, n.harmless, n.classes, n.phrases = sync.OnceValue(n.makeSecret), sync.OnceValue(n.findHarmless), sync.OnceValue(n.classify), sync.OnceValue(n.personPhrases)
	for _, t := range o.Library.Resources {
		if t.Class == schema.ClassPerson {
			n.people[t.Noun[0]] = true
		}
	}
	n.plan = n.shade(plan)
	return n
}

// with returns the same names for another way of drawing; people are shown alike.
func (n *names) with(o Options) *names {
	out := *n
	out.Options = o
	return &out
}

// shielded reports whether values of the step's object are not to be shown,
// because it is a person.
func (n *names) shielded(step *planner.Step) bool {
	return n.People != PeopleNames && (step.Class == schema.ClassPerson || n.person(step.Address.Type) && step.Class == schema.ClassOther)
}

// short is what a step's object is called in a list of several.
func (n *names) short(step *planner.Step) string {
	if step.Label == "" || n.shielded(step) {
		return clean(step.Address.String())
	}
	return clean(step.Label)
}

// label is a step's name in quotes, or empty where it has none or it is not to
// be shown.
func (n *names) label(step *planner.Step) string {
	if step.Label == "" || n.shielded(step) {
		return ""
	}
	return quote(step.Label)
}

// element is what a member of a set is called.
func (n *names) element(e planner.Element, refers string) string {
	person := n.people[refers] || !e.Address.IsZero() && n.Library.Resources[e.Address.Type] != nil && n.person(e.Address.Type)
	text := ""
	switch {
	case person && n.People == PeopleCounts:
		return notShown
	case person && n.People == PeopleAddresses && !e.Address.IsZero():
		text = clean(e.Address.String())
	case person && n.People == PeopleAddresses:
		return notShown
	case e.Label != "":
		text = quote(e.Label)
	case !e.Address.IsZero():
		text = clean(e.Address.String())
	default:
		return "id " + quote(e.ID)
	}
	if e.ID == "" {
		text += " (new)"
	}
	return text
}

// reference is what an object is called whose id a value waits for.
func (n *names) reference(ref schema.Ref) string {
	if ref.Attr != "id" {
		return "(known after apply: " + clean(n.shownAs(ref.Address)+"."+ref.Attr) + ")"
	}
	i, ok := n.byAddress()[ref.Address]
	if ok && n.label(&n.plan.Steps[i]) != "" {
		return n.label(&n.plan.Steps[i]) + " (new)"
	}
	return "(id of " + clean(n.shownAs(ref.Address)) + ")"
}

// wanted returns a wanted value in one line.
func (n *names) wanted(t schema.Template) string {
	switch {
	case hidden(t):
		return hiddenWord
	case t.Pending == nil:
		return inline(t.Value, noneWord)
	case t.Pending.Ref != nil:
		return n.reference(*t.Pending.Ref)
	case t.Pending.List != nil:
		items := make([]string, len(t.Pending.List))
		for i, e := range t.Pending.List {
			items[i] = n.wanted(e)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case t.Pending.Text != nil:
		return quote(n.pieces(t.Pending.Text))
	case t.Pending.Expr != nil && len(t.Pending.Expr.Uses) > 0:
		var uses []string
		for _, a := range t.Pending.Expr.Uses[:min(2, len(t.Pending.Expr.Uses))] {
			uses = append(uses, clean(n.shownAs(a)))
		}
		return "(known after apply, from " + some(uses, len(t.Pending.Expr.Uses)) + ")"
	}
	return laterWord
}

// pieces joins the pieces of a text, the waiting ones as they are written in
// the language.
func (n *names) pieces(list []schema.Template) string {
	var b strings.Builder
	for _, t := range list {
		switch {
		case hidden(t):
			b.WriteString(hiddenWord)
		case t.Pending != nil && t.Pending.Ref != nil:
			b.WriteString("${" + n.shownAs(t.Pending.Ref.Address) + "." + t.Pending.Ref.Attr + "}")
		case t.Pending != nil:
			b.WriteString("${…}")
		case t.Value != cty.NilVal && !t.Value.IsMarked() && t.Value.Type() == cty.String && t.Value.IsKnown() && !t.Value.IsNull():
			b.WriteString(t.Value.AsString())
		default:
			b.WriteString(inline(t.Value, ""))
		}
	}
	return b.String()
}

// hidden reports whether a wanted value, or anything of it that could be shown,
// must not be. The values an expression uses are never shown, so they are not
// looked through.
func hidden(t schema.Template) bool {
	if t.Pending == nil {
		return schema.IsSensitive(t.Value)
	}
	if t.Pending.Sensitive {
		return true
	}
	for _, e := range t.Pending.List {
		if hidden(e) {
			return true
		}
	}
	for _, e := range t.Pending.Text {
		if hidden(e) {
			return true
		}
	}
	return false
}

// veiled reports whether either side of a change must not be shown.
func veiled(c *planner.Change) bool {
	return c.Sensitive || schema.IsSensitive(c.Before) || hidden(c.After)
}
