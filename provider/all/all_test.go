package all

import (
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
		if seen[a.Name] || a.Doc == "" || a.Type == cty.NilType || a.Required && a.Computed {
			t.Errorf("%s.%s: twice, without a doc or a type, or both required and computed", typ.Name, a.Name)
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
	for _, name := range named {
		if !seen[name] || typ.Attribute(name) == nil {
			t.Errorf("%s names %s, which is no attribute", typ.Name, name)
		}
	}
}
