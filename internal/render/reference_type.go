package render

import (
	"fmt"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

func (r Reference) resource(t *schema.Type) string {
	m := &markdown{}
	m.line("# Resource `" + t.Name + "`")
	m.line("")
	m.line(t.Doc)
	m.line("")
	m.code("hcl", r.Example(t.Provider, "resource_"+t.Name))
	m.synopsis("resource", t)
	m.arguments(t, "")
	m.leftOut(t)
	m.attributesRead(t, "")
	m.identity(t)
	m.uploads(t)
	m.nesting(t)
	m.changes(t)
	return m.page()
}

// leftOut says what an argument means that is not written.
func (m *markdown) leftOut(t *schema.Type) {
	if t.Upload != nil {
		return
	}
	m.line("An argument that is left out or null is not managed: what is live stays. An empty one is")
	m.line("managed and empty.")
	for _, name := range t.ByPurpose(schema.PurposeParent) {
		m.line("Only " + tick(name) + " is always managed: without it, " + article(t.Noun[0]) + " at the top is meant.")
	}
}

func (r Reference) data(t *schema.Type) string {
	m := &markdown{}
	m.line("# Data source `" + t.Name + "`")
	m.line("")
	m.line(t.Doc)
	m.line("")
	m.code("hcl", r.Example(t.Provider, "data_"+t.Name))
	m.synopsis("data", t)
	m.arguments(t, "../resources/")
	m.attributesRead(t, "../resources/")
	m.heading("Reading")
	m.line("It is read when a plan is made, whether anything changes or not, and its arguments must be known by then.")
	m.line("However many data sources look things up, each list of the vendor is read once.")
	m.line("What was written a moment ago may not be in that list yet.")
	return m.page()
}

// synopsis is the block with every argument and what it holds.
func (m *markdown) synopsis(block string, t *schema.Type) {
	names := 0
	for i := range t.Attributes {
		if a := &t.Attributes[i]; settable(a) {
			names = max(names, width(a.Name))
		}
	}
	m.heading("Synopsis")
	if names == 0 {
		m.code("hcl", block+" "+quote(t.Name)+` "LABEL" {}`)
		return
	}
	var b strings.Builder
	b.WriteString(block + " " + quote(t.Name) + " \"LABEL\" {\n")
	for i := range t.Attributes {
		a := &t.Attributes[i]
		if !settable(a) {
			continue
		}
		b.WriteString("  " + pad(a.Name, names) + " = " + placeholder(a))
		if a.Required {
			b.WriteString(" # required")
		}
		b.WriteByte('\n')
	}
	if t.Nest != nil {
		b.WriteString("\n  " + t.Nest.Block + " \"LABEL\" { ... } # any number, any depth\n")
	}
	b.WriteString("}")
	m.code("hcl", b.String())
}

// settable reports whether an attribute can be written.
func settable(a *schema.Attribute) bool { return !a.Computed && !a.Derived }

func (m *markdown) identity(t *schema.Type) {
	m.heading("Who is who")
	one := article(t.Noun[0])
	switch {
	case t.Standing:
		m.line(capital(one) + " is there already: `" + t.Lookup + "` says which is meant, and describing it adopts it. It is never made or")
		m.line("deleted; one that is not there is a mistake of the plan, and one that is no longer described stays as it is.")
		m.line("")
		return
	case t.Lookup != "":
		m.line(capital(one) + " is looked for live by `" + t.Lookup + "`. One that is found is adopted instead of made a second time, and")
		m.line("what differs is changed.")
		m.line("")
		return
	case len(t.Keys) > 0:
		m.line(capital(one) + " that the state does not know yet is looked for live by its natural keys, in this order:")
		m.line("")
		for i, key := range t.Keys {
			m.line(fmt.Sprintf("%d. %s", i+1, ticked(key, " and ")))
		}
		m.line("")
		m.line("One that is found is adopted instead of made a second time. If two keys point to different")
		m.line("ones, or one key to several, the plan is refused and names their ids.")
	case len(t.Content) > 0:
		m.line(capital(one) + " has no natural key. One that the state does not know yet is looked for live by equal content,")
		m.line("among those that no address owns: " + ticked(t.Content, ", ") + ". If several are equal, the plan is refused and")
		m.line("names their ids; `import` says which one is meant.")
	default:
		m.line(capital(one) + " has no natural key; `import` takes an existing one into the state.")
	}
	m.line("")
	m.code("sh", "espalier import "+t.Name+".LABEL ID")
}

// uploads says which files can be sent, and how large they may be.
func (m *markdown) uploads(t *schema.Type) {
	if t.Upload == nil {
		return
	}
	m.heading("Files")
	m.line("The media type is found from the content of the file, not from its name. The size is checked")
	m.line("when the plan is made, before any call.")
	m.line("")
	m.line("| file | media type | at most |")
	m.line("| --- | --- | --- |")
	for _, limit := range t.Upload.Limits {
		media := "any other"
		if limit.Media != "" {
			media = "`" + limit.Media + "`"
			if strings.HasSuffix(limit.Media, "/") {
				media = "`" + limit.Media + "*`"
			}
		}
		m.line("| " + cell(limit.Noun) + " | " + media + " | " + count(int(limit.Most)) + " bytes |")
	}
	m.line("")
}

func (m *markdown) nesting(t *schema.Type) {
	if t.Nest == nil {
		return
	}
	m.heading("Nested blocks")
	m.line("A block " + tick(t.Nest.Block) + " inside the block is " + article(t.Noun[0]) + " of its own with a flat address, `" + t.Name + ".LABEL`; labels are")
	m.line("unique in the folder. Its " + tick(t.Nest.Parent) + " is the block around it, and its " + tick(t.Nest.Level) + " is the next level down if it is left")
	m.line("out and the provider names the levels. A block put elsewhere in the tree is a move of the same object, never a deletion. It takes `for_each` and")
	m.line("`lifecycle`, and inherits the provider.")
}

// changes says what cannot be changed in place.
func (m *markdown) changes(t *schema.Type) {
	var createOnly, forces []string
	for i := range t.Attributes {
		if t.Attributes[i].CreateOnly {
			createOnly = append(createOnly, t.Attributes[i].Name)
		}
		if t.Attributes[i].Forces {
			forces = append(forces, t.Attributes[i].Name)
		}
	}
	m.heading("Changes")
	many := capital(t.Noun[1])
	switch {
	case len(forces) > 0:
		m.line("A change of " + oneOf(forces) + " replaces the " + t.Noun[0] + ": the new one is made first, what refers to it follows,")
		m.line("and then the old one is deleted.")
	case t.Class == schema.ClassPerson || t.Class == schema.ClassUnit:
		m.line(many + " are never replaced: every change is made in place, all changes of one in one call.")
	default:
		m.line(many + " are changed in place, all changes of one in one call.")
	}
	if len(createOnly) > 0 {
		m.line("")
		m.line(capital(ticked(createOnly, " and ")) + " is sent on create alone; a later difference is a warning.")
	}
	if t.Class == schema.ClassPerson {
		m.line("")
		m.line("[Guards](../../exit-codes.md#guards) watch what " + t.Noun[1] + " lose.")
	}
}

// oneOf joins names of which any will do.
func oneOf(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return ticked(names, "")
	}
	return ticked(names[:last], ", ") + " or " + tick(names[last])
}

// article puts a or an before a word.
func article(word string) string {
	if word != "" && strings.ContainsRune("aeio", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}
