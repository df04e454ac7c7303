package planner

import (
	"maps"
	"slices"
	"testing"

	"github.com/espalier-dev/espalier/schema"
)

// TestOrderOfTheTree: no prefix of the calls leaves a broken tree, in whatever
// order the needs allow them.
func TestOrderOfTheTree(t *testing.T) {
	acme := attrs{"name": "Acme", "kind": "organization"}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
	}{
		{"a new level between: what is below goes down first", func(w *world) {
			norway(w)
			w.want("acme_group.acme", acme)
			w.want("acme_group.nordics", attrs{"name": "Nordics", "parent": ref("acme_group.acme")})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.nordics")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		}, []string{`+ acme_group.nordics name="Nordics" kind="country" parent="1"`, `~ acme_group.oslo kind="store"`,
			`> acme_group.no kind="region" parent=<acme_group.nordics>`}},
		{"a level taken out: what is above goes up first", func(w *world) {
			norway(w)
			w.owned("acme_group.bar", "4", attrs{"name": "Bar", "kind": "store", "parent": "3"})
			w.want("acme_group.acme", acme)
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.acme")})
			w.want("acme_group.bar", attrs{"name": "Bar", "parent": ref("acme_group.oslo")})
		}, []string{`> acme_group.oslo kind="country" parent="1"`, `~ acme_group.bar kind="region"`, "- acme_group.no"}},
		{"a parent and its child change places", func(w *world) {
			norway(w)
			w.want("acme_group.acme", acme)
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.acme")})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.oslo")})
		}, []string{`> acme_group.oslo kind="country" parent="1"`, `> acme_group.no kind="region" parent="3"`}},
		{"a parent and its child change places, with other children", func(w *world) {
			norway(w)
			w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
			w.want("acme_group.acme", acme)
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.acme")})
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.oslo")})
			w.want("acme_group.bergen", attrs{"name": "Bergen", "parent": ref("acme_group.no")})
		}, []string{`> acme_group.oslo kind="country" parent="1"`, `~ acme_group.bergen kind="store"`, `> acme_group.no kind="region" parent="3"`}},
		{"the top and its child change places", func(w *world) {
			norway(w)
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "organization"})
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "country", "parent": ref("acme_group.no")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.acme")})
		}, []string{`> acme_group.no kind="organization" parent=null`, `> acme_group.acme kind="country" parent="2"`, `> acme_group.oslo parent="1"`}},
		{"a child in the way is deleted before its parent goes down", func(w *world) {
			norway(w)
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"3"}})
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "region", "parent": ref("acme_group.acme")})
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.no")}})
		}, []string{`~ acme_user.a groups=[2]`, "- acme_group.oslo", `~ acme_group.no kind="region"`}},
		{"people leave a group before it goes, also for a new one", func(w *world) {
			norway(w)
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"3"}})
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.bergen", attrs{"name": "Bergen", "parent": ref("acme_group.no")})
			w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.bergen")}})
		}, []string{`+ acme_group.bergen name="Bergen" kind="region" parent="2"`, `~ acme_user.a groups=[<acme_group.bergen>]`, "- acme_group.oslo"}},
		{"a subtree goes children first", func(w *world) {
			norway(w)
			w.want("acme_group.acme", acme)
		}, []string{"- acme_group.oslo", "- acme_group.no"}},
		{"a subtree goes children first although its dependencies are not recorded", func(w *world) {
			w.owned("acme_group.a", "1", attrs{"name": "A", "kind": "country", "parent": nil})
			w.owned("acme_group.b", "2", attrs{"name": "B", "kind": "region", "parent": "1"})
			w.owned("acme_group.c", "3", attrs{"name": "C", "kind": "store", "parent": "2"})
		}, []string{"- acme_group.c", "- acme_group.b", "- acme_group.a"}},
		{"a child moves out before its parent is deleted", func(w *world) {
			norway(w)
			w.want("acme_group.acme", acme)
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.acme")})
		}, []string{`> acme_group.oslo parent="1"`, "- acme_group.no"}},
		{"two names change places", func(w *world) {
			norway(w)
			w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Bergen", "parent": ref("acme_group.no")})
			w.want("acme_group.bergen", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		}, []string{`~ acme_group.bergen name="Bergen (renaming 4)"`, `~ acme_group.oslo name="Bergen"`, `~ acme_group.bergen name="Oslo"`}},
		{"three names go round", func(w *world) {
			for i, name := range []string{"A", "B", "C"} {
				w.owned("acme_group."+name, string(rune('1'+i)), attrs{"name": name, "kind": "country", "parent": nil})
				w.want("acme_group."+name, attrs{"name": string("BCA"[i]), "kind": "country"})
			}
		}, []string{`~ acme_group.A name="A (renaming 1)"`, `~ acme_group.C name="A"`, `~ acme_group.B name="C"`, `~ acme_group.A name="B"`}},
		{"a name that is given up is taken after", func(w *world) {
			norway(w)
			w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Bergen", "parent": ref("acme_group.no")})
			w.want("acme_group.bergen", attrs{"name": "Bergen", "kind": "country", "parent": ref("acme_group.acme")})
		}, []string{`> acme_group.bergen kind="country" parent="1"`, `~ acme_group.oslo name="Bergen"`}},
		{"two groups of one name change parents", func(w *world) {
			w.owned("acme_group.no", "1", attrs{"name": "Norway", "kind": "country", "parent": nil})
			w.owned("acme_group.se", "2", attrs{"name": "Sweden", "kind": "country", "parent": nil})
			w.owned("acme_group.a", "3", attrs{"name": "Sales", "kind": "region", "parent": "1"})
			w.owned("acme_group.b", "4", attrs{"name": "Sales", "kind": "region", "parent": "2"})
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.se", attrs{"name": "Sweden", "kind": "country"})
			w.want("acme_group.a", attrs{"name": "Sales", "parent": ref("acme_group.se")})
			w.want("acme_group.b", attrs{"name": "Sales", "parent": ref("acme_group.no")})
		}, []string{`~ acme_group.a name="Sales (renaming 3)"`, `> acme_group.b parent="1"`, `> acme_group.a name="Sales" parent="2"`}},
		{"a group is deleted before its name is taken", func(w *world) {
			norway(w)
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.new", attrs{"name": "Oslo", "kind": "store", "parent": ref("acme_group.no")})
			w.in.Instances[2].Provider = "acme"
			w.in.State.Records[address(w.t, "acme_group.oslo")].ID = "33"
		}, []string{`& acme_group.new kind="store"`, ". acme_group.oslo"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			p := w.expect(test.want...)
			prefixes(t, w, p)
		})
	}
}

func TestOrderOfKeys(t *testing.T) {
	t.Run("positions change names through a temporary one", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_position.a", "1", attrs{"name": "Barista", "import_id": nil})
		w.owned("acme_position.b", "2", attrs{"name": "Cook", "import_id": nil})
		w.want("acme_position.a", attrs{"name": "Cook"})
		w.want("acme_position.b", attrs{"name": "Barista"})
		p := w.expect(`~ acme_position.a name="Barista (renaming 1)"`, `~ acme_position.b name="Barista"`, `~ acme_position.a name="Cook"`)
		if p.Summary.Calls != 3 {
			t.Errorf("%d calls, want one more than the two changes", p.Summary.Calls)
		}
	})
	t.Run("positions change import ids through a temporary one", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_position.a", "1", attrs{"name": "Barista", "import_id": "X"})
		w.owned("acme_position.b", "2", attrs{"name": "Cook", "import_id": "Y"})
		w.want("acme_position.a", attrs{"name": "Barista", "import_id": "Y"})
		w.want("acme_position.b", attrs{"name": "Cook", "import_id": "X"})
		w.expect(`~ acme_position.a import_id="X (renaming 1)"`, `~ acme_position.b import_id="X"`, `~ acme_position.a import_id="Y"`)
	})
	t.Run("a position takes the name of one that is deleted, and its people", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_position.old", "1", attrs{"name": "Barista", "import_id": "X"})
		w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "positions": []string{"1"}})
		w.want("acme_position.new", attrs{"name": "Barista", "import_id": "Y"})
		w.want("acme_user.a", attrs{"email": "a@example.org", "positions": []any{ref("acme_position.new")}})
		w.expect(`~ acme_position.old name="Barista (renaming 1)"`, `+ acme_position.new name="Barista" import_id="Y"`,
			"~ acme_user.a positions=[<acme_position.new>]", "- acme_position.old")
	})
	t.Run("two keys of one position change at once", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_position.a", "1", attrs{"name": "Barista", "import_id": "X"})
		w.owned("acme_position.b", "2", attrs{"name": "Cook", "import_id": "Y"})
		w.want("acme_position.a", attrs{"name": "Cook", "import_id": "Y"})
		w.want("acme_position.b", attrs{"name": "Barista", "import_id": "X"})
		w.expect(`~ acme_position.a import_id="X (renaming 1)" name="Barista (renaming 1)"`,
			`~ acme_position.b name="Barista" import_id="X"`, `~ acme_position.a name="Cook" import_id="Y"`)
	})
	t.Run("people's e-mails in a circle are an error", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_user.a", "1", attrs{"number": "1", "email": "a@example.org"})
		w.owned("acme_user.b", "2", attrs{"number": "2", "email": "b@example.org"})
		w.want("acme_user.a", attrs{"number": "1", "email": "b@example.org"})
		w.want("acme_user.b", attrs{"number": "2", "email": "a@example.org"})
		w.refused("circle", `acme_user.b (b@example.org) takes email "a@example.org" from acme_user.a (a@example.org)`, `acme_user.a (a@example.org) takes email "b@example.org" from acme_user.b (b@example.org)`, "another value first")
	})
	t.Run("a chain of phones is put in order, folded", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_user.a", "1", attrs{"email": "a@example.org", "phone": "+47 1"})
		w.owned("acme_user.b", "2", attrs{"email": "b@example.org", "phone": "+47 2"})
		w.want("acme_user.a", attrs{"email": "a@example.org", "phone": "+472"})
		w.want("acme_user.b", attrs{"email": "b@example.org", "phone": "+473"})
		p := w.expect(`~ acme_user.b phone="+473"`, `~ acme_user.a phone="+472"`)
		if !slices.Equal(p.Steps[1].Needs, []int{0}) {
			t.Errorf("needs %v", p.Steps[1].Needs)
		}
	})
	t.Run("nothing waits for what keeps its key", func(t *testing.T) {
		w := newWorld(t)
		w.owned("acme_user.a", "1", attrs{"email": "a@example.org", "first": "A"})
		w.owned("acme_user.b", "2", attrs{"email": "b@example.org", "first": "B"})
		w.want("acme_user.a", attrs{"email": "a@example.org", "first": "AA"})
		w.want("acme_user.b", attrs{"email": "b@example.org", "first": "BB"})
		for _, s := range w.mustPlan().Steps {
			if len(s.Needs) > 0 {
				t.Errorf("%s needs %v", s.Address, s.Needs)
			}
		}
	})
}

// TestOrderOfReplacement: the new one first, then the old one, counted once.
func TestOrderOfReplacement(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_file.a", "1", attrs{"source": "old.png", "title": "A"})
	w.want("acme_file.a", attrs{"source": "new.png", "title": "A"})
	p := w.expect(`-/+ acme_file.a source="new.png"`, "- acme_file.a")
	if first, ok := p.Completes(1); first != 0 || !ok || p.Summary.Calls != 2 || p.Summary.Replace != 1 || p.Summary.Delete != 0 {
		t.Errorf("summary %+v", p.Summary)
	}
}

// TestLongChainsAreOrdered: a deep tree goes down a level without more than one
// pass over it.
func TestLongChainsAreOrdered(t *testing.T) {
	w := newWorld(t)
	var levels []string
	for i := range 60 {
		levels = append(levels, "level"+string(rune('A'+i/26))+string(rune('a'+i%26)))
	}
	w.provider(func(p *Provider) { p.Levels = levels })
	w.want("acme_group.new", attrs{"name": "New", "kind": levels[0]})
	parent, above := ref("acme_group.new"), any(nil)
	for i := range 58 {
		name := levels[i]
		w.owned("acme_group."+name, name, attrs{"name": name, "kind": levels[i], "parent": above})
		w.want("acme_group."+name, attrs{"name": name, "parent": parent})
		parent, above = ref("acme_group."+name), name
	}
	p := w.mustPlan()
	checkShape(t, p)
	prefixes(t, w, p)
	if p.Summary.Calls != 59 {
		t.Errorf("%d calls, want 59", p.Summary.Calls)
	}
}

// TestStrangersInTheTree: what nobody manages stays where it is, and counts.
func TestStrangersInTheTree(t *testing.T) {
	acme := attrs{"name": "Acme", "kind": "organization"}
	for _, test := range []struct {
		name  string
		given func(*world)
		words []string
	}{
		{"one below a group that sinks to its level", func(w *world) {
			norway(w)
			w.stands("acme_group", "9", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "region", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		}, []string{"Level is not below the parent's", `acme_group.no ("Norway") is to become a "region"`,
			`a "region" that this plan leaves as it is stands below it: the group "Bergen" (id 9), which nothing here manages.`, "bring it into the configuration"}},
		{"a group that keeps its place below one that is deleted", func(w *world) {
			norway(w)
			w.want("acme_group.acme", acme)
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": "2"})
		}, []string{"would lose its parent", `acme_group.oslo ("Oslo") is to stand below acme_group.no ("Norway"), which this plan deletes`}},
		{"a name that is not given up", func(w *world) {
			norway(w)
			w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
			w.want("acme_group.acme", acme)
			w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Bergen", "parent": ref("acme_group.no")})
			w.want("acme_group.bergen", attrs{"name": "Bergen and more", "parent": ref("acme_group.no")}).Block.IgnoreChanges = []string{"name"}
		}, []string{"The name of a group is taken", `acme_group.oslo ("Oslo") and acme_group.bergen ("Bergen") would both have the name "Bergen"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			w.refused(test.words...)
		})
	}
	t.Run("one with the temporary name", func(t *testing.T) {
		w := newWorld(t)
		norway(w)
		w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
		w.stands("acme_group", "9", attrs{"name": "Bergen (renaming 4)", "kind": "region", "parent": "2"})
		w.want("acme_group.acme", acme)
		w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
		w.want("acme_group.oslo", attrs{"name": "Bergen", "parent": ref("acme_group.no")})
		w.want("acme_group.bergen", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		prefixes(t, w, w.expect(`~ acme_group.bergen name="Bergen (renaming 4) 2"`, `~ acme_group.oslo name="Bergen"`, `~ acme_group.bergen name="Oslo"`))
	})
	t.Run("one below a group that moves", func(t *testing.T) {
		w := newWorld(t)
		norway(w)
		w.stands("acme_group", "9", attrs{"name": "Bergen", "kind": "store", "parent": "2"})
		w.want("acme_group.acme", acme)
		w.want("acme_group.nordics", attrs{"name": "Nordics", "kind": "country", "parent": ref("acme_group.acme")})
		w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.nordics")})
		w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		prefixes(t, w, w.expect(`+ acme_group.nordics name="Nordics" kind="country" parent="1"`, `~ acme_group.oslo kind="store"`,
			`> acme_group.no kind="region" parent=<acme_group.nordics>`))
	})
}

// TestOneWayForTwoReasons: a group on which two circles hang takes one call more,
// not each circle.
func TestOneWayForTwoReasons(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_group.a", "1", attrs{"name": "a", "kind": "organization", "parent": nil})
	w.owned("acme_group.b", "2", attrs{"name": "a", "kind": "country", "parent": "1"})
	w.owned("acme_group.c", "3", attrs{"name": "a", "kind": "region", "parent": "2"})
	w.want("acme_group.a", attrs{"name": "b", "kind": "country"})
	w.want("acme_group.b", attrs{"name": "a", "kind": "region"})
	w.want("acme_group.c", attrs{"name": "a", "kind": "region", "parent": ref("acme_group.a")})
	p := w.expect(`> acme_group.b name="a (renaming 2)" parent=null`, `~ acme_group.a name="b" kind="country"`,
		`> acme_group.c parent="1"`, `~ acme_group.b name="a" kind="region"`)
	prefixes(t, w, p)
}

// TestPeopleBetweenGroups: a person who goes from a group that is deleted to a new
// one of its name does not keep either from its turn.
func TestPeopleBetweenGroups(t *testing.T) {
	w := newWorld(t)
	norway(w)
	w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"3"}})
	w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
	w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
	w.want("acme_group.se", attrs{"name": "Sweden", "parent": ref("acme_group.acme")})
	w.want("acme_group.town", attrs{"name": "Oslo", "parent": ref("acme_group.se")})
	w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.town")}})
	p := w.expect(`+ acme_group.se name="Sweden" kind="country" parent="1"`, `+ acme_group.town name="Oslo" kind="region" parent=<acme_group.se>`,
		`~ acme_user.a groups=[<acme_group.town>]`, "- acme_group.oslo")
	prefixes(t, w, p)
}

// TestNameOfADeletedGroup: who takes it waits for the deletion, which waits for
// people who leave; where these wait for the taker, the name is given up first.
func TestNameOfADeletedGroup(t *testing.T) {
	acme := attrs{"name": "Acme", "kind": "organization"}
	t.Run("the deletion goes before", func(t *testing.T) {
		w := newWorld(t)
		norway(w)
		w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "region", "parent": "2"})
		w.owned("acme_group.harbour", "5", attrs{"name": "Harbour", "kind": "store", "parent": "3"})
		w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"5"}})
		w.want("acme_group.acme", acme)
		w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
		w.want("acme_group.bergen", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.bergen")}})
		prefixes(t, w, w.expect("~ acme_user.a groups=[4]", "- acme_group.harbour", "- acme_group.oslo", `~ acme_group.bergen name="Oslo"`))
	})
	t.Run("the name goes before", func(t *testing.T) {
		w := newWorld(t)
		norway(w)
		w.owned("acme_group.bergen", "4", attrs{"name": "Bergen", "kind": "store", "parent": "2"})
		w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"3"}})
		w.want("acme_group.acme", acme)
		w.want("acme_group.no", attrs{"name": "Norway", "parent": ref("acme_group.acme")})
		w.want("acme_group.bergen", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.no")})
		w.want("acme_group.kiosk", attrs{"name": "Kiosk", "parent": ref("acme_group.bergen")})
		w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []any{ref("acme_group.kiosk")}})
		prefixes(t, w, w.expect(`~ acme_group.oslo name="Oslo (renaming 3)"`, `~ acme_group.bergen name="Oslo" kind="region"`,
			`+ acme_group.kiosk name="Kiosk" kind="store" parent="4"`, "~ acme_user.a groups=[<acme_group.kiosk>]", "- acme_group.oslo"))
	})
}

// TestCircleOfUnits: a circle that the configuration asks for is a guard's matter;
// one that comes of leaving a part undone is an error.
func TestCircleOfUnits(t *testing.T) {
	given := func(t *testing.T) *world {
		w := newWorld(t)
		w.owned("acme_group.a", "1", attrs{"name": "A", "note": "x", "parent": nil})
		w.owned("acme_group.b", "2", attrs{"name": "B", "parent": "1"})
		return w
	}
	t.Run("as it is said", func(t *testing.T) {
		w := given(t)
		w.want("acme_group.a", attrs{"name": "A", "parent": "2"})
		w.want("acme_group.b", attrs{"name": "B", "parent": "1"})
		if p := w.mustPlan(); !p.Refused() {
			t.Errorf("let through: %v", lines(p))
		}
	})
	t.Run("because one is left where it is", func(t *testing.T) {
		w := given(t)
		w.want("acme_group.b", attrs{"name": "B"}).Block.IgnoreChanges = []string{"parent"}
		w.want("acme_group.a", attrs{"name": "A", "parent": ref("acme_group.b")})
		w.refused("A group would stand below itself", `is to stand below acme_group.`, "another parent")
	})
}

// TestTreeTurnedUpsideDown: what is deleted goes children first as they are live,
// whatever the state remembers.
func TestTreeTurnedUpsideDown(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_group.a", "1", attrs{"name": "A", "kind": "region", "parent": "2"})
	w.owned("acme_group.b", "2", attrs{"name": "B", "kind": "country", "parent": nil}).Needs = []schema.Address{address(t, "acme_group.a")}
	prefixes(t, w, w.expect("- acme_group.a", "- acme_group.b"))
}

// TestUnreadParents: where no list says what stands under what, the record does.
func TestUnreadParents(t *testing.T) {
	w := newWorld(t)
	for _, rec := range []*Record{
		w.owned("acme_group.a", "1", attrs{"name": "A", "kind": "country", "parent": nil}),
		w.owned("acme_group.b", "2", attrs{"name": "B", "kind": "region", "parent": "1"}),
	} {
		rec.Attrs = maps.Clone(rec.Attrs)
	}
	for _, o := range w.live["acme_group"] {
		delete(o.Attrs, "parent")
	}
	w.expect("- acme_group.b", "- acme_group.a")
}

// TestNoOrderAtAll: what waits for each other is named.
func TestNoOrderAtAll(t *testing.T) {
	w := newWorld(t)
	norway(w)
	w.in.Live = w.tables()
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if _, diags = m.Plan(); diags.HasErrors() {
		t.Fatal(diags)
	}
	m.refuseKnot(m.living("acme", w.in.Types["acme_group"]), []int{0, 2, 99})
	want := `acme_group.acme ("Acme"); acme_group.oslo ("Oslo") each have to wait for the next, and the last for the first.`
	if !contains(m.diags, want) {
		t.Errorf("%v does not say %s", m.diags, want)
	}
}
