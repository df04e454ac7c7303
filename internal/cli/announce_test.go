package cli

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// What is announced of a call is what is known of it, and nothing of an object that
// could be taken for another by that.
func TestKnownBeforeTheFirstCall(t *testing.T) {
	unit := &schema.Type{Name: "acme_unit", Keys: [][]string{{"import_id"}, {"name", "parent"}}}
	j := journal{p: &project{app: &app{library: schema.Library{Resources: map[string]*schema.Type{unit.Name: unit}}}}}
	waits := schema.Template{Pending: &schema.Pending{Type: cty.String, Ref: &schema.Ref{Address: schema.Address{Type: "acme_unit", Name: "above"}, Attr: "id"}}}
	known := schema.Known(cty.StringVal("Oslo"))
	for _, c := range []struct {
		name, id string
		after    map[string]schema.Template
		want     []string
	}{
		{"all is known", "", map[string]schema.Template{"name": known, "kind": known}, []string{"kind", "name"}},
		{"what is no key waits", "", map[string]schema.Template{"name": known, "lead": waits}, []string{"name"}},
		{"a key waits", "", map[string]schema.Template{"name": known, "parent": waits}, nil},
		{"a key of what is there waits", "17", map[string]schema.Template{"name": known, "parent": waits}, []string{"name"}},
		{"a deletion", "17", nil, nil},
	} {
		got := slices.Sorted(maps.Keys(j.known(&planner.Step{Address: schema.Address{Type: "acme_unit", Name: "oslo"}, ID: c.id, After: c.after})))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Of several errors only those are left out that need not be said.
func TestDrop(t *testing.T) {
	locked := errors.New("it could not be unlocked")
	unsaved := &state.UnsavedError{Err: errors.New("it could not be saved")}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""}, {unsaved, ""}, {locked, locked.Error()},
		{errors.Join(unsaved, locked), locked.Error()}, {errors.Join(errors.Join(unsaved)), ""},
	} {
		got := ""
		if err := drop(c.err, isUnsaved); err != nil {
			got = err.Error()
		}
		if strings.TrimSpace(got) != c.want {
			t.Errorf("of %v there is %q left, want %q", c.err, got, c.want)
		}
	}
}
