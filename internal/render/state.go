package render

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// StateList writes addresses, one a line, in the order given.
func StateList(w io.Writer, addresses []schema.Address) error {
	p := newPrinter(w, Options{})
	for _, a := range addresses {
		p.line(clean(a.String()))
	}
	return p.Flush()
}

// StateShow writes one owned object as a block of the configuration would say
// it, with its live id. sensitive names the attributes whose values are kept as
// digests only; they are never written, even if attrs holds them. deposed are the ids
// of what it has replaced and that is still to be deleted.
func StateShow(w io.Writer, address schema.Address, id, provider string, deposed []string, attrs map[string]cty.Value, sensitive []string, o Options) error {
	p := newPrinter(w, o)
	p.line(p.paint.dim("# " + clean(address.String())))
	p.line("resource ", quote(address.Type), " ", quote(address.Name), " {")
	names := slices.Collect(maps.Keys(attrs))
	for _, s := range sensitive {
		if _, ok := attrs[s]; !ok {
			names = append(names, s)
		}
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == "id" })
	slices.Sort(names)
	widest := 2
	for _, name := range names {
		widest = max(widest, width(clean(name)))
	}
	p.line("  ", p.paint.dim("# live in "+clean(provider)))
	p.line("  ", pad("id", widest), " = ", quote(id))
	for _, old := range deposed {
		p.line("  ", p.paint.dim("# replaced "+quote(old)+", which is still to be deleted"))
	}
	for _, name := range names {
		text := hiddenWord
		if !slices.Contains(sensitive, name) {
			text = Value(attrs[name])
		}
		p.line("  ", pad(clean(name), widest), " = ", strings.ReplaceAll(text, "\n", "\n  "))
	}
	p.line("}")
	return p.Flush()
}
