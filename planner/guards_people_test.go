package planner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

// member is somebody of a drawn staff: where they are, and where they shall be.
type somebody struct {
	live attrs // nil: not there yet
	want attrs // nil: no longer wanted
	own  bool
}

// crew puts people into the world, by number, as the function says.
func crew(w *world, from, to int, who func(i int) somebody) {
	for i := from; i < to; i++ {
		p := who(i)
		addr, id, email := fmt.Sprintf("acme_user.p[%d]", i), fmt.Sprint("u", i), fmt.Sprintf("p%03d@example.org", i)
		if p.live != nil {
			p.live["email"] = email
			w.stands("acme_user", id, p.live)
			if p.own {
				w.own(addr, id, p.live)
			}
		}
		if p.want != nil {
			p.want["email"] = email
			w.want(addr, p.want)
		}
	}
}

// in is an owned person who is in some groups and shall be in others.
func in(live, want []string) func(int) somebody {
	return func(int) somebody {
		return somebody{live: attrs{"groups": live, "positions": []string{}}, want: attrs{"groups": want}, own: true}
	}
}

// town is a country with stores 1 and 2 and a position, all owned and wanted.
func town(w *world) {
	w.owned("acme_group.no", "no", attrs{"name": "Norway", "kind": "country", "parent": nil})
	w.want("acme_group.no", attrs{"name": "Norway", "kind": "country"})
	for _, s := range []string{"1", "2"} {
		w.owned("acme_group.s"+s, s, attrs{"name": "Store " + s, "kind": "store", "parent": "no"})
		w.want("acme_group.s"+s, attrs{"name": "Store " + s, "kind": "store", "parent": ref("acme_group.no")})
	}
	w.owned("acme_position.b", "b", attrs{"name": "Barista"})
	w.want("acme_position.b", attrs{"name": "Barista"})
}

// unwanted takes instances out of the configuration again.
func (w *world) unwanted(addrs ...string) {
	var kept []*schema.Instance
	for _, inst := range w.in.Instances {
		goes := false
		for _, a := range addrs {
			goes = goes || inst.Address.String() == a
		}
		if !goes {
			kept = append(kept, inst)
		}
	}
	w.in.Instances = kept
}

func TestMaxPeopleAffected(t *testing.T) {
	store, none := []string{"1"}, []string{}
	for _, test := range []struct {
		name  string
		given func(*world)
		want  []string
		words []string // of the one refusal
	}{
		{name: "19 of 19: below the floor", given: func(w *world) { crew(w, 0, 19, in(store, none)) }},
		{name: "20 of 20 of one group and of all", given: func(w *world) { crew(w, 0, 20, in(store, none)) },
			want:  []string{"max_people_affected 20 of 20 -allow max_people_affected=20"},
			words: []string{"20 of the 20 people that are managed would lose a membership or a position", `group "Norway / Store 1" 20 of 20`, "is 10%"}},
		{name: "20 of 200 are no more than a tenth", given: func(w *world) {
			crew(w, 0, 20, in(store, none))
			crew(w, 20, 200, in(store, store))
		}},
		{name: "21 of 200", given: func(w *world) {
			crew(w, 0, 21, in(store, none))
			crew(w, 21, 200, in(store, store))
		}, want: []string{"max_people_affected 21 of 200 -allow max_people_affected=21"}},
		{name: "few of all, but most of one group", given: func(w *world) {
			crew(w, 0, 20, in(store, none))
			crew(w, 20, 30, in(store, store))
			crew(w, 30, 300, in([]string{"2"}, []string{"2"}))
		}, want: []string{"max_people_affected 20 of 30 -allow max_people_affected=20"}, words: []string{`group "Norway / Store 1" 20 of 30.`}},
		{name: "two groups count together", given: func(w *world) {
			crew(w, 0, 20, in(store, none))
			crew(w, 20, 45, in([]string{"2"}, none))
			crew(w, 45, 1000, in([]string{"no"}, []string{"no"}))
		}, want: []string{"max_people_affected 45 of 45 -allow max_people_affected=45"}, words: []string{`group "Norway / Store 2" 25 of 25, group "Norway / Store 1" 20 of 20.`}},
		{name: "strangers are members of the group", given: func(w *world) {
			crew(w, 0, 20, in(store, none))
			crew(w, 20, 200, func(int) somebody { return somebody{live: attrs{"groups": store, "positions": []string{}}} })
			crew(w, 200, 400, in(none, none))
		}},
		{name: "who leaves one group for another loses the first", given: func(w *world) { crew(w, 0, 20, in(store, []string{"2"})) },
			want: []string{"max_people_affected 20 of 20 -allow max_people_affected=20"}},
		{name: "for a group that is still to be made", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "New", "kind": "store", "parent": ref("acme_group.no")})
			crew(w, 0, 20, func(int) somebody {
				return somebody{live: attrs{"groups": store}, want: attrs{"groups": []any{ref("acme_group.new")}}, own: true}
			})
		}, want: []string{"max_people_affected 20 of 20 -allow max_people_affected=20"}},
		{name: "beside a group that is still to be made nothing is lost", given: func(w *world) {
			w.want("acme_group.new", attrs{"name": "New", "kind": "store", "parent": ref("acme_group.no")})
			crew(w, 0, 20, func(int) somebody {
				return somebody{live: attrs{"groups": store}, want: attrs{"groups": []any{ref("acme_group.new"), ref("acme_group.s1")}}, own: true}
			})
		}},
		{name: "a lead who becomes a member loses no membership", given: func(w *world) {
			crew(w, 0, 20, func(int) somebody {
				return somebody{live: attrs{"groups": store, "leads": store}, want: attrs{"groups": store, "leads": []string{}}, own: true}
			})
		}},
		{name: "through the deletion of the person", given: func(w *world) {
			crew(w, 0, 20, func(int) somebody { return somebody{live: attrs{"groups": store}, own: true} })
		}, want: []string{"max_people_affected 20 of 20 -allow max_people_affected=20"}},
		{name: "people who are in nothing lose nothing when they are deleted", given: func(w *world) {
			crew(w, 0, 20, func(int) somebody { return somebody{live: attrs{"groups": none}, own: true} })
		}},
		{name: "through strip", given: func(w *world) {
			w.provider(func(p *Provider) { p.Removal = RemovalStrip })
			crew(w, 0, 20, func(int) somebody {
				return somebody{live: attrs{"groups": store, "positions": []string{"b"}}, own: true}
			})
		}, want: []string{"max_people_affected 20 of 20 -allow max_people_affected=20"}, words: []string{`group "Norway / Store 1" 20 of 20`, `position "Barista" 20 of 20`}},
		{name: "who is only forgotten loses nothing", given: func(w *world) {
			w.provider(func(p *Provider) { p.Removal = RemovalForget })
			crew(w, 0, 20, func(int) somebody { return somebody{live: attrs{"groups": store}, own: true} })
		}},
		{name: "through the deletion of the group", given: func(w *world) {
			w.unwanted("acme_group.s1")
			crew(w, 0, 20, func(int) somebody { return somebody{live: attrs{"groups": store}, want: attrs{}, own: true} })
		}, want: []string{"max_people_affected 20 of 20 -allow max_people_affected=20"}},
		{name: "through the deletion of the position, among them strangers", given: func(w *world) {
			w.unwanted("acme_position.b")
			crew(w, 0, 5, func(int) somebody { return somebody{live: attrs{"positions": []string{"b"}}, want: attrs{}, own: true} })
			crew(w, 5, 25, func(int) somebody { return somebody{live: attrs{"positions": []string{"b"}}} })
		}, want: []string{"max_people_affected 25 of 25 -allow max_people_affected=25"}, words: []string{`position "Barista" 25 of 25`}},
		{name: "on adoption nobody is owned yet", given: func(w *world) {
			crew(w, 0, 20, func(int) somebody { return somebody{live: attrs{"groups": store}, want: attrs{"groups": none}} })
			crew(w, 20, 300, func(int) somebody { return somebody{live: attrs{"groups": store}, want: attrs{"groups": store}} })
		}, want: []string{"max_people_affected 20 of 0 -allow max_people_affected=20"}, words: []string{"20 people would lose a membership or a position, and 0 people are managed so far"}},
		{name: "a group that moves takes its people along", given: func(w *world) {
			w.unwanted("acme_group.s1")
			w.owned("acme_group.se", "se", attrs{"name": "Sweden", "kind": "country", "parent": nil})
			w.want("acme_group.se", attrs{"name": "Sweden", "kind": "country"})
			w.want("acme_group.s1", attrs{"name": "Store 1", "kind": "store", "parent": ref("acme_group.se")})
			crew(w, 0, 50, in(store, store))
		}},
		{name: "the last name of 20 people is emptied", given: func(w *world) {
			crew(w, 0, 20, func(int) somebody { return somebody{live: attrs{"first": "Ann"}, want: attrs{"first": ""}, own: true} })
		}, want: []string{"max_people_affected 20 of 20 -allow max_people_affected=20"}, words: []string{"first of 20 people would be emptied"}},
		{name: "of 19", given: func(w *world) {
			crew(w, 0, 19, func(int) somebody { return somebody{live: attrs{"first": "Ann"}, want: attrs{"first": ""}, own: true} })
		}},
		{name: "of 20 it is changed, not emptied", given: func(w *world) {
			crew(w, 0, 20, func(int) somebody {
				return somebody{live: attrs{"first": "Ann"}, want: attrs{"first": "Bo"}, own: true}
			})
		}},
		{name: "each attribute by itself", given: func(w *world) {
			crew(w, 0, 15, func(int) somebody { return somebody{live: attrs{"first": "Ann"}, want: attrs{"first": ""}, own: true} })
			crew(w, 15, 30, func(int) somebody { return somebody{live: attrs{"phone": "1234"}, want: attrs{"phone": ""}, own: true} })
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.in.Guards.MaxPeopleAffected = DefaultLimits().MaxPeopleAffected
			w.in.Providers["acme"] = Provider{Removal: RemovalDelete, Levels: w.in.Providers["acme"].Levels}
			town(w)
			test.given(w)
			p := w.mustPlan()
			got := guards(p)
			if diff := cmp.Diff(append([]string{}, test.want...), got); diff != "" {
				t.Fatalf("refusals (-want +got):\n%s", diff)
			}
			if len(test.want) == 0 {
				return
			}
			for _, word := range test.words {
				if !strings.Contains(p.Refusals[0].Detail, word) {
					t.Errorf("it does not say %q:\n%s", word, p.Refusals[0].Detail)
				}
			}
			if len(p.Refusals[0].Names) != 10 {
				t.Errorf("names: %q", p.Refusals[0].Names)
			}
			count := p.Refusals[0].Count
			w.in.Allow = map[string]int{GuardMaxPeopleAffected: count - 1}
			if p := w.mustPlan(); !p.Refused() {
				t.Errorf("one fewer is let through")
			}
			w.in.Allow = map[string]int{GuardMaxPeopleAffected: count}
			if p := w.mustPlan(); p.Refused() {
				t.Errorf("exactly so many are not let through: %v", guards(p))
			}
		})
	}
}

// TestGoingAlong: what the server adds above a membership that stays is not lost
// when the unit moves elsewhere or the one above it goes.
func TestGoingAlong(t *testing.T) {
	for _, added := range []bool{true, false} {
		w := newWorld(t)
		w.in.Guards.MaxPeopleAffected = DefaultLimits().MaxPeopleAffected
		w.owned("acme_group.acme", "acme", attrs{"name": "Acme", "kind": "organization", "parent": nil})
		w.owned("acme_group.no", "no", attrs{"name": "Norway", "kind": "country", "parent": "acme"})
		w.owned("acme_group.s", "s", attrs{"name": "Store", "kind": "store", "parent": "no"})
		w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
		w.want("acme_group.s", attrs{"name": "Store", "kind": "store", "parent": ref("acme_group.acme")})
		crew(w, 0, 30, func(int) somebody {
			return somebody{live: attrs{"groups": []string{"acme", "no", "s"}}, want: attrs{"groups": []string{"s"}}, own: true}
		})
		for _, rec := range w.in.State.Records {
			if rec.Address.Type == "acme_user" && added {
				rec.Writes = map[string]Write{"groups": {Sent: setOf([]string{"s"}), Answer: setOf([]string{"acme", "no", "s"}), At: now}}
			}
		}
		if p := w.mustPlan(); p.Refused() == added {
			t.Errorf("added by the server %v: %v", added, guards(p))
		}
	}
}

// TestMaxPeopleByHand: for any memberships before and after the guard counts what
// counting by hand does.
func TestMaxPeopleByHand(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.in.Guards.MaxPeopleAffected = Limit{Absolute: true}
		town(w)
		ids := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"no", "1", "2"}), rapid.ID[string])
		lose := 0
		crew(w, 0, rapid.IntRange(1, 8).Draw(rt, "people"), func(i int) somebody {
			live, want := ids.Draw(rt, "live"), ids.Draw(rt, "want")
			gone := rapid.Bool().Draw(rt, "gone")
			left := 0
			for _, id := range live {
				if gone || !strings.Contains(strings.Join(want, ","), id) {
					left = 1
				}
			}
			lose += left
			p := somebody{live: attrs{"groups": live}, want: attrs{"groups": want}, own: true}
			if gone {
				p.want = nil
			}
			return p
		})
		got := 0
		for _, r := range w.mustPlan().Refusals {
			got += r.Count
		}
		if got != lose {
			rt.Fatalf("%d are counted to lose something, by hand %d", got, lose)
		}
	})
}
