package planner

import (
	"slices"

	"github.com/zclconf/go-cty/cty"
)

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
			if was, ok := text(t.writtenAs(i, c.name)); ok && gist(was) != gist(v) {
				c.byText[gist(was)] = append(c.byText[gist(was)], i)
			}
		} else {
			c.silent = append(c.silent, i)
		}
	}
	return c
}

// writtenAs is what we sent of an attribute of one of ours; NilVal for nothing.
func (t *Table) writtenAs(i int, name string) cty.Value {
	if t.owner[i] == nil {
		return cty.NilVal
	}
	return t.owner[i].Writes[name].Sent
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
