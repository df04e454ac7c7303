package planner

import "testing"

// TestDecide holds the decision table, row by row.
func TestDecide(t *testing.T) {
	rows := []struct {
		name string
		in   Situation
		want Action
	}{
		{"wanted, unknown, not live", Situation{Wanted: true}, Create},
		{"wanted, unknown, live by key, equal", Situation{Wanted: true, Live: true}, Adopt},
		{"wanted, unknown, live by key, differs", Situation{Wanted: true, Live: true, Differs: true}, Adopt},
		{"wanted, unknown, live by key, elsewhere in the tree", Situation{Wanted: true, Live: true, Differs: true, Moves: true}, Adopt},
		{"wanted, owned, equal", Situation{Wanted: true, Recorded: true, Live: true}, None},
		{"wanted, owned under another address, equal", Situation{Wanted: true, Recorded: true, Elsewhere: true, Live: true}, Readdress},
		{"wanted, owned under another address, differs", Situation{Wanted: true, Recorded: true, Elsewhere: true, Live: true, Differs: true}, Update},
		{"wanted, owned, differs", Situation{Wanted: true, Recorded: true, Live: true, Differs: true}, Update},
		{"wanted, owned, cannot be changed in place", Situation{Wanted: true, Recorded: true, Live: true, Differs: true, Replaces: true}, Replace},
		{"wanted, owned, other parent", Situation{Wanted: true, Recorded: true, Live: true, Differs: true, Moves: true}, Move},
		{"wanted, owned under another address, other parent", Situation{Wanted: true, Recorded: true, Elsewhere: true, Live: true, Differs: true, Moves: true}, Move},
		{"wanted, owned, gone", Situation{Wanted: true, Recorded: true}, Create},
		{"not wanted, owned, live", Situation{Recorded: true, Live: true}, Delete},
		{"not wanted, owned, live, to be let go", Situation{Recorded: true, Live: true, Released: true}, Forget},
		{"not wanted, owned, gone", Situation{Recorded: true}, Forget},
		{"not wanted, unknown, live", Situation{Live: true}, None},
		{"nothing at all", Situation{}, None},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := Decide(row.in); got != row.want {
				t.Errorf("Decide(%+v) = %s, want %s", row.in, got, row.want)
			}
		})
	}
}

// TestDecideNeverTouchesStrangers goes through every situation there is.
func TestDecideNeverTouchesStrangers(t *testing.T) {
	for bits := range 1 << 8 {
		bit := func(n int) bool { return bits&(1<<n) != 0 }
		s := Situation{Wanted: bit(0), Recorded: bit(1), Elsewhere: bit(2), Live: bit(3), Differs: bit(4), Moves: bit(5), Replaces: bit(6), Released: bit(7)}
		a := Decide(s)
		if !s.Wanted && !s.Recorded && a != None {
			t.Errorf("%+v: %s on what is nobody's", s, a)
		}
		if s.Wanted && (a == Delete || a == Forget) {
			t.Errorf("%+v: %s on what is wanted", s, a)
		}
		if s.Live && s.Wanted && a == Create {
			t.Errorf("%+v: create of what is there", s)
		}
		if !s.Live && a == Delete {
			t.Errorf("%+v: delete of what is not there", s)
		}
	}
}
