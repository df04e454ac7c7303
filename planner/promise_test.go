package planner

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestPromise: an answer that shows that a field was ignored is a failed step.
func TestPromise(t *testing.T) {
	set := func(ids ...string) cty.Value { return setOf(ids) }
	null := cty.NullVal(cty.String)
	for _, test := range []struct {
		name, attr        string
		before, want, got cty.Value
		says              string
	}{
		{"kept", "first", str("A"), str("B"), str("B"), ""},
		{"still the old one", "first", str("A"), str("B"), str("A"), `first (it is still "A")`},
		{"still none", "first", null, str("B"), null, "first (it is still none)"},
		{"none, and it was not known", "first", cty.NilVal, str("B"), null, "first (it is still none)"},
		{"cleared", "first", str("A"), str(""), null, ""},
		{"not cleared", "first", str("A"), str(""), str("A"), `first (it is still "A")`},
		{"another form", "first", str("A"), str(" B "), str("B"), ""},
		{"a lowered e-mail", "email", null, str("A@example.org"), str("a@example.org"), ""},
		{"a stripped phone number", "phone", null, str("+47 22"), str("+4722"), ""},
		{"a set kept", "groups", set("1"), set("2"), set("2"), ""},
		{"one missing", "groups", set("1"), set("1", "2"), set("1"), "groups: 2 missing"},
		{"one still there", "groups", set("1", "2"), set("1"), set("1", "2"), "groups: 2 still there"},
		{"one more that was not there", "groups", set(), set("3"), set("1", "3"), ""},
		{"several", "groups", set(), set("1", "2", "3"), set("2"), "groups: 1, 3 missing"},
		{"a parent not taken", "parent", str("1"), null, str("1"), `parent (it is still "1")`},
	} {
		t.Run(test.name, func(t *testing.T) {
			attr := acmeTypes()["acme_user"].Attribute(test.attr)
			if attr == nil {
				attr = acmeTypes()["acme_group"].Attribute(test.attr)
			}
			if says := broken(attr, test.before, test.want, test.got, nil); says != test.says {
				t.Errorf("%q, want %q", says, test.says)
			}
		})
	}
}
