package motimate

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

type sandboxUser struct {
	Email     string              `json:"e,omitempty"`
	Phone     string              `json:"p,omitempty"`
	Employee  string              `json:"n,omitempty"`
	First     string              `json:"f,omitempty"`
	Last      string              `json:"l,omitempty"`
	Role      string              `json:"r,omitempty"`
	Groups    []sandboxMembership `json:"g,omitempty"`
	Positions []int64             `json:"o,omitempty"`
	Gone      bool                `json:"d,omitempty"` // deleted, but its keys stay taken
	Created   int64               `json:"c"`
	Updated   int64               `json:"u"`
}

type sandboxMembership struct {
	Group int64  `json:"g"`
	Role  string `json:"r"`
}

func (u sandboxUser) groupIDs() []int64 {
	ids := make([]int64, len(u.Groups))
	for i, m := range u.Groups {
		ids[i] = m.Group
	}
	return ids
}

func (u sandboxUser) times() (created, updated int64) { return u.Created, u.Updated }

// profile is what a person is beside groups and positions.
func (u sandboxUser) profile() [6]string {
	return [6]string{u.Email, u.Phone, u.Employee, u.First, u.Last, u.Role}
}

// plainPhone is what phone numbers are compared by.
func plainPhone(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '+' {
			return r
		}
		return -1
	}, text)
}

func (s *Sandbox) me(*http.Request) (status int, body []byte, err error) {
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		user, _ := s.users.At(v, adminID)
		body = s.data(v, func(d *document) {
			d.id("id", adminID)
			s.writeProfile(d, user)
		})
	})
	return http.StatusOK, body, nil
}

func (s *Sandbox) writeProfile(d *document, u sandboxUser) {
	d.text("email", u.Email)
	d.text("employee_number", u.Employee)
	d.text("first_name", u.First)
	d.text("last_name", u.Last)
	d.text("organization_role", u.Role)
	d.text("phone_number", u.Phone)
}

func (s *Sandbox) writeUser(d *document, id int64, u sandboxUser) {
	d.id("id", id)
	s.writeProfile(d, u)
	s.writeMemberships(d, u)
	s.writeEnd(d, u)
}

// writeEnd writes what stands behind all else.
func (s *Sandbox) writeEnd(d *document, u sandboxUser) {
	if u.Gone {
		d.name("deactivated")
		d.b = append(d.b, "true"...)
	}
	d.times(u.times())
}

func (s *Sandbox) writeMemberships(d *document, u sandboxUser) {
	d.list("groups", len(u.Groups), func(i int) {
		group, _ := s.groups.At(d.view, u.Groups[i].Group)
		d.id("id", u.Groups[i].Group)
		d.text("kind", s.kindOf(group))
		d.level(group.Level)
		d.text("name", group.Name)
		if s.chosen.Is("roles", "present") {
			d.text("role", u.Groups[i].Role)
		}
	})
	d.list("positions", len(u.Positions), func(i int) {
		position, _ := s.positions.At(d.view, u.Positions[i])
		d.id("id", u.Positions[i])
		d.text("name", position.Name)
	})
}

func (s *Sandbox) listUsers(r *http.Request) (int, []byte, error) {
	return listing(s, r, s.users, sandboxUser.times, func(d *document, row sandbox.Row[sandboxUser]) {
		if s.chosen.Is("list_ids", "present") {
			d.id("id", row.ID)
		}
		s.writeProfile(d, row.Value)
		if s.chosen.Is("list_memberships", "present") {
			s.writeMemberships(d, row.Value)
		}
		s.writeEnd(d, row.Value)
	})
}

func (s *Sandbox) readUser(r *http.Request) (int, []byte, error) {
	return single(s, r, s.users, "user", s.writeUser)
}

// user is somebody who can be changed.
func (s *Sandbox) user(id int64) (sandboxUser, error) {
	user, ok := s.users.Get(id)
	if !ok || user.Gone {
		return user, notFound("user")
	}
	return user, nil
}

// answer is what a write gets: its refusal, or the object under the status of a
// switch.
func (s *Sandbox) answer(name string, err error, write func(*document)) (status int, body []byte, failed error) {
	if err != nil {
		return 0, nil, err
	}
	status = s.status(name)
	if status == http.StatusNoContent {
		return status, nil, nil
	}
	s.store.Read(func() { body = s.data(sandbox.Now, write) })
	return status, body, nil
}
