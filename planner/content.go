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
	akin                     // equal, but for the server's way of writing it
	likewise                 // equal
)

// compareContent compares all of the content that is wanted. A digest that the
// live object does not tell is left out.
func compareContent(typ *schema.Type, want, have getter) likeness {
	result, compared := likewise, false
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
		case !attr.Type.IsSetType() && isForm(attr, w, h):
			result = min(result, akin)
		default:
			return unlike
		}
	}
	if !compared {
		return unlike
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

// contents finds objects by the first text of their content, in any way of writing.
type contents struct {
	name   string
	byText map[string][]int
	silent []int // those that do not tell it
}

func newContents(t *Table) *contents {
	c := &contents{byText: map[string][]int{}}
	for _, name := range t.typ.Content {
		if t.typ.Attribute(name).Type == cty.String {
			c.name = name
			break
		}
	}
	for i := range t.objects {
		if t.objects[i].ID == "" {
			continue
		}
		if v, ok := text(t.objects[i].Attrs[c.name]); ok {
			c.byText[gist(v)] = append(c.byText[gist(v)], i)
		} else {
			c.silent = append(c.silent, i)
		}
	}
	return c
}

// gist is the same for all ways of writing a text.
func gist(s string) string {
	if b := bare(s); b != "" {
		return b
	}
	return s
}

// like lists the objects that may have the content.
func (c *contents) like(want getter) []int {
	v, ok := want(c.name)
	s, isText := text(v)
	if !ok || !isText {
		return nil
	}
	return append(slices.Clone(c.byText[gist(s)]), c.silent...)
}

// resemblance is the objects that are like what is wanted.
type resemblance struct{ equal, akin, untold []int }

// best are the equal ones, or where there is none those that the server may have
// written in its own way.
func (r *resemblance) best() []int {
	if len(r.equal) > 0 {
		return r.equal
	}
	return r.akin
}

// resembling compares the objects that may be meant with what is wanted.
func (t *Table) resembling(want getter, may func(int) bool) *resemblance {
	if t.byContent == nil {
		t.byContent = newContents(t)
	}
	r := &resemblance{}
	for _, i := range t.byContent.like(want) {
		if !may(i) {
			continue
		}
		switch compareContent(t.typ, want, t.told(i)) {
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

// isStranger reports whether nobody owns or claims an object.
func (t *Table) isStranger(i int) bool {
	return t.owner[i] == nil && t.claim[i] == nil && !t.deposed[i]
}
