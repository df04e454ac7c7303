package motimate

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/provider"
)

// examples are the configurations shown on the reference pages.
//
//go:embed examples
var examples embed.FS

// Manual is what the reference pages say beyond settings and types.
func (Provider) Manual() provider.Manual {
	m := provider.Manual{Introduction: introduction + pathTable()}
	if folder, err := fs.Sub(examples, "examples"); err == nil {
		m.Examples = folder
	}
	return m
}

const introduction = `Positions, groups, people, files and posts of an organisation in
[Motimate](https://www.motimateapp.com), by its Public API.

**How sure this is.** *Documented* by the vendor, in its published connector definition of
version 1 and its help pages, are the paths and fields of people, groups and positions,
pages of at most 50, filters by time of change, the budget of 1,200 requests in 10 minutes
with its header, and that reads may be some minutes old. *Inferred*, because it is published nowhere, is
everything about **files and posts** (paths, field names, the multipart upload; only
the largest sizes are documented), the grant for a client id with a secret, the words for
the two roles in a group, that a group's parent can be changed, and how
lists of memberships are merged. Each of these is a setting below or
is checked against the answer: what the server did not keep is reported by field. Version 2 of the
API is not public; its paths can be given in ` + "`paths`" + `.
`

// pathTable lists the paths, how far each is known, and the field names that are
// inferred as well.
func pathTable() string {
	guessed := map[string]medium{}
	for _, m := range inferred() {
		guessed[m.noun[1]] = m
	}
	var b strings.Builder
	b.WriteString("\n| path | is by default | known how |\n| --- | --- | --- |\n")
	paths := defaultPaths()
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		how := "documented"
		if m, ok := guessed[name]; ok {
			how = "*inferred*, and so are its fields: " + m.fieldNames()
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", name, paths[name], how)
	}
	return b.String()
}

// fieldNames lists the fields of the bodies; that of an upload is the part with
// the file.
func (m medium) fieldNames() string {
	var names []string
	for _, f := range m.fields {
		names = append(names, "`"+f.field+"`")
	}
	text := strings.Join(names, ", ")
	if m.part != "" {
		text += "; sent in the part `" + m.part + "` of a form"
	}
	return text
}
