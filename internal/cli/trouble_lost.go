package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// String is the object in words: group Oslo (id 17, acme_group.oslo).
func (r reference) String() string {
	text := r.typ.Noun[0]
	switch {
	case r.label == "" && r.address == "":
		return text + " " + r.id
	case r.label != "":
		text += " " + r.label
	}
	if r.address == "" {
		return fmt.Sprintf("%s (id %s)", text, r.id)
	}
	return fmt.Sprintf("%s (id %s, %s)", text, r.id, r.address)
}

// relation says what the call wanted of the object.
func (r reference) relation() string {
	switch {
	case r.attr.Purpose == schema.PurposeLead:
		return "lead"
	case r.attr.Purpose == schema.PurposeParent:
		return "stand below"
	case r.attr.Purpose == schema.PurposeMembership && r.typ.Class == schema.ClassRole:
		return "have"
	case r.attr.Purpose == schema.PurposeMembership:
		return "be in"
	}
	return "refer to"
}

// lost is a call that names what is not live.
func (f *failure) lost(found references) account {
	first := found.lost[0]
	noun, known := first.typ.Noun[0], first.label != ""
	var summary, state, remedy string
	switch {
	case found.behind:
		summary, state = "The "+noun+" "+cmp.Or(first.label, first.id)+" is in no list", "which no list shows"
		remedy = "It has probably been deleted. Plan again: what the configuration wants is made anew when the lists show all that was written lately."
	case known:
		summary, state = "The "+noun+" "+first.label+" is not live any more", "which is not live any more"
		remedy = "Plan again: what the configuration wants is then made anew."
	default:
		summary, state = "There is no "+noun+" with the id "+first.id, "which is not live"
		remedy = "Write the id of a " + noun + " that is live, or refer to the resource that makes it."
	}
	var parts []string
	for _, ref := range found.lost {
		parts = append(parts, "to "+ref.relation()+" "+ref.String()+", "+state)
	}
	return account{summary: summary, attr: first.attr.Name, detail: func(who string, _ bool) string {
		return fmt.Sprintf("%s is %s.%s %s", who, strings.Join(parts, ", and "), f.vendor(), remedy)
	}}
}

// unknown is a call that is answered with 404 although nothing it names is seen to
// be missing.
func (f *failure) unknown(found references) account {
	if len(found.all) == 0 {
		return account{summary: "The server does not know this call", detail: func(who string, _ bool) string {
			remedy := f.remedy("Check the address in the provider block")
			if slices.ContainsFunc(f.typ.Attributes, func(a schema.Attribute) bool { return a.Refers != "" }) {
				remedy = " Check the address in the provider block, and the paths if it gives any." // the client's is about what it might refer to
			}
			return fmt.Sprintf("%s was not %s, though it refers to nothing that could be missing.%s%s", who, f.what.done, f.vendor(), remedy)
		}}
	}
	var list []string
	for _, ref := range found.all {
		list = append(list, ref.String())
	}
	attr := found.all[0].attr.Name
	return account{summary: "Something that the " + f.noun() + " refers to is not there", attr: attr, detail: func(who string, _ bool) string {
		seen := "A list shows that, so either it was deleted a moment ago and the list is behind"
		switch {
		case !found.sure && len(list) > 1:
			seen = "Whether all of these are live could not be looked up: either one is not"
		case !found.sure:
			seen = "Whether that is live could not be looked up: either it is not"
		case len(list) > 1:
			seen = "Lists show all of these, so either one was deleted a moment ago and the lists are behind"
		}
		return fmt.Sprintf("%s was not %s.%s It refers to %s. %s, or the server does not know this call at all. Plan again in a while; if it ends in the same way, check the address in the provider block.",
			who, f.what.done, f.vendor(), shortList(list), seen)
	}}
}

// shortList joins the first few of a list.
func shortList(list []string) string {
	if more := len(list) - 5; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:5], ", "), more)
	}
	return strings.Join(list, ", ")
}
