package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Objects of a type without natural keys are known again by their content. It is
// unique to nothing, so more care is needed than with keys: what is ours goes
// before strangers, one that is equal before one that the server may have written
// in its own way, and where several are equal a person has to say which is meant.

// knownByContent reports whether objects of a type are known again by content alone.
func knownByContent(typ *schema.Type) bool { return len(typ.Keys) == 0 && len(typ.Content) > 0 }

// silent reports whether an attribute says nothing of what is live: it is never
// compared.
func silent(attr *schema.Attribute) bool {
	return attr.Purpose == schema.PurposeSource || attr.Compare == schema.CompareNone
}

// getter gives the value of an attribute, if there is one.
type getter func(string) (cty.Value, bool)

// likeness says how the content of a live object compares with what is wanted.
type likeness uint8

const (
	unlike   likeness = iota // something is another
	untold                   // what is told is equal, and something is not told
	akin                     // equal, but for the way of writing it
	likewise                 // equal
)

// writing reports whether two values that are not equal may be two ways of writing
// one.
type writing func(attr *schema.Attribute, want, have cty.Value) bool

// nearly is what may pass for the same where nobody says that it is ours: a text
// that differs in line ends and at its ends alone, or by the markup around it. What is
// worked out of a file is the same or another; a name may have other signs between its
// words.
func nearly(attr *schema.Attribute, want, have cty.Value) bool {
	a, isText := text(want)
	b, okB := text(have)
	switch {
	case !isText || !okB:
		return false
	case attr.Derived:
		return len(words(a)) > 0 && slices.Equal(words(a), words(b))
	}
	return sameButEnds(want, have) || sameButMarkup(a, b)
}

// widely is the writing of a server, for what we know to have sent: two texts that
// mean different things may pass for one.
func widely(attr *schema.Attribute, want, have cty.Value) bool {
	return !attr.Type.IsSetType() && isForm(attr, want, have)
}

// compareContent compares all of the content that is wanted. A digest that the
// live object does not tell is left out.
func compareContent(typ *schema.Type, want, have getter, as writing) likeness {
	result, compared, certain := likewise, false, false
	for _, name := range typ.Content {
		attr := typ.Attribute(name)
		w, wanted := want(name)
		if !wanted || plain(w).IsNull() {
			continue
		}
		compared = true
		h, told := have(name)
		switch {
		case !told && isDigest(typ, name):
		case !told:
			result = min(result, untold)
		case equal(attr, w, h):
			certain = certain || isDigest(typ, name)
		case as(attr, w, h):
			result = min(result, akin)
		default:
			return unlike
		}
	}
	switch {
	case !compared:
		return unlike
	case certain && result == untold: // the checksum says it all
		return likewise
	}
	return result
}

func isDigest(typ *schema.Type, name string) bool {
	return typ.Upload != nil && name == typ.Upload.Digest
}

// content gives the wanted content as far as it is known; settled says that all of
// it is.
func (n *node) content() (want getter, settled bool) {
	settled = true
	for _, name := range n.inst.Type.Content {
		if t, ok := n.values[name]; ok && !t.IsKnown() {
			settled = false
		}
	}
	return n.known, settled
}

// told gives what is known of a live object: as read, else as its record has it.
func (t *Table) told(i int) getter {
	return func(name string) (cty.Value, bool) {
		v, ok := t.objects[i].Attrs[name]
		if !ok && t.owner[i] != nil {
			v, ok = t.owner[i].Attrs[name]
		}
		return v, ok
	}
}

// sent is told, with what we sent in the place of the form that the server gave it.
func (t *Table) sent(i int) getter {
	return func(name string) (cty.Value, bool) {
		v, ok := t.told(i)(name)
		if t.owner[i] != nil && ok && t.owner[i].isFormOfSent(t.typ.Attribute(name), v) {
			v = t.owner[i].Writes[name].Sent
		}
		return v, ok
	}
}

// resemblance is the objects that are like what is wanted.
type resemblance struct{ equal, akin, untold []int }

// best are the equal ones, or where there is none those that are written in
// another way.
func (r *resemblance) best() []int {
	if len(r.equal) > 0 {
		return r.equal
	}
	return r.akin
}

// resembling compares the objects that may be meant with what is wanted.
func (t *Table) resembling(want getter, as writing, may func(int) bool) *resemblance {
	if t.byContent == nil {
		t.byContent = newContents(t)
	}
	r := &resemblance{}
	for _, i := range t.byContent.like(want) {
		if !may(i) {
			continue
		}
		how := compareContent(t.typ, want, t.told(i), as)
		if t.owner[i] != nil {
			how = max(how, compareContent(t.typ, want, t.sent(i), as))
		}
		switch how {
		case likewise:
			r.equal = append(r.equal, i)
		case akin:
			r.akin = append(r.akin, i)
		case untold:
			r.untold = append(r.untold, i)
		}
	}
	return r
}

// madeOf lists the strangers that may be what was made of these values. Those that
// have no more than was sent go before others. Those with the ids of except were
// there before.
func (t *Table) madeOf(values map[string]cty.Value, except ...string) []int {
	found := t.resembling(attrsGetter(values), widely, t.strangerBut(except)).best()
	if len(found) < 2 {
		return found
	}
	bare := slices.DeleteFunc(slices.Clone(found), func(i int) bool {
		return slices.ContainsFunc(t.typ.Content, func(name string) bool {
			_, was := values[name]
			return !was && len(idsOf(t.objects[i].Attrs[name])) > 0
		})
	})
	if len(bare) == 0 {
		return found
	}
	return bare
}

// isStranger reports whether nobody owns or claims an object.
func (t *Table) isStranger(i int) bool {
	return t.owner[i] == nil && t.claim[i] == nil && !t.deposed[i]
}

// strangerBut is isStranger for objects without one of some ids.
func (t *Table) strangerBut(except []string) func(int) bool {
	return func(i int) bool { return t.isStranger(i) && !slices.Contains(except, t.objects[i].ID) }
}
