package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// level is a level of the tree that the server does not take.
func (f *failure) level(attr string) account {
	return account{summary: "The server does not take this " + attr, attr: attr, detail: func(who string, show bool) string {
		return fmt.Sprintf("%s was not %s with the %s.%s%s", who, f.what.done, f.value(attr, show), f.vendor(), f.levelsLive(attr))
	}}
}

// levelsLive says which levels there are. Those that live objects carry are
// surely there.
func (f *failure) levelsLive(attr string) string {
	names := map[string]string{}
	for _, l := range f.t.p.providers[f.step.Provider].conn.Levels {
		names[l.Name] = l.Live
	}
	seen := map[string]bool{}
	if r, ok := f.list(f.typ.Name); ok {
		for _, o := range r.objects {
			if v, ok := o.Attrs[attr]; ok && !schema.IsEmpty(v) {
				seen[v.AsString()] = true
			}
		}
	}
	wanted := ""
	if v, _ := f.wanted[attr].Unmark(); v != cty.NilVal && !schema.IsEmpty(v) {
		wanted = v.AsString()
	}
	var list []string
	for name := range seen {
		text := fmt.Sprintf("%q", name)
		if live, ok := names[name]; ok && live != name {
			text += fmt.Sprintf(" (live %q)", live)
		}
		list = append(list, text)
	}
	slices.Sort(list)
	text := ""
	if live, ok := names[wanted]; ok && live != wanted {
		text = fmt.Sprintf(" It was sent as %q, as provider %q says.", live, f.step.Provider)
	}
	switch {
	case seen[wanted]:
		return text + " There are others of it, so it is the place that does not fit: one below another has a lower level than that."
	case len(list) == 0:
		return text + " No live " + f.noun() + " shows what the levels are called; an administrator can look it up, and change it at any time."
	}
	return text + " The levels that live " + f.typ.Noun[1] + " carry are " + strings.Join(list, ", ") + ". An administrator can call them something else at any time."
}
