package planner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// rich is a world whose plan has something of everything.
func rich(t testing.TB) *world {
	w := newWorld(t)
	norway(w)
	w.in.Guards = DefaultLimits()
	w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
	w.want("acme_group.nordics", attrs{"name": "Nordics \U0001F332 \"x\" ${y} %{z}", "parent": ref("acme_group.acme")})
	w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.nordics")})
	w.want("acme_group.oslo2", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
	w.owned("acme_position.a", "1", attrs{"name": "Barista"})
	w.owned("acme_position.b", "2", attrs{"name": "Cook"})
	w.want("acme_position.a", attrs{"name": "Cook"})
	w.want("acme_position.b", attrs{"name": "Barista"})
	w.owned("acme_file.f", "1", attrs{"source": "a.png"})
	w.want("acme_file.f", attrs{"source": "b.png"})
	w.want(`acme_user.p["ann"]`, attrs{"email": "ann@example.org", "groups": []any{ref("acme_group.oslo2"), ref("acme_group.nordics")}, "number": "1"})
	w.stands("acme_user", "7", attrs{"email": "ANN@example.org", "groups": []string{"3"}, "number": nil, "first": nil})
	w.want(`acme_user.p["cem"]`, attrs{"email": schema.Template{Pending: &schema.Pending{Type: cty.String,
		Text: []schema.Template{schema.Known(str("g")), w.template(nil, ref("acme_group.nordics")), schema.Known(str("@example.org"))}}}, "rank": "chief"})
	w.own("acme_user.gone", "404", attrs{"email": "gone@example.org"})
	w.owned("acme_user.left", "9", attrs{"email": "left@example.org", "number": "9", "groups": []string{"1"}})
	w.stands("acme_user", "99", attrs{"email": "stranger@example.org"})
	w.in.Allow = map[string]int{}
	w.in.Outputs = []schema.OutputValue{{Name: "id", Value: w.template(nil, ref("acme_group.nordics"))}, {Name: "map", Value: schema.Known(cty.ObjectVal(map[string]cty.Value{"a": str("1"), "b": cty.True}))}}
	w.in.State.Outputs = map[string]cty.Value{"old": str("x"), "map": str("y")}
	w.in.State.Intents = []Intent{{}}
	w.provider(func(p *Provider) { p.Removal = RemovalRefuse })
	return w
}

func TestRichPlan(t *testing.T) {
	w := rich(t)
	p := w.expect(
		`+ acme_group.nordics name="Nordics 🌲 \"x\" ${y} %{z}" kind="country" parent="1"`,
		`~ acme_group.oslo2 from acme_group.oslo kind="store"`,
		`> acme_group.no kind="region" parent=<acme_group.nordics>`,
		`-/+ acme_file.f source="b.png"`,
		`& acme_user.p["ann"] groups=[<acme_group.nordics> "3"]`,
		`+ acme_user.p["cem"] email=["g" <acme_group.nordics> "@example.org"] rank="chief"`,
		`~ acme_position.a name="Barista (renaming 1)"`,
		`~ acme_position.b name="Barista"`,
		`~ acme_position.a name="Cook"`,
		"- acme_file.f",
		". acme_user.gone",
		"- acme_user.left",
	)
	prefixes(t, w, p)
	want := Summary{Create: 2, Adopt: 1, Update: 4, Move: 1, Replace: 1, Delete: 1, Forget: 1, People: 3, Calls: 11,
		Unmanaged: map[string]int{"acme_user": 1}}
	if diff := cmp.Diff(want, p.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if p.Empty() || !p.Refused() || p.HasSensitive() {
		t.Errorf("empty %v, refused %v, sensitive %v", p.Empty(), p.Refused(), p.HasSensitive())
	}
}

var values = cmp.Options{
	cmp.Comparer(func(a, b cty.Value) bool {
		if a == cty.NilVal || b == cty.NilVal {
			return a == b
		}
		return a.RawEquals(b)
	}),
	cmp.Comparer(func(a, b cty.Type) bool { return a == b || a != cty.NilType && b != cty.NilType && a.Equals(b) }),
	cmpopts.EquateEmpty(),
}

// TestCodec: a saved plan reads back the same.
func TestCodec(t *testing.T) {
	secret := func(w *world) {
		w.want("acme_user.s", attrs{"email": "s@example.org", "pin": cty.StringVal("1").Mark(schema.Sensitive)})
		w.in.Outputs = append(w.in.Outputs, schema.OutputValue{Name: "pin", Value: schema.Known(str("1").Mark(schema.Sensitive)), Sensitive: true})
		w.in.State.Hidden = map[string]bool{"oldpin": true}
	}
	for name, given := range map[string]func(*world){
		"rich": func(*world) {}, "destroy": func(w *world) { w.in.Destroy = true }, "refresh only": func(w *world) { w.in.RefreshOnly = true },
		"targeted": func(w *world) { w.in.Targets = []schema.Address{address(w.t, "acme_group.no")} }, "sensitive": secret,
		"empty": func(w *world) { *w = *newWorld(w.t) },
	} {
		t.Run(name, func(t *testing.T) {
			w := rich(t)
			given(w)
			p := w.mustPlan()
			data, err := Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, back, values); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
			again, err := Encode(back)
			if err != nil || string(again) != string(data) {
				t.Errorf("written again it is another: %v", err)
			}
			if back.HasSensitive() != p.HasSensitive() || p.HasSensitive() != (name == "sensitive") {
				t.Errorf("sensitive: %v, read back %v", p.HasSensitive(), back.HasSensitive())
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, test := range map[string]struct{ data, words string }{
		"nothing":            {"", "cannot be read"},
		"no JSON":            {"{", "cannot be read"},
		"another action":     {`{"Steps":[{"Address":"acme_user.a","Action":"explode"}]}`, `unknown action "explode"`},
		"a broken address":   {`{"Steps":[{"Address":"acme"}]}`, "not the address of a resource"},
		"a need that is not": {`{"Steps":[{"Address":"acme_user.a","Action":"create","Needs":[3]}]}`, "needs step 3"},
		"a circle":           {`{"Steps":[{"Address":"acme_user.a","Action":"create","Needs":[0]}]}`, "needs step 0"},
		"the last first":     {`{"Steps":[{"Address":"acme_user.a","Action":"delete","Last":true},{"Address":"acme_user.b","Action":"create","Needs":[0]}]}`, "left for last"},
		"a negative need":    {`{"Steps":[{"Address":"acme_user.a","Action":"create","Needs":[-1]}]}`, "needs step -1"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Decode([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.words) {
				t.Errorf("error %v, want one with %q", err, test.words)
			}
		})
	}
}

// FuzzDecode: whatever is in the file, there is a plan or an error, and a plan
// is one that an apply can walk through.
func FuzzDecode(f *testing.F) {
	w := rich(f)
	data, err := Encode(w.mustPlan())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"Steps":[{"Address":"acme_user.a","Action":"create","After":{"x":null},"Changes":[{"Attr":"x","After":{}}]}]}`))
	f.Add([]byte(`{"Steps":[{"Action":"none"}],"Drift":[{}],"Outputs":[{"Name":"x"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data)
		if err != nil {
			return
		}
		p.HasSensitive()
		if again, err := Encode(p); err == nil {
			if _, err := Decode(again); err != nil {
				t.Errorf("what was written cannot be read: %v", err)
			}
		}
		Verify(p, w.in.Types, w.tables())
		applied(t, p, &fake{}, 2)
	})
}

// TestPlanID: the id is that of the decision, and of nothing else.
func TestPlanID(t *testing.T) {
	id := func(change func(*world)) string {
		w := rich(t)
		if change != nil {
			change(w)
		}
		return w.mustPlan().ID
	}
	first := id(nil)
	if len(first) != 64 {
		t.Fatalf("id %q", first)
	}
	person := func(w *world, id string) map[string]cty.Value {
		for i := range w.live["acme_user"] {
			if w.live["acme_user"][i].ID == id {
				return w.live["acme_user"][i].Attrs
			}
		}
		t.Fatal("nobody")
		return nil
	}
	for name, change := range map[string]func(*world){
		"again":          nil,
		"later":          func(w *world) { w.in.Now = now.Add(10 * time.Minute) },
		"another serial": func(w *world) { w.in.State.Serial = 99 },
		"a stranger changed": func(w *world) {
			person(w, "99")["first"] = str("Eve")
		},
		"a stranger came": func(w *world) { w.stands("acme_user", "100", attrs{"email": "new@example.org"}) },
		"another order of the list": func(w *world) {
			list := w.live["acme_user"]
			list[0], list[2] = list[2], list[0]
		},
		"another order in the source": func(w *world) {
			list := w.in.Instances // the positions stand after the groups, and need nothing
			list[4], list[5] = list[5], list[4]
			list[6], list[0] = list[0], list[6]
			slices.SortStableFunc(list, func(a, b *schema.Instance) int { return len(a.Needs) - len(b.Needs) })
			w.in.Outputs[0], w.in.Outputs[1] = w.in.Outputs[1], w.in.Outputs[0]
		},
		"another place in the source": func(w *world) {
			for _, b := range w.in.Blocks {
				b.Range.Filename, b.Range.Start.Line = "other.org.hcl", 77
			}
		},
		"an unmanaged live field changed":             func(w *world) { person(w, "7")["phone"] = str("+47") },
		"somebody without a step changed, unmanaged":  func(w *world) { w.live["acme_group"][0].Attrs["note"] = str("x") },
		"another tenant that no step goes to":         func(w *world) { w.in.Providers["acme.other"] = Provider{Tenant: "https://other"} },
		"a record of when something was last written": func(w *world) { w.in.State.Records[address(t, "acme_group.no")].Written = now },
	} {
		if got := id(change); got != first {
			t.Errorf("%s: another id", name)
		}
	}
	seen := map[string]string{first: "the first"}
	for name, change := range map[string]func(*world){
		"another wish":              func(w *world) { w.in.Instances[0].Values["note"] = schema.Known(str("x")) },
		"another wish, not known":   func(w *world) { w.in.Instances[1].Values["note"] = w.template(nil, ref("acme_group.acme.kind")) },
		"a wish more":               func(w *world) { w.want("acme_position.c", attrs{"name": "C"}) },
		"a wish less":               func(w *world) { w.in.Instances = w.in.Instances[:len(w.in.Instances)-1] },
		"another live value":        func(w *world) { w.live["acme_position"][0].Attrs["name"] = str("Barist") },
		"another live id":           func(w *world) { w.live["acme_user"][0].ID = "8" },
		"another tenant":            func(w *world) { w.provider(func(p *Provider) { p.Tenant = "https://other" }) },
		"another lineage":           func(w *world) { w.in.State.Lineage = "other" },
		"destroy":                   func(w *world) { w.in.Destroy = true },
		"refresh only":              func(w *world) { w.in.RefreshOnly = true },
		"a target":                  func(w *world) { w.in.Targets = []schema.Address{address(t, "acme_group.no")} },
		"allowed":                   func(w *world) { w.in.Allow["user_removal"] = 1 },
		"another output":            func(w *world) { w.in.Outputs[1].Value = schema.Known(str("z")) },
		"another output before":     func(w *world) { w.in.State.Outputs["map"] = str("z") },
		"one thing gone":            func(w *world) { w.live["acme_position"] = w.live["acme_position"][:1] },
		"who is deleted is another": func(w *world) { person(w, "9")["email"] = str("left2@example.org") },
	} {
		got := id(change)
		if other, same := seen[got]; same {
			t.Errorf("%s: the same id as %s", name, other)
		}
		seen[got] = name
	}
}

// TestPlanIDHidesSecrets: two secrets have two ids, and neither id can be made
// without the key of the state.
func TestPlanIDHidesSecrets(t *testing.T) {
	id := func(pin string, digest func(cty.Value) string) string {
		w := newWorld(t)
		w.in.State.Digest = digest
		w.want("acme_user.a", attrs{"email": "a@example.org", "pin": cty.StringVal(pin).Mark(schema.Sensitive)})
		return w.mustPlan().ID
	}
	keyed := func(v cty.Value) string { return "key" + digestOf(v) }
	first := id("1", digestOf)
	if again := id("1", digestOf); again != first {
		t.Error("one secret, two ids")
	}
	if id("2", digestOf) == first || id("1", keyed) == first {
		t.Error("the id must follow from the secret's keyed digest")
	}
}
