package planner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/espalier-dev/espalier/schema"
)

// TestGoneForGood: who is gone and cannot be made is left, with all that needs them, and the
// plan of everything else is shown and refused.
func TestGoneForGood(t *testing.T) {
	w := named(t)
	w.own("acme_account.gone", "a1", attrs{"first": "Ada"})
	w.owned("acme_account.here", "a2", attrs{"first": "Bo"})
	w.own("acme_portrait.gone", "a1", attrs{"sum": "s1"})
	w.want("acme_account.gone", attrs{"who": "a1", "first": "Adda"})
	w.want("acme_account.here", attrs{"who": "a2", "first": "Bob"})
	w.want("acme_portrait.gone", attrs{"who": ref("acme_account.gone"), "source": "s2.png", "sum": "s2", "media": "image/png"})
	p, says := w.namedPlan(nil)
	if says != "" {
		t.Fatal(says)
	}
	if diff := cmp.Diff([]string{`~ acme_account.here first="Bob"`}, lines(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if len(p.Refusals) != 1 || p.Refusals[0].Guard != GuardGone || p.Refusals[0].Line == 0 || !strings.Contains(p.Refusals[0].Detail, "acme_account.gone (id a1)") {
		t.Errorf("refused: %+v", p.Refusals)
	}
	w.in.Targets = []schema.Address{address(t, "acme_account.here")}
	if p, says = w.namedPlan(nil); says != "" || p.Refused() || len(p.Steps) != 1 {
		t.Errorf("of the rest alone: %s, %v, refused: %v", says, lines(p), p.Refusals)
	}
}
