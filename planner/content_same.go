package planner

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// checkSameContent refuses two wanted instances with wholly equal content: if the
// state were lost, nobody could tell them apart.
func (m *Match) checkSameContent() {
	seen := map[string]*node{}
	for _, n := range m.nodes {
		typ := n.inst.Type
		if !knownByContent(typ) || n.isBroken() {
			continue
		}
		text := n.inst.Provider + "\x00" + typ.Name + "\x00" + n.contentText()
		first, twice := seen[text]
		if !twice {
			seen[text] = n
			continue
		}
		remedy := "Take one of them out, or change one of them"
		if typ.Upload != nil {
			remedy = "Use one of them for both"
		}
		m.diags = append(m.diags, problem(fmt.Sprintf("Two %s with the same content", typ.Noun[1]),
			fmt.Sprintf("%s (%s) and %s (%s) have the same %s, and there is nothing else by which the live ones could be told apart. %s.",
				first.inst.Address, first.inst.Block.Range, n.inst.Address, n.inst.Block.Range, contentWords(typ), remedy), n.inst.Block.Range))
	}
}

// isBroken reports whether the file of an instance could not be used, which the
// language has said.
func (n *node) isBroken() bool {
	up := n.inst.Type.Upload
	if up == nil || up.Digest == "" {
		return false
	}
	_, ok := n.values[up.Digest]
	return !ok
}

// contentText is equal for instances of a type whose content is equal. What is
// still to be made stands for itself.
func (n *node) contentText() string {
	var b strings.Builder
	for _, name := range n.inst.Type.Content {
		t, wanted := n.values[name]
		switch {
		case !wanted:
			b.WriteString("-\x00")
		case t.IsKnown():
			b.WriteString("=" + canonical(n.inst.Type.Attribute(name), t.Value) + "\x00")
		case wantedMembers(t).whole != nil:
			b.WriteString("?" + n.inst.Address.String() + "\x00")
		default:
			for _, e := range wantedMembers(t).list {
				b.WriteString("," + e.key())
			}
			b.WriteByte(0)
		}
	}
	return b.String()
}

// contentOf is equal for equal known content.
func contentOf(typ *schema.Type, get getter) string {
	var b strings.Builder
	for _, name := range typ.Content {
		if v, ok := get(name); ok && !plain(v).IsNull() {
			b.WriteString("=" + canonical(typ.Attribute(name), v))
		}
		b.WriteByte(0)
	}
	return b.String()
}

// canonical is the same text for equal values of an attribute.
func canonical(attr *schema.Attribute, v cty.Value) string {
	v = plain(v)
	switch s, isText := text(v); {
	case isText:
		return schema.Fold(attr.Compare, s)
	case isCollection(v):
		return "," + strings.Join(elements(v), ",")
	}
	return v.GoString()
}
