package motimate

import (
	"encoding/json"

	"github.com/espalier-dev/espalier/provider/internal/rest"
)

// plainUser reads the one user of a body that holds nothing out of the ordinary, as
// nearly all do; of any other ok is false. An apply reads one for each person.
func plainUser(body []byte) (u wireUser, ok bool) {
	p := rest.NewPlain(body)
	p.Object(func(name []byte) bool {
		if string(name) != "data" {
			return false
		}
		if ok {
			p.Lose() // there are two
		}
		ok = true
		p.Object(func(name []byte) bool { return u.plain(p, name) })
		return true
	})
	return u, ok && p.Whole()
}

// plain reads one field.
func (u *wireUser) plain(p *rest.Plain, name []byte) bool {
	switch string(name) {
	case "id":
		p.Text(&u.ID)
	case "email":
		p.Text(&u.Email)
	case "phone_number":
		p.Text(&u.PhoneNumber)
	case "employee_number":
		p.Text(&u.EmployeeNumber)
	case "first_name":
		p.Text(&u.FirstName)
	case "last_name":
		p.Text(&u.LastName)
	case "organization_role":
		p.Text(&u.OrganizationRole)
	case "groups":
		plainRelations(p, &u.Groups)
	case "positions":
		plainRelations(p, &u.Positions)
	case "group_relations":
		plainRelations(p, &u.GroupRelations)
	default:
		return false
	}
	return true
}

// plainRelations reads a list that was not read yet.
func plainRelations(p *rest.Plain, list *[]relation) {
	if *list != nil {
		p.Lose()
		return
	}
	*list = []relation{}
	p.Array(func() {
		var r relation
		p.Object(func(name []byte) bool {
			switch string(name) {
			case "id":
				p.Text(&r.ID)
			case "group_id":
				p.Text(&r.GroupID)
			case "role":
				p.Text(&r.Role)
			default:
				return false
			}
			return true
		})
		*list = append(*list, r)
	})
}

// anyUser reads the one user of any body, or says what is wrong with it.
func anyUser(body []byte) (wireUser, error) {
	u, err := rest.Data[wireUser](body)
	if err != nil {
		return u, err
	}
	return u, noneForNull(body, &u)
}

// noneForNull turns memberships that are null into none. In a list null may as
// well mean not loaded, so there it stays as if absent.
func noneForNull(body []byte, u *wireUser) error {
	if u.Groups != nil && u.Positions != nil {
		return nil
	}
	fields, err := rest.Data[map[string]json.RawMessage](body)
	if err != nil {
		return err
	}
	if _, there := fields["groups"]; there && u.Groups == nil {
		u.Groups = []relation{}
	}
	if _, there := fields["positions"]; there && u.Positions == nil {
		u.Positions = []relation{}
	}
	return nil
}
