package state_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

func TestClamp(t *testing.T) {
	now := time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)
	past, soon, ahead := now.Add(-time.Hour), now.Add(time.Minute), now.Add(time.Minute+1)
	owner := state.Owner{Provider: "acme", Type: "acme_user", ID: "17"}
	for _, c := range []struct {
		name  string
		set   func(s *state.Snapshot, r *state.Record, at time.Time)
		count int
	}{
		{"read", func(_ *state.Snapshot, r *state.Record, at time.Time) { r.Read = at }, 1},
		{"written", func(_ *state.Snapshot, r *state.Record, at time.Time) { r.Written = at }, 1},
		{"a write", func(_ *state.Snapshot, r *state.Record, at time.Time) {
			r.Writes = map[string]state.Write{"email": {At: past}, "phone": {At: at}}
		}, 1},
		{"an earlier value", func(_ *state.Snapshot, r *state.Record, at time.Time) {
			r.Writes = map[string]state.Write{"email": {At: past, Earlier: []state.Former{{At: past}, {Value: cty.True, At: at}}}}
		}, 1},
		{"all of one record", func(_ *state.Snapshot, r *state.Record, at time.Time) {
			r.Read, r.Written, r.Writes = at, at, map[string]state.Write{"email": {At: at}}
		}, 1},
		{"a deletion", func(s *state.Snapshot, _ *state.Record, at time.Time) { s.Deleted[owner] = at }, 1},
		{"an intent", func(s *state.Snapshot, _ *state.Record, at time.Time) {
			s.Pending = []state.Intent{{Address: addr("bo"), At: past}, {Address: addr("cy"), At: at}}
		}, 1},
		{"a mark, which is the server's", func(s *state.Snapshot, _ *state.Record, at time.Time) { s.Marks["acme/acme_user"] = at }, 0},
	} {
		made := func(at time.Time) *state.Snapshot {
			s := state.New("1")
			s.Lineage = "one"
			s.Secret = nil
			r := &state.Record{Address: addr("ada"), Read: past, Written: past}
			s.Records = map[schema.Address]*state.Record{r.Address: r, addr("dy"): {Address: addr("dy"), Read: past}}
			c.set(s, r, at)
			return s
		}
		if near := made(soon); near.Pending == nil && near != first(near.Clamp(now)) {
			t.Errorf("%s: a time that is near was changed", c.name)
		}
		before := made(ahead)
		after, count := before.Clamp(now)
		if count != c.count || (after == before) != (count == 0) {
			t.Errorf("%s: %d were changed", c.name, count)
		}
		if diff := cmp.Diff(made(ahead), before, sameState); diff != "" {
			t.Errorf("%s: the original was changed:\n%s", c.name, diff)
		}
		if count == 0 {
			continue
		}
		if diff := cmp.Diff(made(now), after, sameState); diff != "" {
			t.Errorf("%s: wanted (-), got (+):\n%s", c.name, diff)
		}
		if after.Records[addr("dy")] != before.Records[addr("dy")] {
			t.Errorf("%s: a record without such a time was copied", c.name)
		}
	}
}

// An intent may be dated a little ahead where it was only announced.
func TestClampAnnounced(t *testing.T) {
	now := time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)
	s := state.New("1")
	s.Pending = []state.Intent{{Address: addr("bo"), At: now.Add(-time.Second)}, {Address: addr("cy"), At: now.Add(time.Second)}}
	after, count := s.Clamp(now)
	if count != 0 || !after.Pending[0].At.Equal(now.Add(-time.Second)) || !after.Pending[1].At.Equal(now) || s.Pending[1].At.Equal(now) {
		t.Errorf("%d were changed: %v, and before %v", count, after.Pending, s.Pending)
	}
}

func first(s *state.Snapshot, _ int) *state.Snapshot { return s }

// Once is enough, and no time that was right is touched.
func TestClampLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := state.New("1")
		for _, a := range rapid.SliceOfN(statetest.Address(), 0, 4).Draw(rt, "addresses") {
			s.Records[a] = statetest.Record(a).Draw(rt, "record")
		}
		now := time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 1<<50).Draw(rt, "now")))
		once, count := s.Clamp(now)
		if count > len(s.Records) {
			rt.Fatalf("%d of %d", count, len(s.Records))
		}
		if again, more := once.Clamp(now); more != 0 || again != once {
			rt.Fatalf("%d times lay ahead after all were set", more)
		}
		for a, r := range once.Records {
			if !r.Written.Equal(s.Records[a].Written) && (!r.Written.Equal(now) || !s.Records[a].Written.After(now.Add(time.Minute))) {
				rt.Fatalf("%s became %s at %s", s.Records[a].Written, r.Written, now)
			}
		}
	})
}
