package laws

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestClockSetBack: what was written by a clock that was a year ahead does not hold
// up later runs for a year. It is said once, put right by the next apply, and
// what somebody else takes away is seen when the read lag has passed.
func TestClockSetBack(t *testing.T) {
	law(t, 2, func(rt *rapid.T) {
		s, o := newSite(t, rt), draw(rt)
		o.addPerson(rt)
		s.ahead.Store(int64(365 * 24 * time.Hour))
		s.have(o)
		s.apply(o)
		s.ahead.Store(0)
		o = o.edit(rt)
		s.have(o)
		s.apply(o)
		if said := strings.Join(s.said, "\n"); !strings.Contains(said, "lie ahead of this computer's clock") {
			rt.Errorf("nobody was told:\n%s", said)
		}
		s.said = nil
		s.run(0, "plan", "-detailed-exitcode")
		if said := strings.Join(s.said, "\n"); strings.Contains(said, "lie ahead") {
			rt.Errorf("it was not put right:\n%s", said)
		}
		s.vandalize(rt)
		s.ahead.Store(int64(2 * time.Hour))
		s.run(0, "apply", "-auto-approve")
		s.is(o)
	})
}
