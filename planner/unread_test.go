package planner

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRemembered: of the people whose list does not say what they are in, those are
// remembered whose record does; the others have to be read.
func TestRemembered(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_group.oslo", "g1", attrs{"name": "Oslo", "kind": "store", "parent": nil})
	w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "store"})
	person := func(name string, wanted, listed, recorded attrs) *Record {
		id := "u-" + name
		listed["email"], recorded["email"] = name+"@example.org", name+"@example.org"
		w.stands("acme_user", id, listed)
		if wanted != nil {
			wanted["email"] = name + "@example.org"
			w.want("acme_user."+name, wanted)
		}
		return w.own("acme_user."+name, id, recorded)
	}
	in := []any{ref("acme_group.oslo")}
	read := person("known", attrs{"groups": in}, attrs{}, attrs{"groups": []string{"g1"}})
	written := person("made", attrs{"groups": in}, attrs{}, attrs{"groups": []string{"g1"}})
	person("imported", attrs{"groups": in}, attrs{}, attrs{"groups": []string{"g1"}})
	part := person("part", attrs{"groups": in, "positions": []string{}}, attrs{}, attrs{"groups": []string{"g1"}})
	person("carried", attrs{"groups": in}, attrs{"groups": []string{"g1"}}, attrs{})
	person("bare", attrs{"first": "Ada"}, attrs{"first": "Ada"}, attrs{})
	leads := person("leads", attrs{"leads": in}, attrs{"first": "Ada"}, attrs{})
	gone := person("gone", nil, attrs{}, attrs{"groups": []string{"g1"}, "positions": []string{}})
	for _, rec := range []*Record{read, part, leads, gone} {
		rec.Read = now.Add(-48 * time.Hour)
	}
	written.Written = now.Add(-24 * time.Hour)
	w.stands("acme_user", "u-new", attrs{"email": "new@example.org"})
	w.want("acme_user.new", attrs{"email": "new@example.org", "groups": in})
	w.stands("acme_user", "u-stranger", attrs{"email": "stranger@example.org"})

	w.in.Live = w.tables()
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	known, unknown := m.Remembered(m.Unread())
	got := map[string]time.Time{}
	for _, k := range known {
		got[k.ID.ID] = k.Read
	}
	if diff := cmp.Diff(map[string]time.Time{"u-known": read.Read, "u-made": {}, "u-gone": gone.Read}, got); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	var rest []string
	for _, id := range unknown {
		rest = append(rest, id.ID)
	}
	slices.Sort(rest)
	if diff := cmp.Diff([]string{"u-imported", "u-new", "u-part"}, rest); diff != "" {
		t.Errorf("to be read (-want +got):\n%s", diff)
	}
}

// TestRecall: what is recalled counts as read, so that it is compared, guarded and
// told apart from what is not known.
func TestRecall(t *testing.T) {
	w := newWorld(t)
	w.owned("acme_group.oslo", "g1", attrs{"name": "Oslo", "kind": "store", "parent": nil})
	w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "store"})
	listed := attrs{"email": "ada@example.org"}
	w.stands("acme_user", "u1", listed)
	recorded := maps.Clone(listed)
	recorded["groups"], recorded["positions"] = []string{"g1"}, []string{"p1"}
	w.own("acme_user.ada", "u1", recorded).Read = now.Add(-48 * time.Hour)
	w.want("acme_user.ada", attrs{"email": "ada@example.org", "groups": []string{}})

	w.in.Live = w.tables()
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	m.Recall(m.Unread())
	live, _ := w.in.Live["acme"]["acme_user"].Find("u1")
	if _, told := live.Attrs["positions"]; told || len(elements(live.Attrs["groups"])) != 1 {
		t.Errorf("recalled as %v; positions are not managed", live.Attrs)
	}
	plan, diags := m.Plan()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if diff := cmp.Diff([]string{"~ acme_user.ada groups=[]"}, lines(plan)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if len(plan.Drift) > 0 {
		t.Errorf("what is recalled has not changed: %v", plan.Drift)
	}
}

// TestToPlace: of live groups whose place is not told those are to be read that have
// the name of a wanted one without a live one of its own.
func TestToPlace(t *testing.T) {
	w := newWorld(t)
	w.stands("acme_group", "g1", attrs{"name": "Oslo"})
	w.stands("acme_group", "g2", attrs{"name": "Oslo"})
	w.stands("acme_group", "g3", attrs{"name": "Bergen"})
	w.stands("acme_group", "g4", attrs{"name": "Lund", "parent": nil})
	w.stands("acme_group", "g5", attrs{"name": "Moss"})
	w.own("acme_group.moss", "g5", attrs{"name": "Moss"})
	for _, name := range []string{"Oslo", "Lund", "Moss"} {
		w.want("acme_group."+strings.ToLower(name), attrs{"name": name, "kind": "store"})
	}
	w.in.Live = w.tables()
	var got []string
	for _, id := range ToPlace(w.in) {
		got = append(got, id.ID)
	}
	if diff := cmp.Diff([]string{"g1", "g2"}, got); diff != "" {
		t.Errorf("to be read (-want +got):\n%s", diff)
	}
}
