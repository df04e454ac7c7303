package cli

import (
	"github.com/espalier-dev/espalier/state"
)

// inOurTime is a state in which no time lies ahead of the computer's clock; nil
// stays nil. What was written by a clock that was wrong, or that has been set
// back since, counts as written now: else the time for which a reading may be
// behind it would not pass.
func (a *app) inOurTime(s *state.Snapshot) (snapshot *state.Snapshot, changed bool) {
	if s == nil {
		return nil, false
	}
	snapshot, n := s.Clamp(a.Now().UTC())
	if n > 0 {
		a.talk("The state holds times that lie ahead of this computer's clock (%s), in %d of its entries. The clock is wrong, or another one was; these times are taken as now.",
			a.Now().UTC().Format("2006-01-02 15:04:05 MST"), n)
	}
	return snapshot, n > 0
}

// settleTimes is inOurTime for a run that keeps what it reads.
func (a *app) settleTimes(session state.Session) *state.Snapshot {
	snapshot, changed := a.inOurTime(session.Snapshot())
	if changed {
		session.Update(func(s *state.Snapshot) {
			s.Records, s.Deleted, s.Runs = snapshot.Records, snapshot.Deleted, snapshot.Runs
		})
	}
	return snapshot
}
