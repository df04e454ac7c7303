package planner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/schema"
)

// TestMatch holds who is who: ids first, then natural keys, over all addresses
// together.
func TestMatch(t *testing.T) {
	ann := attrs{"number": "1", "email": "ann@example.org", "first": "Ann"}
	bob := attrs{"number": "2", "email": "bob@example.org", "first": "Bob"}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
		warns []string
	}{
		{name: "nobody there", given: func(w *world) { w.want("acme_user.a", attrs{"email": "ann@example.org"}) },
			want: []string{`+ acme_user.a email="ann@example.org"`}},
		{name: "found by the first key, nothing differs", given: func(w *world) {
			w.want("acme_user.a", ann)
			w.stands("acme_user", "7", ann)
		}, want: []string{"& acme_user.a"}},
		{name: "found by a later key where the first is not set live", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "ann@example.org", "phone": "+47 1"})
			w.stands("acme_user", "7", attrs{"email": nil, "phone": "+471"})
		}, want: []string{`& acme_user.a email="ann@example.org"`}},
		{name: "found by a later key where the first is not wanted", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "ann@example.org"})
			w.stands("acme_user", "7", ann)
		}, want: []string{"& acme_user.a"}},
		{name: "the number is found although the e-mail is another", given: func(w *world) {
			w.want("acme_user.a", attrs{"number": "1", "email": "new@example.org"})
			w.stands("acme_user", "7", ann)
		}, want: []string{`& acme_user.a email="new@example.org"`}},
		{name: "the id goes before the key", given: func(w *world) {
			w.want("acme_user.a", attrs{"number": "1", "email": "bob@example.org", "first": "Ann"})
			w.owned("acme_user.a", "7", ann)
		}, want: []string{`~ acme_user.a email="bob@example.org"`}},
		{name: "a renamed label", given: func(w *world) {
			w.want("acme_user.new", ann)
			w.owned("acme_user.old", "7", ann)
		}, want: []string{"= acme_user.new from acme_user.old"}},
		{name: "a renamed label and a change", given: func(w *world) {
			w.want("acme_user.new", attrs{"number": "1", "email": "ann@example.org", "first": "Anna"})
			w.owned("acme_user.old", "7", ann)
		}, want: []string{`~ acme_user.new from acme_user.old first="Anna"`}},
		{name: "another key of for_each", given: func(w *world) {
			w.want(`acme_user.a["one"]`, ann)
			w.owned(`acme_user.a["1"]`, "7", ann)
		}, want: []string{`= acme_user.a["one"] from acme_user.a["1"]`}},
		{name: "a renamed label of a group", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "Oslo", "kind": "store"})
			w.owned("acme_group.old", "7", attrs{"name": "Oslo", "kind": "store", "parent": nil})
		}, want: []string{"= acme_group.new from acme_group.old"}},
		{name: "rows shift under count: people are not handed on", given: func(w *world) {
			w.want("acme_user.a[0]", bob)
			w.owned("acme_user.a[0]", "7", ann)
			w.owned("acme_user.a[1]", "8", bob)
		}, want: []string{"= acme_user.a[0] from acme_user.a[1]", "- acme_user.a[0]"}},
		{name: "rows shift under count by an insertion", given: func(w *world) {
			w.want("acme_user.a[0]", attrs{"number": "9", "email": "new@example.org"})
			w.want("acme_user.a[1]", ann)
			w.want("acme_user.a[2]", bob)
			w.owned("acme_user.a[0]", "7", ann)
			w.owned("acme_user.a[1]", "8", bob)
		}, want: []string{`+ acme_user.a[0] email="new@example.org" number="9"`, "= acme_user.a[1] from acme_user.a[0]", "= acme_user.a[2] from acme_user.a[1]"}},
		{name: "two labels swapped", given: func(w *world) {
			w.want("acme_user.a", bob)
			w.want("acme_user.b", ann)
			w.owned("acme_user.a", "7", ann)
			w.owned("acme_user.b", "8", bob)
		}, want: []string{"= acme_user.a from acme_user.b", "= acme_user.b from acme_user.a"}},
		{name: "a corrected e-mail under the same address is the same person", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "anne@example.org"})
			w.owned("acme_user.a", "7", attrs{"email": "ann@example.org"})
		}, want: []string{`~ acme_user.a email="anne@example.org"`}},
		{name: "a moved block", given: func(w *world) {
			w.want("acme_group.c", attrs{"name": "Oslo", "kind": "store"})
			w.owned("acme_group.a", "7", attrs{"name": "Bergen", "kind": "store", "parent": nil})
			w.in.Moved = []schema.Move{{From: address(w.t, "acme_group.a"), To: address(w.t, "acme_group.c")}}
		}, want: []string{`~ acme_group.c from acme_group.a name="Oslo"`}},
		{name: "a chain of moved blocks, of a whole resource", given: func(w *world) {
			w.want(`acme_group.c["x"]`, attrs{"name": "Oslo", "kind": "store"})
			w.owned(`acme_group.a["x"]`, "7", attrs{"name": "Bergen", "kind": "store", "parent": nil})
			w.in.Moved = []schema.Move{{From: address(w.t, "acme_group.b"), To: address(w.t, "acme_group.c")}, {From: address(w.t, "acme_group.a"), To: address(w.t, "acme_group.b")}}
		}, want: []string{`~ acme_group.c["x"] from acme_group.a["x"] name="Oslo"`}},
		{name: "a moved block whose end is taken already does nothing", given: func(w *world) {
			w.want("acme_group.b", attrs{"name": "Oslo", "kind": "store"})
			w.owned("acme_group.a", "7", attrs{"name": "Bergen", "kind": "store", "parent": nil})
			w.owned("acme_group.b", "8", attrs{"name": "Oslo", "kind": "store", "parent": nil})
			w.in.Moved = []schema.Move{{From: address(w.t, "acme_group.a"), To: address(w.t, "acme_group.b")}}
		}, want: []string{"- acme_group.a"}},
		{name: "a stranger with a key of ours is a warning", given: func(w *world) {
			w.want("acme_user.a", ann)
			w.owned("acme_user.a", "7", ann)
			w.stands("acme_user", "8", attrs{"email": "Ann@example.org"})
		}, warns: []string{"Another live person has the same email"}},
		{name: "strangers with one key among themselves are nothing", given: func(w *world) {
			w.want("acme_user.a", ann)
			w.owned("acme_user.a", "7", ann)
			w.stands("acme_user", "8", attrs{"email": "x@example.org"})
			w.stands("acme_user", "9", attrs{"email": "x@example.org"})
		}},
		{name: "of several the one that is ours goes before strangers", given: func(w *world) {
			w.want("acme_user.new", ann)
			w.owned("acme_user.old", "7", ann)
			w.stands("acme_user", "8", attrs{"email": "ann@example.org", "number": "1"})
		}, want: []string{"= acme_user.new from acme_user.old"},
			warns: []string{"Another live person has the same number", "Another live person has the same email"}},
		{name: "an empty text is no key", given: func(w *world) {
			w.want("acme_user.a", attrs{"number": "", "phone": "", "email": "ann@example.org"})
			w.want("acme_user.b", attrs{"number": "", "phone": "", "email": "bob@example.org"})
			w.stands("acme_user", "7", attrs{"number": "", "phone": "", "email": "cem@example.org"})
		}, want: []string{`+ acme_user.a email="ann@example.org" phone="" number=""`, `+ acme_user.b email="bob@example.org" phone="" number=""`}},
		{name: "the same name under another parent is another group", given: func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.oslo", attrs{"name": "Sales", "kind": "store", "parent": ref("acme_group.no")})
			w.stands("acme_group", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
			w.stands("acme_group", "2", attrs{"name": "Sales", "kind": "store", "parent": "9"})
		}, want: []string{"& acme_group.no", `+ acme_group.oslo name="Sales" kind="store" parent="1"`}},
		{name: "groups of one name under different new parents", given: func(w *world) {
			for _, c := range []string{"no", "se"} {
				w.want("acme_group."+c, attrs{"name": c, "kind": "country"})
				w.want("acme_group."+c+"_sales", attrs{"name": "Sales", "kind": "store", "parent": ref("acme_group." + c)})
			}
		}, want: []string{`+ acme_group.no name="no" kind="country"`, `+ acme_group.no_sales name="Sales" kind="store" parent=<acme_group.no>`,
			`+ acme_group.se name="se" kind="country"`, `+ acme_group.se_sales name="Sales" kind="store" parent=<acme_group.se>`},
			warns: []string{"No live group is of these kinds yet"}},
		{name: "a top group is found by its name", given: func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.stands("acme_group", "1", attrs{"name": "Norway", "kind": "country", "parent": "5"})
			w.stands("acme_group", "2", attrs{"name": "Norway", "kind": "country", "parent": nil})
		}, want: []string{"& acme_group.no"}},
		{name: "a position's import id goes before its name", given: func(w *world) {
			w.want("acme_position.b", attrs{"name": "Barista", "import_id": "X1"})
			w.stands("acme_position", "1", attrs{"name": "Barist", "import_id": "X1"})
		}, want: []string{`& acme_position.b name="Barista"`}},
		{name: "an owned object that is gone is made again", given: func(w *world) {
			w.want("acme_user.a", ann)
			w.own("acme_user.a", "7", ann)
		}, want: []string{`+ acme_user.a email="ann@example.org" number="1" first="Ann"`}},
		{name: "an owned object that is gone, and somebody with its key", given: func(w *world) {
			w.want("acme_user.a", ann)
			w.own("acme_user.a", "7", ann)
			w.stands("acme_user", "8", ann)
		}, want: []string{"& acme_user.a"}},
		{name: "a group renamed and moved elsewhere by somebody is drift", given: func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.own("acme_group.no", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
			w.stands("acme_group", "1", attrs{"name": "Noreg", "kind": "country", "parent": "3"})
		}, want: []string{`> acme_group.no name="Norway" parent=null`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			p := w.expect(test.want...)
			if diff := cmp.Diff(append([]string{}, test.warns...), warnings(p)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMatchRefuses holds what is ambiguous, which is never guessed.
func TestMatchRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		given func(*world)
		words []string
	}{
		{"a recycled e-mail", func(w *world) {
			w.want("acme_user.a", attrs{"number": "9", "email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"number": "1", "email": "ANN@example.org"})
		}, []string{"belongs to somebody else", "acme_user.a", `number "9"`, `number "1"`, "person 7"}},
		{"a recycled phone number", func(w *world) {
			w.want("acme_user.a", attrs{"email": "new@example.org", "phone": "+47 22 33"})
			w.stands("acme_user", "7", attrs{"email": "ann@example.org", "phone": "+472233"})
		}, []string{"This phone belongs to somebody else", `"new@example.org"`, `"ann@example.org"`}},
		{"keys that point to two", func(w *world) {
			w.want("acme_user.a", attrs{"number": "1", "email": "bob@example.org"})
			w.stands("acme_user", "7", attrs{"number": "1", "email": "ann@example.org"})
			w.stands("acme_user", "8", attrs{"email": "bob@example.org"})
		}, []string{"point to two", `number "1", which is person 7`, `email "bob@example.org", which is person 8`, "espalier import 'acme_user.a' ID"}},
		{"several live ones", func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.stands("acme_group", "12", attrs{"name": "Norway", "parent": nil})
			w.stands("acme_group", "11", attrs{"name": "Norway", "parent": ""})
		}, []string{"Several live groups have this name and parent", "11, 12", "espalier import 'acme_group.no' ID"}},
		{"two addresses, one object", func(w *world) {
			w.want("acme_user.a", attrs{"number": "1"})
			w.want("acme_user.b", attrs{"email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"number": "1", "email": "ann@example.org"})
		}, []string{"Two addresses claim one person", "acme_user.a", "acme_user.b", "person 7", "main.org.hcl:1"}},
		{"one by its id, another by its key", func(w *world) {
			w.want("acme_user.a", attrs{"number": "1", "first": "Ann"})
			w.want("acme_user.b", attrs{"email": "ann@example.org"})
			w.owned("acme_user.a", "7", attrs{"number": "1", "email": "ann@example.org"})
		}, []string{"Two addresses claim one person", "acme_user.a", "acme_user.b"}},
		{"one key twice in the configuration", func(w *world) {
			w.want("acme_user.a", attrs{"email": "Ann@Example.org"})
			w.want("acme_user.b", attrs{"email": "ann@example.org"})
		}, []string{"Duplicate email", "acme_user.a (main.org.hcl:1", "acme_user.b (main.org.hcl:2"}},
		{"one name twice under one new parent", func(w *world) {
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.a", attrs{"name": "Sales", "parent": ref("acme_group.no")})
			w.want("acme_group.b", attrs{"name": "Sales", "parent": ref("acme_group.no")})
		}, []string{"Duplicate name and parent", "acme_group.a", "acme_group.b", `name "Sales"`}},
		{"one name twice at the top", func(w *world) {
			w.want("acme_group.a", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.b", attrs{"name": "Norway", "kind": "country"})
		}, []string{"Duplicate name and parent", "no parent"}},
		{"somebody else has the id", func(w *world) {
			w.want("acme_user.a", attrs{"number": "1", "email": "ann@example.org"})
			w.own("acme_user.a", "7", attrs{"number": "1", "email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"number": "5", "email": "eve@example.org"})
		}, []string{"Somebody else has this id", `number "1"`, `"eve@example.org"`, "espalier state rm 'acme_user.a'", "espalier import 'acme_user.a' 7"}},
		{"somebody else has the id, and a call of ours was about another", func(w *world) {
			w.want("acme_user.a", attrs{"number": "1", "email": "ann@example.org"})
			w.own("acme_user.a", "7", attrs{"number": "1", "email": "ann@example.org"})
			w.stands("acme_user", "7", attrs{"number": "5", "email": "eve@example.org"})
			w.in.State.Intents = []Intent{{Address: address(w.t, "acme_user.b"), Provider: "acme", Action: Update, ID: "8", Wanted: w.values("acme_user", attrs{"email": "eve@example.org"})}}
		}, []string{"Somebody else has this id"}},
		{"two records of one object", func(w *world) {
			w.owned("acme_user.a", "7", attrs{"number": "1"})
			w.own("acme_user.b", "7", attrs{"number": "1"})
		}, []string{"Two addresses own one object", "acme_user.a", "acme_user.b", "espalier state rm"}},
		{"a provider block that is gone", func(w *world) {
			w.own("acme_user.a", "7", attrs{"number": "1"}).Provider = "acme.second"
		}, []string{"Provider of an owned object is missing", `"acme.second"`, "id 7"}},
		{"another provider configuration", func(w *world) {
			w.in.Providers["acme.second"] = w.in.Providers["acme"]
			w.own("acme_group.a", "7", attrs{"name": "Norway"}).Provider = "acme.second"
			w.want("acme_group.a", attrs{"name": "Norway", "kind": "country"})
		}, []string{"Object of another provider configuration", `through provider "acme.second"`, `now says "acme"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			w.refused(test.words...)
		})
	}
}

// TestMatchFolds holds the forms in which keys are compared.
func TestMatchFolds(t *testing.T) {
	for _, test := range []struct {
		attr, want, have string
		same             bool
	}{
		{"email", "Ann@Example.org", "ann@example.ORG", true},
		{"email", "ÅSA@example.org", "åsa@example.org", true},
		{"email", "ΣΟΦΙΑΣ@example.org", "σοφιας@example.org", true},
		{"email", "σοφιας@example.org", "σοφιασ@example.org", true}, // a final sigma
		{"email", "ДМИТРИЙ@example.org", "дмитрий@example.org", true},
		{"email", "\u212Aarl@example.org", "karl@example.org", true}, // the Kelvin sign
		{"email", "ann@example.org", "anna@example.org", false},
		{"email", "åsa@example.org", "asa@example.org", false},
		{"phone", "+47 22 33 44 55", "+4722334455", true},
		{"phone", "+47 (22) 33-44.55", "+47\u00a022334455", true},
		{"phone", "004722334455", "+4722334455", false},
		{"phone", "22 33 +44", "223344", true},
		{"number", "0012", "12", false},
		{"number", "A1", "a1", false},
	} {
		t.Run(test.attr+" "+test.want+" "+test.have, func(t *testing.T) {
			w := newWorld(t)
			w.want("acme_user.a", attrs{test.attr: test.want})
			w.stands("acme_user", "7", attrs{test.attr: test.have})
			p := w.mustPlan()
			if got := p.Steps[0].Action == Adopt; got != test.same {
				t.Errorf("%q and %q: the same is %v, want %v (%v)", test.want, test.have, got, test.same, lines(p))
			}
			if test.same && len(p.Steps[0].Changes) > 0 {
				t.Errorf("%q and %q match, and still differ: %v", test.want, test.have, lines(p))
			}
		})
	}
}

// TestMatchNamesAreExact: names are compared byte for byte.
func TestMatchNamesAreExact(t *testing.T) {
	for _, name := range []string{"oslo", "Oslo ", "Os\u200blo", "O\u0073\u0301lo"} {
		w := newWorld(t)
		w.want("acme_group.a", attrs{"name": name, "kind": "store"})
		w.stands("acme_group", "1", attrs{"name": "Oslo", "kind": "store", "parent": nil})
		if p := w.mustPlan(); p.Steps[0].Action != Create {
			t.Errorf("%q was taken for %q", name, "Oslo")
		}
	}
}

// TestMatchChains: a key that one of ours gives up in this plan is free for
// another of ours.
func TestMatchChains(t *testing.T) {
	w := newWorld(t)
	w.want("acme_user.a", attrs{"number": "1", "email": "b@example.org"})
	w.want("acme_user.b", attrs{"number": "2", "email": "c@example.org"})
	w.want("acme_user.new", attrs{"number": "3", "email": "a@example.org"})
	w.owned("acme_user.a", "1", attrs{"number": "1", "email": "a@example.org"})
	w.owned("acme_user.b", "2", attrs{"number": "2", "email": "b@example.org"})
	w.expect(
		`~ acme_user.b email="c@example.org"`,
		`~ acme_user.a email="b@example.org"`,
		`+ acme_user.new email="a@example.org" number="3"`)
}

// TestMatchPassedOn: an e-mail that passes from one to another, both under new
// labels or not ours yet, hands nobody's account on, in whatever order they stand.
func TestMatchPassedOn(t *testing.T) {
	for _, owned := range []bool{true, false} {
		for _, turned := range []bool{false, true} {
			for _, removal := range []string{RemovalRefuse, RemovalDelete} {
				w := newWorld(t)
				w.provider(func(p *Provider) { p.Removal = removal })
				for id, a := range map[string]attrs{"7": {"number": "1", "email": "a@example.org"}, "8": {"number": "2", "email": "b@example.org"}} {
					if owned {
						w.owned("acme_user.old"+id, id, a)
					} else {
						w.stands("acme_user", id, a)
					}
				}
				w.want("acme_user.a", attrs{"number": "1", "email": "b@example.org"})
				w.want("acme_user.b", attrs{"number": "2", "email": "c@example.org"})
				if turned {
					slices.Reverse(w.in.Instances)
				}
				sign, from := "&", [2]string{}
				if owned {
					sign, from = "~", [2]string{" from acme_user.old7", " from acme_user.old8"}
				}
				w.expect(sign+" acme_user.b"+from[1]+` email="c@example.org"`, sign+" acme_user.a"+from[0]+` email="b@example.org"`)
			}
		}
	}
}

// TestMatchFreedByDeletion: a new person gets the e-mail of one who is deleted,
// and never their account.
func TestMatchFreedByDeletion(t *testing.T) {
	w := newWorld(t)
	w.want("acme_user.new", attrs{"number": "2", "email": "desk@example.org"})
	w.owned("acme_user.old", "7", attrs{"number": "1", "email": "desk@example.org"})
	p := w.expect("- acme_user.old", `+ acme_user.new email="desk@example.org" number="2"`)
	if p.Steps[0].Last || !slices.Equal(p.Steps[1].Needs, []int{0}) {
		t.Errorf("the deletion must come before what takes its key: %+v", p.Steps)
	}

	w.provider(func(p *Provider) { p.Removal = RemovalForget })
	w.refused("belongs to somebody else")
}

// TestUnknownKeyIsACreate: a key that is known only at apply is looked up then.
func TestUnknownKeyIsACreate(t *testing.T) {
	w := newWorld(t)
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.want("acme_user.a", attrs{"email": schema.Template{Pending: &schema.Pending{Type: w.in.Types["acme_user"].Attribute("email").Type,
		Text: []schema.Template{w.template(nil, ref("acme_group.no")), w.template(nil, "@example.org")}}}})
	w.stands("acme_user", "7", attrs{"email": "9@example.org"})
	p := w.expect(`+ acme_group.no name="Norway" kind="country"`, `+ acme_user.a email=[<acme_group.no> "@example.org"]`)
	if p.Steps[0].KeyUnknown || !p.Steps[1].KeyUnknown {
		t.Errorf("only the person's key is unknown: %v %v", p.Steps[0].KeyUnknown, p.Steps[1].KeyUnknown)
	}
}

// TestDestroyTakesWhatIsOwned: nothing is matched by key, strangers stay.
func TestDestroyTakesWhatIsOwned(t *testing.T) {
	w := newWorld(t)
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.want("acme_group.new", attrs{"name": "Sweden", "kind": "country"})
	w.stands("acme_group", "9", attrs{"name": "Sweden", "kind": "country", "parent": nil})
	w.owned("acme_group.no", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.own("acme_group.gone", "5", attrs{"name": "Gone", "kind": "country"})
	w.in.Destroy = true
	p := w.expect(". acme_group.gone", "- acme_group.no")
	if p.Summary.Unmanaged["acme_group"] != 1 || !strings.Contains(p.Steps[1].Reason, "owned") {
		t.Errorf("summary %+v, reason %q", p.Summary, p.Steps[1].Reason)
	}
}

// TestDeletedStaysDeleted: a list that lags behind still shows what we deleted.
func TestDeletedStaysDeleted(t *testing.T) {
	w := newWorld(t)
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	w.stands("acme_group", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.in.State.Deleted = map[ObjectID]time.Time{{Provider: "acme", Type: "acme_group", ID: "1"}: now.Add(-time.Minute)}
	w.expect(`+ acme_group.no name="Norway" kind="country"`)
	w.in.State.Deleted = map[ObjectID]time.Time{{Provider: "acme", Type: "acme_group", ID: "1"}: now.Add(-2 * time.Hour)}
	w.expect("& acme_group.no")
}
