package moxtra

import (
	"net/http"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// teamWrites are calls that no public page states. They are our own invention, made
// after those of binders.
func (s *Sandbox) teamWrites() []sandboxRoute {
	return []sandboxRoute{
		{http.MethodPost, "/teams", s.createTeam},
		{http.MethodPost, "/teams/{team}", s.renameTeam},
		{http.MethodDelete, "/teams/{team}", s.deleteTeam},
		{http.MethodPost, "/teams/{team}/addorguser", s.addToTeam},
		{http.MethodPost, "/teams/{team}/removeuser", s.removeFromTeam},
	}
}

// teamName is the name in a body.
func (s *Sandbox) teamName(q *asked) (string, error) {
	fields, err := s.readFields(q.Request, "name")
	if err == nil && fields["name"] == "" {
		err = refuse("name is missing")
	}
	return fields["name"], err
}

// createTeam makes a team that the account owns.
func (s *Sandbox) createTeam(q *asked) (answer reply, err error) {
	name, err := s.teamName(q)
	if err != nil {
		return reply{}, err
	}
	at := s.now().UnixMilli()
	team := sandboxTeam{Name: name, Created: at, Updated: at,
		Members: []sandboxTeamMember{{User: q.me, Owner: true, Created: at, Updated: at}}}
	err = s.store.Write(func(tx *sandbox.Tx) error {
		id, err := sandbox.Add(tx, s.teams, team)
		if err != nil {
			return err
		}
		team.ID = sandboxID('P', id)
		return sandbox.Put(tx, s.teams, id, team)
	})
	answer.data = s.data(sandbox.Now, func(d *document) {
		d.text("id", team.ID)
		d.text("name", team.Name)
		d.times(team.Created, team.Updated)
	})
	return answer, err
}

func (s *Sandbox) renameTeam(q *asked) (reply, error) {
	name, err := s.teamName(q)
	if err != nil {
		return reply{}, err
	}
	return reply{}, s.changeTeam(q, func(t *sandboxTeam) error {
		t.Name = name
		return nil
	})
}

func (s *Sandbox) deleteTeam(q *asked) (reply, error) {
	return reply{}, s.store.Write(func(tx *sandbox.Tx) error {
		id, ok := s.byTeamID.Find(q.args["team"])
		if !ok {
			return noSuch("team")
		}
		sandbox.Delete(tx, s.teams, id)
		return nil
	})
}

// changeTeam changes the team that a path names.
func (s *Sandbox) changeTeam(q *asked, change func(*sandboxTeam) error) error {
	return s.store.Write(func(tx *sandbox.Tx) error {
		id, ok := s.byTeamID.Find(q.args["team"])
		if !ok {
			return noSuch("team")
		}
		team, _ := s.teams.Get(id)
		team.Members = slices.Clone(team.Members)
		if err := change(&team); err != nil {
			return err
		}
		team.Updated = max(team.Updated+1, s.now().UnixMilli())
		return sandbox.Put(tx, s.teams, id, team)
	})
}

// teamPerson is how a body names somebody.
type teamPerson struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	UniqueID string `json:"unique_id"`
}

// find is the number of that user.
func (s *Sandbox) find(p teamPerson) (int64, error) {
	if p.Email != "" && p.UniqueID != "" {
		return 0, refuse("a person is named by email or by unique_id, not by both")
	}
	if id, ok := s.byID.Find(p.ID); ok {
		return id, nil
	}
	if id, ok := s.byUnique.Find(p.UniqueID); ok {
		return id, nil
	}
	if id, ok := s.byEmail.Find(strings.ToLower(p.Email)); ok {
		return id, nil
	}
	return 0, noSuch("user")
}

// addToTeam adds many in one call. It is a conflict if all are members already.
func (s *Sandbox) addToTeam(q *asked) (reply, error) {
	var body struct {
		Users []struct{ User teamPerson } `json:"users"`
	}
	if err := s.readObject(q.Request, &body); err != nil {
		return reply{}, err
	}
	return reply{}, s.changeTeam(q, func(t *sandboxTeam) error {
		before, at := len(t.Members), s.now().UnixMilli()
		for _, one := range body.Users {
			id, err := s.find(one.User)
			if err != nil {
				return err
			}
			if !slices.Contains(t.users(), id) {
				t.Members = append(t.Members, sandboxTeamMember{User: id, Created: at, Updated: at})
			}
		}
		if len(t.Members) == before {
			return &denial{http.StatusConflict, "all invitees are already members"}
		}
		return nil
	})
}

// removeFromTeam removes one.
func (s *Sandbox) removeFromTeam(q *asked) (reply, error) {
	var body teamPerson
	if err := s.readObject(q.Request, &body); err != nil {
		return reply{}, err
	}
	return reply{}, s.changeTeam(q, func(t *sandboxTeam) error {
		id, err := s.find(body)
		i := slices.Index(t.users(), id)
		switch {
		case err != nil || i < 0:
			return &denial{http.StatusNotFound, "User not found in member list."}
		case t.Members[i].Owner:
			return refuse("cann't expel owner")
		}
		t.Members = slices.Delete(t.Members, i, i+1)
		return nil
	})
}
