package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

// standingLibrary has one type, accounts that are there anyway.
func standingLibrary() Library {
	account := (&Type{
		Name: "acme_account", Provider: "acme", Class: ClassPerson, Noun: [2]string{"account", "accounts"}, Standing: true, Lookup: "who",
		Attributes: []Attribute{
			{Name: "who", Type: cty.String, Required: true}, {Name: "first", Type: cty.String}, {Name: "zone", Type: cty.String},
			{Name: "id", Type: cty.String, Computed: true}, {Name: "name", Type: cty.String, Computed: true, Of: []string{"first"}},
			{Name: "first_seen", Type: cty.Number, Computed: true},
		},
	}).Index()
	return Library{Providers: map[string][]Attribute{"acme": {}}, Resources: map[string]*Type{"acme_account": account}}
}

// TestSeek: what is there anyway is known before anything is applied, as the
// configuration names it, and what was not told of it is asked for once.
func TestSeek(t *testing.T) {
	c, diags := Load(folder(t, `
resource "acme_account" "a" {
  who = "me"
}
resource "acme_account" "b" {
  who   = "a2"
  first = "${acme_account.a.id}, ${acme_account.a.zone}, ${acme_account.a.name}"
}
resource "acme_account" "none" {
  who = "a9"
}
output "ids" {
  value = [acme_account.b.id, acme_account.none.id]
}
output "untold" {
  value = acme_account.a.first_seen
}
`), standingLibrary())
	if diags.HasErrors() {
		t.Fatal(report(diags))
	}
	s, diags := c.Scope(ScopeOptions{})
	if diags.HasErrors() {
		t.Fatal(report(diags))
	}
	var asked []string
	s.Observe(func(Address) (Object, bool) { return Object{ID: "from the state"}, true }, nil)
	s.Seek(func(in *Instance, name string) (Object, bool) {
		asked = append(asked, "find "+in.Address.String()+" as "+name)
		ids := map[string]string{"me": "a1", "a2": "a2"}
		return Object{ID: ids[name], Attrs: map[string]cty.Value{"first": cty.StringVal("Ada")}}, ids[name] != ""
	}, func(in *Instance, o Object) (Object, bool) {
		asked = append(asked, "more of "+o.ID)
		return Object{ID: o.ID, Attrs: map[string]cty.Value{"zone": cty.StringVal("UTC"), "name": cty.StringVal("Ada A")}}, true
	})
	instances, diags := s.Instances()
	outputs, more := s.Outputs()
	if diags.HasErrors() || more.HasErrors() {
		t.Fatal(report(append(diags, more...)))
	}
	for _, in := range instances {
		if v := in.Values["first"]; in.Address.Name == "b" && (!v.IsKnown() || v.Value.AsString() != "a1, UTC, Ada A") {
			t.Errorf("b has %v", v)
		}
	}
	if ids := outputs[0].Value; ids.IsKnown() && ids.Value.IsWhollyKnown() {
		t.Errorf("the id of what is not there is known: %#v", ids)
	}
	if untold := outputs[1].Value; !untold.IsKnown() || !untold.Value.RawEquals(cty.NullVal(cty.Number)) {
		t.Errorf("what no reading tells of an object that is there is %#v, not null", untold)
	}
	want := []string{"find acme_account.a as me", "more of a1", "find acme_account.b as a2", "find acme_account.none as a9"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestSensitiveOf: what a server makes of something sensitive is sensitive.
func TestSensitiveOf(t *testing.T) {
	in := &Instance{Type: standingLibrary().Resources["acme_account"], Values: map[string]Template{
		"who": Known(cty.StringVal("me")), "first": Known(cty.StringVal("Ada").Mark(Sensitive)),
	}}
	if diff := cmp.Diff([]string{"first", "name"}, in.Sensitive()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	in.Values["first"] = Known(cty.StringVal("Ada"))
	if got := in.Sensitive(); got != nil {
		t.Errorf("nothing is sensitive, got %v", got)
	}
}
