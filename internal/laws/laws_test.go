package laws

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// law checks a law over a number of random organisations, multiplied by
// ESPALIER_SOAK where that is set.
func law(t *testing.T, rounds int, check func(*rapid.T)) {
	t.Helper()
	setRounds(t, rounds)
	rapid.Check(t, check)
}

// setRounds sets how many rounds the checks of a test have from now on.
func setRounds(t *testing.T, rounds int) {
	t.Helper()
	if soak, err := strconv.Atoi(os.Getenv("ESPALIER_SOAK")); err == nil && soak > 1 {
		rounds *= soak
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(rounds)); err != nil {
		t.Fatal(err)
	}
}

// TestEditsEndAsWanted: whatever is edited, after each apply the organisation is
// as wanted, strangers are as they were, and a plan is empty.
func TestEditsEndAsWanted(t *testing.T) {
	law(t, 25, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		s.have(o)
		s.apply(o)
		for range rapid.IntRange(1, 4).Draw(rt, "times") {
			o = o.edit(rt)
			s.have(o)
			s.apply(o, "-parallelism", rapid.SampledFrom([]string{"1", "3", "10"}).Draw(rt, "parallelism"))
		}
	})
}

// TestSecondApplySendsNothing: what has been applied is not sent again, and is
// not changed by asking for it.
func TestSecondApplySendsNothing(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		s.have(o)
		s.apply(o)
		if len(o.groups)+len(o.people)+len(o.positions) > 0 && len(s.lastWrite) == 0 {
			rt.Fatal("the first apply sent nothing")
		}
		s.apply(o)
		if len(s.lastWrite) > 0 {
			rt.Errorf("a second apply sent %v", s.lastWrite)
		}
	})
}

// TestCreatesAreOneCallEach: a new organisation costs one call for each object.
func TestCreatesAreOneCallEach(t *testing.T) {
	law(t, 6, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		s.have(o)
		s.apply(o)
		if got, want := len(s.lastWrite), len(o.groups)+len(o.people)+len(o.positions); got != want {
			rt.Errorf("%d calls for %d objects: %v", got, want, s.lastWrite)
		}
	})
}

// TestLaggingListsChangeNothing: while lists are behind what was written, by
// minutes or by calls, a plan after an apply is empty all the same, and edits end
// as wanted.
func TestLaggingListsChangeNothing(t *testing.T) {
	law(t, 10, func(rt *rapid.T) {
		lag := rapid.SampledFrom([]string{"30m", "10 calls", "40 calls"}).Draw(rt, "lag")
		s, o := newSiteWith(t, rt, map[string]string{"lists_lag": lag, "single_parent": "present"}), draw(rt)
		s.have(o)
		s.apply(o)
		for range rapid.IntRange(1, 3).Draw(rt, "times") {
			o = o.edit(rt)
			s.have(o)
			s.apply(o)
		}
	})
}

// TestOneAndTenEndAlike: the number of calls under way changes nothing but time.
func TestOneAndTenEndAlike(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		o := draw(rt)
		next := o.edit(rt)
		one, ten := newSite(t, rt), newSite(t, rt)
		ten.form = one.form
		var calls [][]string
		for i, s := range []*site{one, ten} {
			parallelism := []string{"1", "10"}[i]
			s.have(o)
			s.apply(o, "-parallelism", parallelism)
			s.have(next)
			s.apply(next, "-parallelism", parallelism)
			var methods []string
			for _, call := range s.lastWrite {
				method, _, _ := strings.Cut(call, " ")
				methods = append(methods, method)
			}
			slices.Sort(methods)
			calls = append(calls, methods)
		}
		if diff := cmp.Diff(calls[0], calls[1]); diff != "" {
			rt.Errorf("calls (-one +ten):\n%s", diff)
		}
	})
}

// TestFormsPlanAlike: HCL, HCL with groups in groups and JSON are one
// configuration, and the id of a plan is stable.
func TestFormsPlanAlike(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		if s.form == table { // its addresses are others
			s.form = flat
		}
		s.have(o)
		s.apply(o)
		o = o.edit(rt)
		ids := map[form]string{}
		for _, f := range []form{flat, nested, inJSON} {
			s.form = f
			s.have(o)
			ids[f] = s.id()
			if again := s.id(); again != ids[f] {
				rt.Errorf("%s: %s, and then %s", f, ids[f], again)
			}
		}
		if ids[flat] != ids[nested] || ids[flat] != ids[inJSON] {
			rt.Errorf("the forms plan differently: %v", ids)
		}
		if writes := s.written(); len(writes) > 0 {
			rt.Errorf("plans sent %v", writes)
		}
	})
}

// TestSavedPlanIsThePlan: carrying out a saved plan does what a direct apply
// does, and a second time it is out of date.
func TestSavedPlanIsThePlan(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		s.have(o)
		s.apply(o)
		o = o.edit(rt)
		s.have(o)
		s.run(0, "plan", "-out", "edit.plan")
		empty := strings.Contains(s.run(0, "show", "edit.plan"), "No changes.")
		s.run(0, "apply", "edit.plan")
		s.is(o)
		s.run(0, "plan", "-detailed-exitcode")
		if !empty {
			s.written()
			s.run(4, "apply", "edit.plan")
			if writes := s.written(); len(writes) > 0 {
				rt.Errorf("a plan that is out of date sent %v", writes)
			}
		}
	})
}

// TestLostStateCostsNothing: without its state everything is found again and
// adopted, with no call, and then all is as it was.
func TestLostStateCostsNothing(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		o.addPerson(rt)
		for i := range o.people {
			if !s.roles { // where roles cannot be read, leads are written once more
				o.people[i].leads = nil
			}
		}
		s.have(o)
		s.run(0, "apply", "-auto-approve")
		s.written()
		s.forget()
		text := s.run(2, "plan", "-detailed-exitcode", "-full")
		for _, line := range strings.Split(text, "\n") {
			if sign, rest, found := strings.Cut(strings.TrimSpace(line), " "); found && strings.Contains(rest, "motimate_") && slices.Contains([]string{"+", "-", "~", ">", "-/+"}, sign) {
				rt.Errorf("with the state lost the plan says %q", line)
			}
		}
		s.run(0, "apply", "-auto-approve")
		if writes := s.written(); len(writes) > 0 {
			rt.Errorf("adopting sent %v", writes)
		}
		s.run(0, "plan", "-detailed-exitcode")
	})
}

// TestDestroyTakesWhatIsOurs: everything we made goes, and nothing else.
func TestDestroyTakesWhatIsOurs(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		s.have(o)
		s.apply(o)
		s.run(0, "destroy", "-auto-approve")
		for _, call := range s.written() {
			if !strings.HasPrefix(call, "DELETE ") {
				rt.Errorf("destroying sent %s", call)
			}
		}
		s.is(&org{})
	})
}

// TestWhatStrangersTookIsMadeAgain: what somebody else changes or deletes is put
// right by the next apply.
func TestWhatStrangersTookIsMadeAgain(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		s.have(o)
		s.run(0, "apply", "-auto-approve")
		s.vandalize(rt)
		s.patience("0s") // else what was written a moment ago is not gone because a list lacks it
		s.run(0, "apply", "-auto-approve")
		s.is(o)
		s.run(0, "plan", "-detailed-exitcode")
	})
}

// TestNoSecretComesOut: neither the credentials nor a sensitive variable is in
// any output, trace, state, journal or plan.
func TestNoSecretComesOut(t *testing.T) {
	law(t, 8, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		o.addPerson(rt)
		secret := "Geheim" + strconv.Itoa(rapid.IntRange(100000, 999999).Draw(rt, "secret"))
		s.env = append(s.env, "ESPALIER_VAR_secret="+secret, "ESPALIER_TRACE=1")
		s.have(o)
		s.hide(o)
		s.run(0, "plan")
		s.run(0, "plan", "-json")
		s.run(1, "plan", "-out", "secret.plan")
		s.run(0, "apply", "-auto-approve", "-json")
		s.run(0, "plan", "-detailed-exitcode", "-full")
		s.run(0, "state", "list")
		s.run(0, "show")
		s.run(0, "show", "-json")
		s.run(0, "tree")
		s.run(0, "output")
		s.env[1] = "ESPALIER_VAR_secret=" + secret + "2"
		s.run(2, "plan", "-detailed-exitcode", "-full")
		s.run(0, "apply", "-auto-approve")
		s.run(0, "plan", "-refresh-only")
		s.run(0, "plan", "-detailed-exitcode", "-refresh=false")
		s.run(0, "apply", "-auto-approve", "-refresh-only")
		s.run(0, "destroy", "-auto-approve")
		s.secretFree(secret)
	})
}
