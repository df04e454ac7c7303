package laws

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"
)

var levels = []string{"organization", "country", "region", "store"}

// org is a wanted organisation. Things are told apart by their labels.
type org struct {
	groups    []group
	positions []position
	people    []person
	media     *media
	made      int // how many labels, names and addresses have been made up
}

type group struct {
	label, name, kind string
	parent            string // a label; empty at the top
}

type position struct{ label, name, importID string }

type person struct {
	label, number, email, phone, first, last string
	groups, leads, positions                 []string // labels
}

func (o *org) clone() *org {
	c := &org{groups: slices.Clone(o.groups), positions: slices.Clone(o.positions), people: slices.Clone(o.people), media: o.media, made: o.made}
	for i := range c.people {
		p := &c.people[i]
		p.groups, p.leads, p.positions = slices.Clone(p.groups), slices.Clone(p.leads), slices.Clone(p.positions)
	}
	return c
}

func (o *org) fresh(prefix string) string {
	o.made++
	return fmt.Sprintf("%s%d", prefix, o.made)
}

func (o *org) group(label string) *group {
	for i := range o.groups {
		if o.groups[i].label == label {
			return &o.groups[i]
		}
	}
	return nil
}

// valid reports whether the organisation is one that a server would keep:
// parents are there and stand higher, siblings and positions have names of their
// own.
func (o *org) valid() bool {
	names := map[string]bool{}
	for _, g := range o.groups {
		rank := slices.Index(levels, g.kind)
		if g.parent != "" {
			p := o.group(g.parent)
			if p == nil || slices.Index(levels, p.kind) >= rank {
				return false
			}
		}
		key := g.parent + "/" + g.name
		if names[key] {
			return false
		}
		names[key] = true
	}
	for _, p := range o.positions {
		if names["position "+p.name] {
			return false
		}
		names["position "+p.name] = true
	}
	return true
}

// without takes the named groups out, also from people.
func (o *org) without(labels []string) {
	gone := func(label string) bool { return slices.Contains(labels, label) }
	o.groups = slices.DeleteFunc(o.groups, func(g group) bool { return gone(g.label) })
	for i := range o.people {
		p := &o.people[i]
		p.groups, p.leads = slices.DeleteFunc(p.groups, gone), slices.DeleteFunc(p.leads, gone)
	}
}

// below are the labels of a group and of all below it.
func (o *org) below(label string) []string {
	out := []string{label}
	for i := 0; i < len(out); i++ {
		for _, g := range o.groups {
			if g.parent == out[i] {
				out = append(out, g.label)
			}
		}
	}
	return out
}

// relabel gives a group another label.
func (o *org) relabel(from, to string) {
	swap := func(list []string) {
		for i := range list {
			if list[i] == from {
				list[i] = to
			}
		}
	}
	for i := range o.groups {
		g := &o.groups[i]
		if g.label == from {
			g.label = to
		}
		if g.parent == from {
			g.parent = to
		}
	}
	for i := range o.people {
		swap(o.people[i].groups)
		swap(o.people[i].leads)
	}
}

// labels are those of all groups.
func (o *org) labels() []string {
	out := make([]string, len(o.groups))
	for i := range o.groups {
		out[i] = o.groups[i].label
	}
	return out
}

// The texts that people give to things: short ones that collide, and odd ones.
func texts() *rapid.Generator[string] {
	odd := []string{"Åse Ñandú", `say "hi"`, `back\slash`, "50 % off", "${not.a.ref}", "%{ if x }", "$${twice}", "a&b=c?d#e/f", "名前 なまえ", "שלום", "🦊🌲", "é", "O'Brien", "<b>", "x;y,z", "nbsp\u00a0in", "+1"}
	return rapid.OneOf(rapid.SampledFrom([]string{"Sales", "Oslo", "Bar", "Team"}), rapid.SampledFrom(odd), rapid.StringMatching(`[A-Za-zÀ-ÿ][a-zà-ÿ' -]{0,8}[a-z]`))
}

// draw draws an organisation.
func draw(t *rapid.T) *org {
	o := &org{}
	for range rapid.IntRange(0, 12).Draw(t, "groups") {
		o.addGroup(t)
	}
	for range rapid.IntRange(0, 4).Draw(t, "positions") {
		o.addPosition(t)
	}
	for range rapid.IntRange(0, 15).Draw(t, "people") {
		o.addPerson(t)
	}
	return o
}

func (o *org) addGroup(t *rapid.T) {
	g := group{label: o.fresh("g"), name: texts().Draw(t, "name")}
	rank := 0
	if len(o.groups) > 0 && rapid.IntRange(0, 4).Draw(t, "top") > 0 {
		p := rapid.SampledFrom(o.groups).Draw(t, "parent")
		if rank = slices.Index(levels, p.kind) + 1; rank == len(levels) {
			return
		}
		g.parent = p.label
	}
	g.kind = rapid.SampledFrom(levels[rank:]).Draw(t, "kind")
	o.groups = append(o.groups, g)
	if !o.valid() {
		o.groups = o.groups[:len(o.groups)-1]
	}
}

func (o *org) addPosition(t *rapid.T) {
	p := position{label: o.fresh("p"), name: texts().Draw(t, "position")}
	if rapid.Bool().Draw(t, "imported") {
		p.importID = o.fresh("X")
	}
	o.positions = append(o.positions, p)
	if !o.valid() {
		o.positions = o.positions[:len(o.positions)-1]
	}
}

func (o *org) addPerson(t *rapid.T) {
	p := person{label: o.fresh("u"), number: o.fresh("0"), email: o.fresh("P") + "@example.org", first: texts().Draw(t, "first"), last: texts().Draw(t, "last")}
	if rapid.Bool().Draw(t, "phone") {
		p.phone = fmt.Sprintf("+47 900 %05d", o.made)
	}
	o.people = append(o.people, p)
	o.assign(t, &o.people[len(o.people)-1])
}

// some draws a few of a list.
func some(t *rapid.T, list []string, what string) []string {
	if len(list) == 0 {
		return nil
	}
	out := rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, min(3, len(list)), rapid.ID[string]).Draw(t, what)
	slices.Sort(out)
	return out
}

func (o *org) assign(t *rapid.T, p *person) {
	p.groups, p.leads = some(t, o.labels(), "groups"), some(t, o.labels(), "leads")
	var held []string
	for _, position := range o.positions {
		held = append(held, position.label)
	}
	p.positions = some(t, held, "positions")
}

// edits are what can happen to an organisation, by name.
var edits = map[string]func(*rapid.T, *org){
	"add a group":    func(t *rapid.T, o *org) { o.addGroup(t) },
	"add a person":   func(t *rapid.T, o *org) { o.addPerson(t) },
	"add a position": func(t *rapid.T, o *org) { o.addPosition(t) },
	"relabel a group": func(t *rapid.T, o *org) {
		o.relabel(rapid.SampledFrom(o.groups).Draw(t, "group").label, o.fresh("g"))
	},
	"relabel a person": func(t *rapid.T, o *org) {
		o.people[rapid.IntRange(0, len(o.people)-1).Draw(t, "person")].label = o.fresh("u")
	},
	"rename a group": func(t *rapid.T, o *org) {
		o.groups[rapid.IntRange(0, len(o.groups)-1).Draw(t, "group")].name = texts().Draw(t, "name")
	},
	"rename a position": func(t *rapid.T, o *org) {
		o.positions[rapid.IntRange(0, len(o.positions)-1).Draw(t, "position")].name = texts().Draw(t, "name")
	},
	"swap two names": func(t *rapid.T, o *org) {
		a, b := rapid.IntRange(0, len(o.groups)-1).Draw(t, "one"), rapid.IntRange(0, len(o.groups)-1).Draw(t, "other")
		o.groups[a].name, o.groups[b].name = o.groups[b].name, o.groups[a].name
	},
	"swap two names of positions": func(t *rapid.T, o *org) {
		a, b := rapid.IntRange(0, len(o.positions)-1).Draw(t, "one"), rapid.IntRange(0, len(o.positions)-1).Draw(t, "other")
		o.positions[a].name, o.positions[b].name = o.positions[b].name, o.positions[a].name
	},
	"swap two labels": func(t *rapid.T, o *org) {
		a, b := rapid.SampledFrom(o.labels()).Draw(t, "one"), rapid.SampledFrom(o.labels()).Draw(t, "other")
		if a != b {
			o.relabel(a, "between")
			o.relabel(b, a)
			o.relabel("between", b)
		}
	},
	"swap a parent and its child": func(t *rapid.T, o *org) {
		c := rapid.IntRange(0, len(o.groups)-1).Draw(t, "child")
		p := o.group(o.groups[c].parent)
		if p != nil {
			child := &o.groups[c]
			child.parent, p.parent = p.parent, child.label
			child.kind, p.kind = p.kind, child.kind
		}
	},
	"move a group": func(t *rapid.T, o *org) {
		g := &o.groups[rapid.IntRange(0, len(o.groups)-1).Draw(t, "group")]
		g.parent = rapid.SampledFrom(append(o.labels(), "")).Draw(t, "parent")
		if p := o.group(g.parent); p != nil && p.kind != "store" {
			g.kind = rapid.SampledFrom(levels[slices.Index(levels, p.kind)+1:]).Draw(t, "kind")
		}
	},
	"another level": func(t *rapid.T, o *org) {
		o.groups[rapid.IntRange(0, len(o.groups)-1).Draw(t, "group")].kind = rapid.SampledFrom(levels).Draw(t, "kind")
	},
	"sink a subtree": func(t *rapid.T, o *org) {
		for _, label := range o.below(rapid.SampledFrom(o.labels()).Draw(t, "group")) {
			g := o.group(label)
			g.kind = levels[min(len(levels)-1, slices.Index(levels, g.kind)+1)]
		}
	},
	"raise a subtree": func(t *rapid.T, o *org) {
		for _, label := range o.below(rapid.SampledFrom(o.labels()).Draw(t, "group")) {
			g := o.group(label)
			g.kind = levels[max(0, slices.Index(levels, g.kind)-1)]
		}
	},
	"delete a subtree": func(t *rapid.T, o *org) {
		o.without(o.below(rapid.SampledFrom(o.labels()).Draw(t, "group")))
	},
	"take out a level": func(t *rapid.T, o *org) {
		gone := rapid.SampledFrom(o.groups).Draw(t, "group")
		for i := range o.groups {
			if o.groups[i].parent == gone.label {
				o.groups[i].parent = gone.parent
			}
		}
		o.without([]string{gone.label})
	},
	"delete a person": func(t *rapid.T, o *org) {
		i := rapid.IntRange(0, len(o.people)-1).Draw(t, "person")
		o.people = slices.Delete(o.people, i, i+1)
	},
	"delete a position": func(t *rapid.T, o *org) {
		i := rapid.IntRange(0, len(o.positions)-1).Draw(t, "position")
		gone := o.positions[i].label
		o.positions = slices.Delete(o.positions, i, i+1)
		for j := range o.people {
			o.people[j].positions = slices.DeleteFunc(o.people[j].positions, func(label string) bool { return label == gone })
		}
	},
	"assign a person anew": func(t *rapid.T, o *org) {
		o.assign(t, &o.people[rapid.IntRange(0, len(o.people)-1).Draw(t, "person")])
	},
	"another e-mail": func(t *rapid.T, o *org) {
		o.people[rapid.IntRange(0, len(o.people)-1).Draw(t, "person")].email = o.fresh("p") + "@example.com"
	},
	// Whoever gives an address up gets a new one, so that they never go in a circle,
	// which no order of calls can do.
	"pass an e-mail on": func(t *rapid.T, o *org) {
		a, b := rapid.IntRange(0, len(o.people)-1).Draw(t, "one"), rapid.IntRange(0, len(o.people)-1).Draw(t, "other")
		if a != b {
			o.people[a].email, o.people[b].email = o.people[b].email, o.fresh("p")+"@example.com"
		}
	},
	"another first name": func(t *rapid.T, o *org) {
		o.people[rapid.IntRange(0, len(o.people)-1).Draw(t, "person")].first = texts().Draw(t, "first")
	},
	"no phone": func(t *rapid.T, o *org) {
		o.people[rapid.IntRange(0, len(o.people)-1).Draw(t, "person")].phone = ""
	},
}

// edit draws a few changes and makes those of them that leave a valid
// organisation.
func (o *org) edit(t *rapid.T) *org {
	names := slices.Sorted(maps.Keys(edits))
	for range rapid.IntRange(1, 6).Draw(t, "edits") {
		name := rapid.SampledFrom(names).Draw(t, "edit")
		next := o.clone()
		if len(o.groups) == 0 || len(o.people) == 0 || len(o.positions) == 0 {
			name = rapid.SampledFrom([]string{"add a group", "add a person", "add a position"}).Draw(t, "add")
		}
		if edits[name](t, next); next.valid() {
			o = next
		}
	}
	return o
}

// things are what the organisation wants, for the check of what is sent.
func (o *org) things() []Thing {
	var out []Thing
	for _, g := range o.groups {
		out = append(out, Thing{Type: "groups", Label: g.label, Above: g.parent, Keys: map[string]string{"name": g.name}})
	}
	for _, p := range o.positions {
		out = append(out, Thing{Type: "positions", Label: p.label, Keys: map[string]string{"import_id": p.importID, "name": p.name}})
	}
	for _, p := range o.people {
		out = append(out, Thing{Type: "users", Label: p.label, Keys: map[string]string{"employee_number": p.number}})
	}
	return out
}
