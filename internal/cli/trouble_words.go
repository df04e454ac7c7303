package cli

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// account says what a failure comes to.
func (f *failure) account() account {
	e := &f.err
	switch {
	case f.verdict == planner.Unanswered:
		return f.unanswered()
	case f.verdict == planner.Gone:
		return f.gone()
	case e.Kind == provider.Unauthorized:
		return f.denied()
	case e.Kind == provider.Unavailable, e.Kind == provider.Malformed, e.Kind == provider.Failed, e.Kind == provider.Unanswered:
		return f.unavailable()
	case e.Status == http.StatusRequestEntityTooLarge:
		return f.tooLarge()
	}
	attr := f.blamed()
	if a := f.typ.Attribute(attr); e.Status == http.StatusNotFound || a != nil && a.Refers != "" {
		if found := f.missing(); len(found.lost) > 0 {
			return f.lost(found)
		} else if e.Status == http.StatusNotFound {
			return f.unknown(found)
		}
	}
	switch a := f.typ.Attribute(attr); {
	case a == nil:
		return f.refused()
	case !f.touched(attr):
		return f.untouched(attr)
	case taken.MatchString(e.Vendor):
		return f.taken(attr)
	case a.Purpose == schema.PurposeLevel:
		return f.level(attr)
	}
	return f.refusedFor(attr)
}

// taken matches what servers say of a key that somebody else has.
var taken = regexp.MustCompile(`(?i)\b(taken|already (exists?|in use|used|registered)|duplicate|(not|be) unique)\b`)

// noField matches what servers say of a field that they do not take at all.
var noField = regexp.MustCompile(`(?i)\b(no|unknown|unpermitted|unexpected|unrecogni[sz]ed)\b.{0,12}\b(field|parameter|attribute|property|key)\b`)

// blamed is the attribute that the vendor's words are about: of those it names,
// one that the call was about.
func (f *failure) blamed() string {
	for _, attr := range f.err.Attrs {
		if v, ok := f.wanted[attr]; ok && v != cty.NilVal && f.touched(attr) {
			return attr
		}
	}
	if len(f.err.Attrs) > 0 {
		return f.err.Attrs[0]
	}
	return ""
}

// touched reports whether the call was about the attribute: a change is about what
// is to be changed alone, and attributes with ids of one type may go in one field.
func (f *failure) touched(attr string) bool {
	if f.what != toChange() || len(f.step.Changes) == 0 {
		return true
	}
	a := f.typ.Attribute(attr)
	return slices.ContainsFunc(f.step.Changes, func(c planner.Change) bool {
		other := f.typ.Attribute(c.Attr)
		return c.Attr == attr || a != nil && other != nil && a.Refers != "" && a.Refers == other.Refers
	})
}

// untouched is a change that is refused for what it is not about.
func (f *failure) untouched(attr string) account {
	return account{summary: "The server refuses the change for what it does not touch", detail: func(who string, _ bool) string {
		return fmt.Sprintf("%s was not changed, because of its %s, which this change does not touch.%s Some servers take a change for the whole object and miss what is not sent, and some do not take a value any more that is there: see the settings of provider %q.",
			who, attr, f.vendor(), f.step.Provider)
	}}
}

// vendor is what the server said, as a sentence with a blank before it; empty if it
// said nothing.
func (f *failure) vendor() string {
	e := &f.err
	switch text := strings.TrimRight(e.Vendor, ". "); {
	case text != "" && e.Status != 0:
		return fmt.Sprintf(" The server says: %s (HTTP %d).", text, e.Status)
	case text != "":
		return " The server says: " + text + "."
	case e.Status != 0:
		return fmt.Sprintf(" The server gives no reason (HTTP %d).", e.Status)
	}
	return ""
}

// value is an attribute with its value, as far as that may be shown.
func (f *failure) value(attr string, show bool) string {
	v, ok := f.wanted[attr]
	if !show || !ok || v == cty.NilVal || v.IsNull() || f.hidden(attr) || !v.Type().IsPrimitiveType() {
		return attr
	}
	return attr + " " + render.Value(v)
}

func (f *failure) noun() string { return f.typ.Noun[0] }

func (f *failure) gone() account {
	return account{summary: "The " + f.noun() + " is not live any more", detail: func(who string, _ bool) string {
		return fmt.Sprintf("%s was live with the id %s when the plan was made, and the server no longer knows that id: it has been deleted since.%s Nothing was changed. Plan again: what the configuration wants is then made anew.",
			who, f.step.ID, f.vendor())
	}}
}

func (f *failure) denied() account {
	key := f.step.Provider
	if f.err.Status == http.StatusForbidden {
		return account{summary: "The account may not " + f.what.do + " a " + f.noun(), settings: true, detail: func(who string, _ bool) string {
			return fmt.Sprintf("%s was not %s. The account that holds the token may not do this, or the token has expired.%s Give the account of provider %q the role it needs, or use the credentials of one that has it.",
				who, f.what.done, f.vendor(), key)
		}}
	}
	return account{summary: "The server does not accept the token", settings: true, detail: func(who string, _ bool) string {
		return fmt.Sprintf("%s was not %s.%s Check the credentials of provider %q: an access token ends some time, and what it was got with may have been withdrawn.", who, f.what.done, f.vendor(), key)
	}}
}

func (f *failure) tooLarge() account {
	attr, remedy := "", "Ask whoever runs the server, or a proxy before it, to let larger requests through"
	if sources := f.typ.ByPurpose(schema.PurposeSource); len(sources) > 0 {
		attr, remedy = sources[0], "Give a smaller file"
	}
	return account{summary: "What was sent is too large for the server", attr: attr, detail: func(who string, show bool) string {
		at := ""
		if attr != "" {
			at = " It is made of its " + f.value(attr, show) + "."
		}
		return fmt.Sprintf("%s was not %s: the server, or a proxy before it, takes no request of this size.%s%s %s.", who, f.what.done, at, f.vendor(), remedy)
	}}
}

func (f *failure) taken(attr string) account {
	return account{summary: "This " + attr + " is taken already", attr: attr, detail: func(who string, show bool) string {
		text := fmt.Sprintf("%s is to have the %s, which something else has.%s Nothing was changed for it.", who, f.value(attr, show), f.vendor())
		if f.typ.Class == schema.ClassPerson {
			text = fmt.Sprintf("%s is to have the %s, which somebody else has.%s That may be somebody outside of this configuration, or an account that was deleted and is still kept.", who, f.value(attr, show), f.vendor())
		}
		if f.what == toCreate() && show {
			return text + fmt.Sprintf(" Write another, or, if both are the same, take over what is there: espalier import '%s' ID.", f.step.Address)
		}
		return text + " Write another, or free it first."
	}}
}

func (f *failure) refusedFor(attr string) account {
	return account{summary: "The server does not take this " + attr, attr: attr, detail: func(who string, show bool) string {
		remedy := "Put it right and apply again."
		if noField.MatchString(f.err.Vendor) {
			remedy = "It takes no such field, so this cannot be done by its API: do it by hand, or leave the " + attr + " as it is, and plan again."
		}
		return fmt.Sprintf("%s was not %s, because of its %s.%s %s", who, f.what.done, f.value(attr, show), f.vendor(), remedy)
	}}
}

func (f *failure) refused() account {
	return account{summary: "The server refuses to " + f.what.do + " the " + f.noun(), detail: func(who string, _ bool) string {
		return fmt.Sprintf("%s was not %s.%s%s", who, f.what.done, f.vendor(), f.remedy("Put right what it says, and apply again"))
	}}
}

// remedy is what the vendor's client advises, or else what is given, as a sentence
// with a blank before it.
func (f *failure) remedy(otherwise string) string {
	text := f.err.Remedy
	if text == "" {
		text = otherwise
	}
	return " " + strings.TrimSuffix(text, ".") + "."
}
