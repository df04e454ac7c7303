package laws

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIncrementalSeesWhatFullSees: where lists carry no memberships, a plan that
// reads only who has changed is the plan that reads everybody, whatever others do
// between our own runs, and reads nobody alone where nothing has happened.
func TestIncrementalSeesWhatFullSees(t *testing.T) {
	law(t, 10, func(rt *rapid.T) {
		s, o := newSiteWith(t, rt, map[string]string{"list_memberships": "absent", "single_parent": "present"}), draw(rt)
		s.have(o)
		s.patience("0s") // else what somebody puts back to what it was counts as an old reading
		s.run(0, "apply", "-auto-approve", "-allow", "allow_unseen_members=1000")
		s.is(o)
		s.reads()
		s.run(0, "plan", "-detailed-exitcode")
		if n := s.reads(); n > 0 {
			rt.Errorf("nobody did anything, and %d people were read alone", n)
		}
		for range rapid.IntRange(1, 4).Draw(rt, "times") {
			moved := s.meddle(rt)
			s.reads()
			first := s.idWith("-refresh=incremental")
			if n := s.reads(); n < moved {
				rt.Errorf("%d people were meddled with, and %d read alone", moved, n)
			}
			if full := s.idWith("-refresh=full"); full != first {
				rt.Errorf("an incremental plan (%s) is not the full one (%s)", first, full)
			}
			if rapid.Bool().Draw(rt, "keep the reading") {
				s.run(0, "plan", "-refresh-only")
			}
			o = o.edit(rt)
			s.have(o)
			s.patience("0s")
			s.applySomehow(rt, o)
		}
	})
}

// applySomehow applies the folder: at once, by way of a saved plan, or without a
// look at what is live, which leaves what others did as it is.
func (s *site) applySomehow(rt *rapid.T, o *org) {
	s.rt.Helper()
	allow := []string{"-allow", "allow_unseen_members=1000"}
	switch rapid.IntRange(0, 3).Draw(rt, "way") {
	case 0:
		s.run(0, append([]string{"plan", "-out", "edit.plan"}, allow...)...)
		s.run(0, "apply", "edit.plan")
	case 1:
		s.try(append([]string{"apply", "-auto-approve", "-refresh=false"}, allow...)...)
		return
	default:
		s.run(0, append([]string{"apply", "-auto-approve"}, allow...)...)
	}
	s.is(o)
}

// reads is how many times the program has read a person alone since it was last
// asked.
func (s *site) reads() int {
	n := 0
	exchanges := s.door.Exchanges()
	for _, x := range exchanges[s.seen:] {
		if !x.Foreign && x.Method == "GET" && strings.HasPrefix(x.Path, "/public_api/users/") {
			n++
		}
	}
	s.seen = len(exchanges)
	return n
}

// idWith is the id of a plan that reads in a certain way.
func (s *site) idWith(refresh string) string {
	s.rt.Helper()
	s.run(0, "plan", refresh, "-out", "id.plan")
	return planID.FindStringSubmatch(s.run(0, "show", "-json", "id.plan"))[1]
}

// meddle takes some people out of all their groups, or puts them into one of their
// own, as somebody else does. It returns how many.
func (s *site) meddle(rt *rapid.T) int {
	n := 0
	for _, u := range list[liveUser](s.server, "/public_api/users") {
		if u.OrgRole == "organization_admin" || strings.HasSuffix(u.Email, "@example.net") || !rapid.Bool().Draw(rt, "meddle") {
			continue
		}
		relations := []map[string]any{}
		for _, g := range u.Groups {
			relations = append(relations, map[string]any{"group_id": g.ID, "_delete": true})
		}
		if len(relations) == 0 {
			continue
		}
		s.call("PATCH", fmt.Sprintf("/public_api/users/%d", u.ID), map[string]any{"group_relations": relations}, nil)
		n++
	}
	return n
}
