package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// emptiedMiddle is a plan that takes out a middle level.
func emptiedMiddle(t *testing.T) (*world, *Plan) {
	w := newWorld(t)
	norway(w)
	w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
	w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.acme")})
	return w, w.mustPlan()
}

// TestDeleteWaitsForProof: a group is deleted when an answer or a list has shown
// that those who stay have left it.
func TestDeleteWaitsForProof(t *testing.T) {
	for _, test := range []struct {
		name    string
		shown   bool // the answer to the move carries the parent
		stays   bool
		asks    bool
		deletes bool
	}{
		{"the answer shows it", true, false, false, true},
		{"the list shows it", false, false, true, true},
		{"nothing shows it", false, true, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, p := emptiedMiddle(t)
			f := &fake{stays: test.stays, answers: map[string]map[string]cty.Value{}}
			if !test.shown {
				f.answers["update acme_group.oslo"] = map[string]cty.Value{"name": str("Oslo")}
			}
			r := applied(t, p, f, 1)
			log := strings.Join(f.log, ",")
			if strings.Contains(log, "below acme_group.no") != test.asks || strings.Contains(log, "delete acme_group.no") != test.deletes {
				t.Errorf("log %s", log)
			}
			if got := statuses(p, r)["acme_group.no"]; (got == "done") != test.deletes {
				t.Errorf("it is %s: %v", got, r.Errors)
			}
		})
	}
}

// TestDeleteNotPlannedYet: what an earlier run moved away, and what the list still
// shows where it was, keeps the group from being deleted.
func TestDeleteNotPlannedYet(t *testing.T) {
	for name, answer := range map[string]cty.Value{"unconfirmed": cty.NilVal, "confirmed": str("1")} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) { p.ReadLag = time.Hour })
			norway(w)
			rec := w.in.State.Records[address(t, "acme_group.oslo")]
			rec.Attrs["parent"], rec.Written = str("1"), now.Add(-time.Minute)
			rec.Writes = map[string]Write{"parent": {Before: str("2"), Sent: str("1"), Answer: answer, At: now.Add(-time.Minute)}}
			w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
			w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.acme")})
			p := w.mustPlan()
			deletes := strings.Contains(strings.Join(lines(p), ","), "- acme_group.no")
			if deletes != (name == "confirmed") {
				t.Errorf("plan %v", lines(p))
			}
			if !deletes && (len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Detail, "Oslo")) {
				t.Errorf("warnings %+v", p.Warnings)
			}
		})
	}
}

// TestVerifyWhatStandsInIt: a group that somebody has put into one that a saved
// plan deletes is a conflict.
func TestVerifyWhatStandsInIt(t *testing.T) {
	w, p := emptiedMiddle(t)
	if got := Verify(p, w.in.Types, w.tables()); len(got) > 0 {
		t.Errorf("conflicts %v", got)
	}
	w.stands("acme_group", "9", attrs{"name": "Choir", "kind": "store", "parent": "2"})
	got := Verify(p, w.in.Types, w.tables())
	if len(got) != 1 {
		t.Fatalf("conflicts %v", got)
	}
	for i, err := range got {
		if p.Steps[i].Action != Delete || !strings.Contains(err.Error(), "Choir (id 9) stands in it") {
			t.Errorf("%s: %v", p.Steps[i].Address, err)
		}
	}
}
