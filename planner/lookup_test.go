package planner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// named is a world with two types whose objects are found by a name: accounts, which
// are there anyway, and their portraits, which are files.
func named(t *testing.T) *world {
	w := newWorld(t)
	id := schema.Attribute{Name: "id", Type: cty.String, Computed: true}
	for _, typ := range []*schema.Type{
		{Name: "acme_account", Provider: "acme", Class: schema.ClassPerson, Noun: [2]string{"account", "accounts"}, Standing: true, Lookup: "who",
			Attributes: []schema.Attribute{{Name: "who", Type: cty.String, Required: true, Compare: schema.CompareNone}, {Name: "first", Type: cty.String}, {Name: "zone", Type: cty.String}, id}},
		{Name: "acme_portrait", Provider: "acme", Noun: [2]string{"portrait", "portraits"}, Lookup: "who",
			Upload: &schema.Upload{Source: "source", Digest: "sum", MediaType: "media"},
			Attributes: []schema.Attribute{{Name: "who", Type: cty.String, Required: true, Forces: true}, {Name: "source", Type: cty.String, Required: true, Purpose: schema.PurposeSource, Compare: schema.CompareNone},
				{Name: "sum", Type: cty.String, Derived: true}, {Name: "media", Type: cty.String, Derived: true, Compare: schema.CompareNone}, id}},
	} {
		w.in.Types[typ.Name] = typ.Index()
	}
	return w
}

func (w *world) namedPlan(aliases map[string]string) (*Plan, string) {
	w.in.Live = w.tables()
	for name, id := range aliases {
		w.in.Live["acme"]["acme_account"].Alias(name, id)
		w.in.Live["acme"]["acme_portrait"].Alias(name, id)
	}
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		return nil, diags.Error()
	}
	p, diags := m.Plan()
	if diags.HasErrors() {
		return p, diags.Error()
	}
	return p, ""
}

// TestNamedObjects: what the configuration names is what is meant.
func TestNamedObjects(t *testing.T) {
	portrait := func(who, sum string) attrs {
		return attrs{"who": who, "source": sum + ".png", "sum": sum, "media": "image/png"}
	}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
		says  string
	}{
		{name: "it is adopted as it is", given: func(w *world) {
			w.stands("acme_account", "a1", attrs{"first": "Ada"})
			w.want("acme_account.x", attrs{"who": "a1", "first": "Ada"})
		}, want: []string{"& acme_account.x"}},
		{name: "by an alias, and changed", given: func(w *world) {
			w.stands("acme_account", "a1", attrs{"first": "Ada", "zone": "UTC"})
			w.want("acme_account.x", attrs{"who": "me", "first": "Adda"})
		}, want: []string{`& acme_account.x first="Adda"`}},
		{name: "it is ours, and equal", given: func(w *world) {
			w.owned("acme_account.x", "a1", attrs{"first": "Ada"})
			w.want("acme_account.x", attrs{"who": "me", "first": "Ada"})
		}},
		{name: "under another address", given: func(w *world) {
			w.owned("acme_account.old", "a1", attrs{"first": "Ada"})
			w.want("acme_account.x", attrs{"who": "a1", "first": "Ada"})
		}, want: []string{"= acme_account.x from acme_account.old"}},
		{name: "it is not there, and cannot be made", given: func(w *world) {
			w.want("acme_account.x", attrs{"who": "a9", "first": "Ada"})
		}, says: `acme_account.x is about account "a9", which the server does not have`},
		{name: "it was there under another address, and is not any more", given: func(w *world) {
			w.own("acme_account.old", "a9", attrs{"first": "Ada"})
			w.want("acme_account.x", attrs{"who": "a9", "first": "Ada"})
		}, says: `acme_account.x is about account "a9"`},
		{name: "it is no longer wanted", given: func(w *world) {
			w.provider(func(p *Provider) { p.Removal = RemovalRefuse })
			w.owned("acme_account.x", "a1", attrs{"first": "Ada"})
		}, want: []string{". acme_account.x"}},
		{name: "another is meant now", given: func(w *world) {
			w.owned("acme_account.x", "a1", attrs{"first": "Ada"})
			w.stands("acme_account", "a2", attrs{"first": "Bo"})
			w.want("acme_account.x", attrs{"who": "a2", "first": "Bob"})
		}, want: []string{`& acme_account.x first="Bob"`}},
		{name: "two change places", given: func(w *world) {
			w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
			w.owned("acme_portrait.y", "a2", attrs{"sum": "s2"})
			w.want("acme_portrait.x", portrait("a2", "s2"))
			w.want("acme_portrait.y", portrait("me", "s1"))
		}, want: []string{"= acme_portrait.x from acme_portrait.y", "= acme_portrait.y from acme_portrait.x"}},
		{name: "a portrait whose address means another, and which another address means", given: func(w *world) {
			w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
			w.want("acme_portrait.x", portrait("a2", "s2"))
			w.want("acme_portrait.y", portrait("a1", "s1"))
		}, want: []string{`+ acme_portrait.x who="a2" source="s2.png" sum="s2" media="image/png"`, "= acme_portrait.y from acme_portrait.x"}},
		{name: "the portrait of another is meant, which another address lets go of", given: func(w *world) {
			w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
			w.owned("acme_portrait.y", "a2", attrs{"sum": "s2"})
			w.want("acme_portrait.x", portrait("a2", "s1"))
		}, says: "take acme_portrait.y out of the configuration, apply, and then change who"},
		{name: "two mean one that is not there", given: func(w *world) {
			w.want("acme_portrait.x", portrait("a1", "s1"))
			w.want("acme_portrait.y", portrait("me", "s2"))
		}, says: "acme_portrait.y and acme_portrait.x"},
		{name: "two mean one", given: func(w *world) {
			w.stands("acme_account", "a1", attrs{"first": "Ada"})
			w.want("acme_account.x", attrs{"who": "me"})
			w.want("acme_account.y", attrs{"who": "a1"})
		}, says: "acme_account.y and acme_account.x"},
		{name: "a portrait is made", given: func(w *world) { w.want("acme_portrait.x", portrait("a1", "s1")) },
			want: []string{`+ acme_portrait.x who="a1" source="s1.png" sum="s1" media="image/png"`}},
		{name: "a portrait that is there already", given: func(w *world) {
			w.stands("acme_portrait", "a1", attrs{"sum": "s1"})
			w.want("acme_portrait.x", portrait("me", "s1"))
		}, want: []string{"& acme_portrait.x"}},
		{name: "a portrait changes", given: func(w *world) {
			w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
			w.want("acme_portrait.x", portrait("a1", "s2"))
		}, want: []string{`~ acme_portrait.x sum="s2"`}},
		{name: "the portrait of another is meant", given: func(w *world) {
			w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
			w.want("acme_portrait.x", portrait("a2", "s1"))
		}, want: []string{`-/+ acme_portrait.x who="a2"`, "- acme_portrait.x"}},
		{name: "a portrait that is no longer wanted", given: func(w *world) {
			w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
		}, want: []string{"- acme_portrait.x"}},
		{name: "a portrait that somebody took away", given: func(w *world) {
			w.own("acme_portrait.x", "a1", attrs{"sum": "s1"})
			w.want("acme_portrait.x", portrait("a1", "s1"))
		}, want: []string{`+ acme_portrait.x who="a1" source="s1.png" sum="s1" media="image/png"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := named(t)
			test.given(w)
			p, says := w.namedPlan(map[string]string{"me": "a1"})
			if test.says != "" || says != "" {
				if test.says == "" || !strings.Contains(says, test.says) {
					t.Fatalf("it says %q, want %q", says, test.says)
				}
				return
			}
			if diff := cmp.Diff(append([]string{}, test.want...), lines(p)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if p.Refused() {
				t.Errorf("refused: %v", p.Refusals)
			}
		})
	}
}

// TestUploadIsWhole: the change of a file carries where it is.
func TestUploadIsWhole(t *testing.T) {
	w := named(t)
	w.owned("acme_portrait.x", "a1", attrs{"sum": "s1"})
	w.want("acme_portrait.x", attrs{"who": "a1", "source": "s2.png", "sum": "s2", "media": "image/png"})
	p, says := w.namedPlan(nil)
	if says != "" {
		t.Fatal(says)
	}
	after := p.Steps[0].After
	if len(after) != 4 || !after["source"].Value.RawEquals(cty.StringVal("s2.png")) {
		t.Errorf("the call carries %v", after)
	}
}
