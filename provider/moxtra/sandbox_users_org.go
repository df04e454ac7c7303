package moxtra

import (
	"net/http"
	"slices"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// orgUserWrites are calls of which one client alone knows, and which no public page
// states [clients].
func (s *Sandbox) orgUserWrites() []sandboxRoute {
	return []sandboxRoute{
		{http.MethodPost, "/{user}/orgs/{org}/users", s.addOrgUsers},
		{http.MethodGet, "/{org}/users/{unique}", s.readOrgUser},
		{http.MethodDelete, "/{org}/users/{unique}", s.deleteOrgUser},
	}
}

// addOrgUsers adds users to the org. It is a conflict if all are there already.
func (s *Sandbox) addOrgUsers(q *asked) (reply, error) {
	var body struct {
		Users []struct {
			UniqueID  string `json:"unique_id"`
			FirstName string `json:"first_name"`
			LastName  string `json:"last_name"`
			Timezone  string `json:"timezone"`
		} `json:"users"`
	}
	if err := s.readObject(q.Request, &body); err != nil {
		return reply{}, err
	}
	return reply{}, s.store.Write(func(tx *sandbox.Tx) error {
		if err := s.mayList(q, sandbox.Now); err != nil {
			return err
		}
		added := map[string]bool{}
		for _, user := range body.Users {
			if user.UniqueID == "" {
				return refuse("unique_id is missing")
			}
			if _, there := s.byUnique.Find(user.UniqueID); there || added[user.UniqueID] {
				continue
			}
			added[user.UniqueID] = true
			_, err := s.addUser(tx, sandboxUser{UniqueID: user.UniqueID, FirstName: user.FirstName, LastName: user.LastName,
				Timezone: user.Timezone, OrgID: sandboxOrg})
			if err != nil {
				return err
			}
		}
		if len(added) == 0 {
			return &denial{http.StatusConflict, "all users are already there"}
		}
		return nil
	})
}

// orgUser finds a user of the org by the unique id in a path.
func (s *Sandbox) orgUser(q *asked, v sandbox.View) (int64, sandboxUser, error) {
	if err := s.mayList(q, v); err != nil {
		return 0, sandboxUser{}, err
	}
	id, _ := s.byUnique.Find(q.args["unique"])
	user, ok := s.users.At(v, id)
	if !ok || user.OrgID != sandboxOrg {
		return 0, user, noSuch("user")
	}
	return id, user, nil
}

func (s *Sandbox) readOrgUser(q *asked) (answer reply, err error) {
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		var user sandboxUser
		if _, user, err = s.orgUser(q, v); err == nil {
			answer.data = s.data(v, func(d *document) { s.describeOrgUser(d, user) })
		}
	})
	return answer, err
}

// deleteOrgUser takes a user out, with the account, the picture and all
// memberships.
func (s *Sandbox) deleteOrgUser(q *asked) (reply, error) {
	return reply{}, s.store.Write(func(tx *sandbox.Tx) error {
		id, _, err := s.orgUser(q, sandbox.Now)
		if err != nil {
			return err
		}
		if id == q.me {
			return refuse("an account cannot delete itself")
		}
		for _, number := range s.inTeam.Find(id) {
			team, _ := s.teams.Get(number)
			team.Members = slices.DeleteFunc(slices.Clone(team.Members), func(m sandboxTeamMember) bool { return m.User == id })
			if err := sandbox.Put(tx, s.teams, number, team); err != nil {
				return err
			}
		}
		if _, ok := s.pictures.Get(id); ok {
			sandbox.Delete(tx, s.pictures, id)
		}
		sandbox.Delete(tx, s.users, id)
		return nil
	})
}
