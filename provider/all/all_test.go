package all

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// TestTypesAreSound checks every vendor's types as data: whatever the engine
// looks up by name is there.
func TestTypesAreSound(t *testing.T) {
	lib := Library()
	if len(lib.Providers) != len(Providers()) {
		t.Errorf("%d providers have a name, of %d", len(lib.Providers), len(Providers()))
	}
	for name, settings := range lib.Providers {
		for _, a := range settings {
			if a.Doc == "" || a.Env != "" && !strings.HasPrefix(a.Env, strings.ToUpper(name)+"_") {
				t.Errorf("setting %s of %s: doc %q, environment %q", a.Name, name, a.Doc, a.Env)
			}
		}
	}
	for _, types := range []map[string]*schema.Type{lib.Resources, lib.Data} {
		for name, typ := range types {
			if typ.Name != name || !strings.HasPrefix(name, typ.Provider+"_") || lib.Providers[typ.Provider] == nil || typ.Doc == "" || typ.Noun[0] == "" || typ.Noun[1] == "" {
				t.Errorf("%s: provider %q, doc %q, noun %q", name, typ.Provider, typ.Doc, typ.Noun)
			}
			checkAttributes(t, lib, typ)
		}
	}
}

func checkAttributes(t *testing.T, lib schema.Library, typ *schema.Type) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range typ.Attributes {
		if seen[a.Name] || a.Doc == "" || a.Type == cty.NilType || a.Required && a.Computed || a.Derived && (a.Required || a.Computed) {
			t.Errorf("%s.%s: twice, without a doc or a type, or two of required, computed and derived", typ.Name, a.Name)
		}
		seen[a.Name] = true
		if a.Refers != "" && lib.Resources[a.Refers] == nil {
			t.Errorf("%s.%s refers to %s, which is no type", typ.Name, a.Name, a.Refers)
		}
	}
	var named []string
	for _, list := range append(append([][]string{}, typ.Keys...), typ.AnyOf...) {
		named = append(named, list...)
	}
	if typ.Nest != nil {
		named = append(named, typ.Nest.Parent, typ.Nest.Level)
	}
	named = append(named, typ.Content...)
	if typ.Lookup != "" {
		named = append(named, typ.Lookup)
	}
	named = append(named, checkUpload(t, typ)...)
	for _, name := range named {
		if !seen[name] || typ.Attribute(name) == nil {
			t.Errorf("%s names %s, which is no attribute", typ.Name, name)
		}
	}
}

// checkUpload returns the attributes that an upload names, and checks that just
// those are worked out of the file.
func checkUpload(t *testing.T, typ *schema.Type) []string {
	t.Helper()
	sources, derived := typ.ByPurpose(schema.PurposeSource), map[string]cty.Type{}
	up := typ.Upload
	if up == nil {
		up = &schema.Upload{}
	} else if len(sources) != 1 || sources[0] != up.Source || typ.Attribute(up.Source).Compare != schema.CompareNone || len(up.Limits) == 0 {
		t.Errorf("%s is made of %q, and has the sources %q; the one source is never compared, and has limits", typ.Name, up.Source, sources)
	}
	derived[up.Name], derived[up.Size], derived[up.Digest], derived[up.MediaType] = cty.String, cty.Number, cty.String, cty.String
	for _, a := range typ.Attributes {
		if want, ok := derived[a.Name]; ok != a.Derived || ok && a.Type != want {
			t.Errorf("%s.%s is derived: %t, and worked out of a file: %t", typ.Name, a.Name, a.Derived, ok)
		}
	}
	for _, limit := range up.Limits {
		if limit.Noun == "" || limit.Most <= 0 {
			t.Errorf("%s has a limit for %q without a noun or a size", typ.Name, limit.Media)
		}
	}
	delete(derived, "")
	names := slices.Collect(maps.Keys(derived))
	if up.Source != "" {
		names = append(names, up.Source)
	}
	return names
}
