package moxtra

import (
	"slices"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxTeam is a team with its members.
type sandboxTeam struct {
	ID      string              `json:"id"`
	Name    string              `json:"name"`
	Members []sandboxTeamMember `json:"members,omitempty"`
	Created int64               `json:"created_time"`
	Updated int64               `json:"updated_time"`
}

// sandboxTeamMember is a user in a team, by the user's number in the store.
type sandboxTeamMember struct {
	User    int64 `json:"user"`
	Owner   bool  `json:"owner,omitempty"`
	Created int64 `json:"created_time"`
	Updated int64 `json:"updated_time"`
}

// users are the numbers of the members.
func (t sandboxTeam) users() []int64 {
	ids := make([]int64, len(t.Members))
	for i, member := range t.Members {
		ids[i] = member.User
	}
	return ids
}

// teamsOf are the teams that a view shows a user in.
func (s *Sandbox) teamsOf(user int64, v sandbox.View) []sandboxTeam {
	var teams []sandboxTeam
	for _, id := range s.inTeam.Find(user) {
		if team, ok := s.teams.At(v, id); ok && slices.Contains(team.users(), user) {
			teams = append(teams, team)
		}
	}
	return teams
}

func (s *Sandbox) readTeam(q *asked) (answer reply, err error) {
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		id, _ := s.byTeamID.Find(q.args["team"])
		team, ok := s.teams.At(v, id)
		if !ok {
			err = noSuch("team")
			return
		}
		answer.data = s.data(v, func(d *document) { s.describeTeam(d, team) })
	})
	return answer, err
}

// describeTeam writes a team with its members [team].
func (s *Sandbox) describeTeam(d *document, t sandboxTeam) {
	d.text("id", t.ID)
	d.text("name", t.Name)
	d.times(t.Created, t.Updated)
	d.list("members", len(t.Members), func(i int) {
		member := t.Members[i]
		user, _ := s.users.At(d.view, member.User)
		d.flag("owner", member.Owner)
		d.times(member.Created, member.Updated)
		d.name("member")
		d.object(func() {
			email := user.Email
			if user.UniqueID != "" {
				email = "" // a person is addressed by one of the two, never by both
			}
			d.text("user_id", user.ID)
			d.text("name", user.fullName())
			d.text("email", email)
			d.text("unique_id", user.UniqueID)
			d.text("org_id", user.OrgID)
		})
	})
}
