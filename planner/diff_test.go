package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// ago is a write of one attribute some time before now.
func ago(d time.Duration, before, sent, answer cty.Value) Write {
	return Write{Before: before, Sent: sent, Answer: answer, At: now.Add(-d)}
}

func str(s string) cty.Value { return cty.StringVal(s) }

func TestDiff(t *testing.T) {
	null := cty.NullVal(cty.String)
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
		warns []string
	}{
		{name: "null is not managed", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": nil})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"})
		}},
		{name: "an empty text is managed", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": ""})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"})
		}, want: []string{`~ acme_user.a first=""`}},
		{name: "null, absent and empty are equal on reading", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": ""})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": nil})
			w.want("acme_user.b", attrs{"email": "b@example.org", "phone": ""})
			w.owned("acme_user.b", "8", attrs{"email": "b@example.org", "phone": ""})
		}},
		{name: "a parent left out means a top group", given: func(w *world) {
			norway(w)
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.no")})
		}, want: []string{`> acme_group.no parent=null`}},
		{name: "the live form of what we sent is no difference", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "  Ann "})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"}).Writes =
				map[string]Write{"first": ago(100*time.Hour, null, str("  Ann "), str("Ann"))}
		}},
		{name: "another wish than the one that was sent is one", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "  Anna "})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"}).Writes =
				map[string]Write{"first": ago(100*time.Hour, null, str("  Ann "), str("Ann"))}
		}, want: []string{`~ acme_user.a first="  Anna "`}},
		{name: "another live value than the answer is one", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "  Ann "})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Bob"}).Writes =
				map[string]Write{"first": ago(100*time.Hour, null, str("  Ann "), str("Ann"))}
		}, want: []string{`~ acme_user.a first="  Ann "`}},
		{name: "e-mails by case, phones by digits", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "A@Example.org", "phone": "+47 22"})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "phone": "+4722"})
		}},
		{name: "names by bytes", given: func(w *world) {
			w.want("acme_position.a", attrs{"name": "barista"})
			w.owned("acme_position.a", "7", attrs{"name": "Barista"})
		}, want: []string{`~ acme_position.a name="barista"`}},
		{name: "a number cannot be changed, and that is said", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "number": "2"})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "number": "1"})
		}, warns: []string{"number cannot be changed here"}},
		{name: "a number is not sent with another change", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "number": "2", "first": "B"})
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "number": "1", "first": "A"})
		}, want: []string{`~ acme_user.a first="B"`}, warns: []string{"number cannot be changed here"}},
		{name: "ignore_changes of one attribute", given: func(w *world) {
			i := w.want("acme_user.a", attrs{"email": "a@example.org", "first": "B", "groups": []string{}})
			i.Block.IgnoreChanges = []string{"first"}
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "A", "groups": []string{"1"}})
		}, want: []string{"~ acme_user.a groups=[]"}},
		{name: "ignore_changes of memberships", given: func(w *world) {
			i := w.want("acme_user.a", attrs{"email": "a@example.org", "groups": []string{}, "positions": []string{}})
			i.Block.IgnoreChanges = []string{"groups", "positions"}
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": []string{"1"}, "positions": []string{"1"}})
		}},
		{name: "ignore_changes of a parent", given: func(w *world) {
			norway(w)
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.want("acme_group.no", attrs{"name": "Norway", "kind": "country", "parent": ref("acme_group.acme")})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "parent": ref("acme_group.acme"), "kind": "region"}).Block.IgnoreChanges = []string{"parent"}
		}},
		{name: "ignore_changes of everything still creates", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "B"}).Block.IgnoreAll = true
			w.want("acme_user.b", attrs{"email": "b@example.org", "first": "B"}).Block.IgnoreAll = true
			w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "first": "A"})
		}, want: []string{`+ acme_user.b email="b@example.org" first="B"`}},
		{name: "an unreadable attribute is as recorded", given: func(w *world) {
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "Ann"})
			w.own("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann"})
			w.stands("acme_user", "7", attrs{"email": "a@example.org"})
		}},
		{name: "an unreadable parent that is not wanted is taken as it is", given: func(w *world) {
			w.want("acme_group.a", attrs{"name": "A", "kind": "country"})
			w.own("acme_group.a", "7", attrs{"name": "A", "kind": "country"})
			w.stands("acme_group", "7", attrs{"name": "A", "kind": "country"})
		}},
		{name: "a value that waits for what is made", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "New", "kind": "country"})
			w.want("acme_group.a", attrs{"name": "A", "parent": ref("acme_group.new")})
			w.owned("acme_group.a", "7", attrs{"name": "A", "kind": "region", "parent": nil})
		}, want: []string{`+ acme_group.new name="New" kind="country"`, "> acme_group.a parent=<acme_group.new>"}, warns: []string{"No live group is of this kind yet"}},
		{name: "a reference to an attribute is what is wanted of it", given: func(w *world) {
			w.want("acme_group.a", attrs{"name": "A", "kind": "country"})
			w.want("acme_group.b", attrs{"name": ref("acme_group.a.kind"), "kind": "country"})
			w.owned("acme_group.a", "7", attrs{"name": "A", "kind": "region", "parent": nil})
		}, want: []string{`~ acme_group.a kind="country"`, `+ acme_group.b name="country" kind="country"`}, warns: []string{"No live group is of this kind yet"}},
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

// TestDiffOfItself: what is live as it is wanted makes no step, whatever it is.
func TestDiffOfItself(t *testing.T) {
	w := newWorld(t)
	norway(w)
	person := attrs{"email": "a@example.org", "phone": "+47 1", "number": "1", "first": "Å \"x\" %", "groups": []string{"1", "3"}, "leads": []string{"3"}, "positions": []string{"5"}, "rank": "chief"}
	w.owned("acme_position.p", "5", attrs{"name": "P", "import_id": "X"})
	w.owned("acme_user.a", "7", person)
	w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country", "parent": ref("acme_group.acme")})
	w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.no")})
	w.want("acme_position.p", attrs{"name": "P", "import_id": "X"})
	w.want("acme_user.a", person)
	if p := w.expect(); !p.Empty() || len(p.Drift) > 0 {
		t.Errorf("not empty: %+v", p)
	}
}

// TestSensitive: a value that is kept as a digest is compared by it, and is said
// nowhere.
func TestSensitive(t *testing.T) {
	w := newWorld(t)
	secret := cty.StringVal("hunter2").Mark(schema.Sensitive)
	w.want("acme_user.a", attrs{"email": "a@example.org", "pin": secret})
	w.owned("acme_user.a", "7", attrs{"email": "a@example.org"}).Digests = map[string]string{"pin": digestOf(secret)}
	w.expect()

	w.in.State.Records[address(t, "acme_user.a")].Digests["pin"] = digestOf(str("hunter1"))
	p := w.mustPlan()
	if len(p.Steps) != 1 || !p.Steps[0].Changes[0].Sensitive || !p.HasSensitive() {
		t.Fatalf("want one sensitive change: %+v", p.Steps)
	}

	w.in.State.Records = map[schema.Address]*Record{}
	w.live = map[string][]schema.Object{}
	if p := w.mustPlan(); !p.Steps[0].Changes[1].Sensitive || p.Steps[0].Label != "a@example.org" {
		t.Fatalf("want a create with a sensitive change: %+v", p.Steps[0])
	}
}

// TestSensitiveKeys: a key that is sensitive is not said in a message either.
func TestSensitiveKeys(t *testing.T) {
	w := newWorld(t)
	secret := cty.StringVal("hunter2@example.org").Mark(schema.Sensitive)
	w.want("acme_user.a", attrs{"email": secret})
	w.want("acme_user.b", attrs{"email": secret})
	_, diags := w.plan()
	if !diags.HasErrors() || strings.Contains(diags.Error(), "hunter2") {
		t.Errorf("want an error that does not say the address: %s", diags.Error())
	}
	w = newWorld(t)
	w.want("acme_user.a", attrs{"email": secret, "number": "1"})
	w.stands("acme_user", "7", attrs{"email": "hunter2@example.org", "number": "2"})
	if _, diags = w.plan(); !diags.HasErrors() || strings.Contains(diags.Error(), "hunter2") {
		t.Errorf("want an error that does not say the address: %s", diags.Error())
	}
}

// TestOverlay: within the lag a read that shows the value from before our write
// is stale, and is taken as what we wrote.
func TestOverlay(t *testing.T) {
	for _, test := range []struct {
		name  string
		read  string
		write Write
		want  []string
		drift bool
	}{
		{"the old value is stale", "Ann", ago(time.Minute, str("Ann"), str("Anna"), str("Anna")), nil, false},
		{"the old value is stale, and the answer did not carry it", "Ann", ago(time.Minute, str("Ann"), str("Anna"), cty.NilVal), nil, false},
		{"the new value ends it", "Anna", ago(time.Minute, str("Ann"), str("Anna"), str("Anna")), nil, false},
		{"a third value is drift", "Eve", ago(time.Minute, str("Ann"), str("Anna"), str("Anna")), []string{`~ acme_user.a first="Anna"`}, true},
		{"after the lag the old value is drift", "Ann", ago(time.Hour, str("Ann"), str("Anna"), str("Anna")), []string{`~ acme_user.a first="Anna"`}, true},
		{"nothing is laid over what was not there before", "Ann", Write{Sent: str("Anna"), Answer: str("Anna"), At: now}, []string{`~ acme_user.a first="Anna"`}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.want("acme_user.a", attrs{"email": "a@example.org", "first": "Anna"})
			w.own("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Anna"}).Writes = map[string]Write{"first": test.write}
			w.stands("acme_user", "7", attrs{"email": "a@example.org", "first": test.read})
			p := w.expect(test.want...)
			if got := len(p.Drift) > 0; got != test.drift {
				t.Errorf("drift %v, want %v", got, test.drift)
			}
		})
	}
}

// TestAbsenceWithinTheLag: what we wrote a while ago is not gone because a list
// lacks it; later it is.
func TestAbsenceWithinTheLag(t *testing.T) {
	for _, test := range []struct {
		since time.Duration
		want  []string
	}{
		{time.Minute, nil},
		{time.Hour, []string{`+ acme_user.a email="a@example.org"`}},
	} {
		w := newWorld(t)
		w.want("acme_user.a", attrs{"email": "a@example.org"})
		w.own("acme_user.a", "7", attrs{"email": "a@example.org"}).Written = now.Add(-test.since)
		p := w.expect(test.want...)
		if len(test.want) > 0 && (p.Steps[0].Reason != "it is gone from the live system" || len(p.Drift) != 1 || !p.Drift[0].Gone) {
			t.Errorf("reason %q, drift %+v", p.Steps[0].Reason, p.Drift)
		}
	}
}

// TestDrift: what differs from the record is said, whether or not it is wanted.
func TestDrift(t *testing.T) {
	w := newWorld(t)
	w.want("acme_user.a", attrs{"email": "a@example.org", "first": "Eve", "groups": []string{}})
	w.own("acme_user.a", "7", attrs{"email": "a@example.org", "first": "Ann", "rank": "chief", "groups": []string{}})
	w.stands("acme_user", "7", attrs{"email": "a@example.org", "first": "Eve", "rank": "none", "groups": []string{"4"}})
	w.own("acme_user.gone", "8", attrs{"email": "g@example.org"})
	p := w.expect("~ acme_user.a groups=[]", ". acme_user.gone")
	type drift struct {
		address, attr string
		gone          bool
	}
	var got []drift
	for _, d := range p.Drift {
		got = append(got, drift{d.Address.String(), d.Attr, d.Gone})
	}
	want := []drift{{"acme_user.a", "first", false}, {"acme_user.a", "groups", false}, {"acme_user.gone", "", true}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(drift{})); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	if !p.Steps[0].Changes[0].Drift {
		t.Error("the change is not marked as drift")
	}
	w.in.RefreshOnly = true
	if p := w.mustPlan(); len(p.Steps) != 0 || p.Empty() {
		t.Errorf("refresh-only: %d steps, empty %v", len(p.Steps), p.Empty())
	}
}
