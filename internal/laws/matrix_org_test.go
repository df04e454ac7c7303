package laws

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// fixed is the organisation that every kind of server is tried with: groups of
// all levels, positions, and people with memberships, leads, positions, e-mails
// of both cases and phones with spaces in them.
func fixed(people int) *org {
	o := &org{
		groups: []group{
			{label: "acme", name: "Acme", kind: "organization"},
			{label: "norway", name: "Norway", kind: "country", parent: "acme"},
			{label: "sweden", name: "Sweden", kind: "country", parent: "acme"},
			{label: "east", name: "East", kind: "region", parent: "norway"},
			{label: "oslo", name: "Oslo", kind: "store", parent: "east"},
			{label: "moss", name: "Moss", kind: "store", parent: "east"},
			{label: "lund", name: "Lund", kind: "store", parent: "sweden"},
		},
		media:     &media{"the picture.png", "\x89PNG\r\n\x1a\nfirst", "Hello", "Welcome.\n", "oslo"},
		positions: []position{{"barista", "Barista", "B-1"}, {"baker", "Baker", ""}, {"chef", "Chef & co.", "C-1"}},
	}
	for i := range people {
		p := person{label: fmt.Sprint("p", i), number: fmt.Sprintf("%03d", i), email: fmt.Sprintf("Person.%d@Example.org", i),
			first: fmt.Sprint("Åse ", i), last: "Lie", groups: []string{"oslo"}, positions: []string{"barista"}}
		switch i % 4 {
		case 1:
			p.phone = fmt.Sprintf("+47 99 00 %04d", i)
		case 2:
			p.groups, p.leads = []string{"moss", "sweden"}, []string{"oslo"}
		case 3:
			p.groups, p.positions = []string{"acme", "lund"}, []string{"baker", "chef"}
		}
		o.people = append(o.people, p)
	}
	return o
}

// edited is the organisation some time later.
func (v variant) edited(o *org) *org {
	o = o.clone()
	o.group("oslo").name = "Oslo City"
	o.media = &media{o.media.file, o.media.content + " and second", "Hello all", o.media.text, "lund"}
	o.group("east").parent = "sweden"
	if v.detaches {
		o.group("lund").parent = ""
	}
	o.without([]string{"moss"})
	o.groups = append(o.groups, group{label: "umea", name: "Umeå", kind: "store", parent: "sweden"})
	o.positions[1].name = "Master baker"
	o.positions = slices.Delete(o.positions, 2, 3)
	for i := range o.people {
		p := &o.people[i]
		p.positions = slices.DeleteFunc(p.positions, func(label string) bool { return label == "chef" })
		switch i {
		case 0:
			p.groups = []string{"umea"} // moved
		case 1:
			p.email, p.phone = "New.Address@Example.org", ""
		case 2:
			p.leads, p.groups = nil, []string{"oslo", "umea"} // no longer leads
		case 3:
			p.groups, p.last, p.positions = []string{"lund"}, "", nil
		case 4:
			p.groups, p.positions = nil, []string{"baker"}
		case 5:
			p.leads = []string{"oslo"}
		case 7:
			if v.renumbers {
				p.number = "700"
			}
		case 8:
			if v.long {
				p.first = strings.Repeat("Åse ", 100) + "!"
			}
		}
	}
	last := len(o.people) - 1
	o.people = slices.Delete(o.people, last, last+1)
	o.people = append(o.people, person{label: "fresh", number: "900", email: "Fresh@Example.org", phone: "+47 90 00 00 00",
		first: "Fresh", groups: []string{"umea"}, positions: []string{"baker"}})
	return o
}

// What a user writes otherwise where the server does not take it.

func unmoved(o *org) { o.group("east").parent = "norway" }

func attached(o *org) {
	if g := o.group("lund"); g.parent == "" {
		g.parent = "sweden"
	}
}

func oldNumber(o *org) { o.people[7].number = "007" }

func short(o *org) { o.people[8].first = "Åse" }

func plainPhones(o *org) {
	for i := range o.people {
		o.people[i].phone = plainKey("phone_number", o.people[i].phone)
	}
}

func named(o *org) {
	for i := range o.people {
		p := &o.people[i]
		p.last = cmp.Or(p.last, "Lie")
	}
}

func withoutFresh(o *org) {
	o.people = slices.DeleteFunc(o.people, func(p person) bool { return p.label == "fresh" })
}

// withAbove adds the groups above to those named, each once.
func (o *org) withAbove(labels []string) []string {
	for i := 0; i < len(labels); i++ {
		if above := o.group(labels[i]).parent; above != "" && !slices.Contains(labels, above) {
			labels = append(labels, above)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(labels)))
}
