package laws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

type liveGroup struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	ParentID int    `json:"parent_id"`
}

type livePosition struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	ImportID string `json:"import_id"`
}

type liveUser struct {
	ID        int    `json:"id"`
	Email     string `json:"email"`
	Phone     string `json:"phone_number"`
	Number    string `json:"employee_number"`
	First     string `json:"first_name"`
	Last      string `json:"last_name"`
	OrgRole   string `json:"organization_role"`
	Groups    []liveMember
	Positions []livePosition
}

type liveMember struct {
	ID   int    `json:"id"`
	Role string `json:"role"`
}

// World says what is live behind the door, in sorted lines without ids:
// everything but administrators. The server's token must be known.
func (d *Door) World() ([]string, error) {
	lists := make([]bytes.Buffer, len(collections()))
	for i, path := range collections() {
		if err := json.NewEncoder(&lists[i]).Encode(d.lookAll(path)); err != nil {
			return nil, err
		}
	}
	var users []liveUser
	var groups []liveGroup
	var positions []livePosition
	for i, into := range []any{&users, &groups, &positions} {
		if err := json.Unmarshal(lists[i].Bytes(), into); err != nil {
			return nil, err
		}
	}
	return worldOf(users, groups, positions)
}

// worldOf says in sorted lines, without ids, what is live.
func worldOf(users []liveUser, groups []liveGroup, positions []livePosition) ([]string, error) {
	paths := map[int]string{0: ""}
	byID := map[int]liveGroup{}
	for _, g := range groups {
		byID[g.ID] = g
	}
	var path func(id int) (string, error)
	path = func(id int) (string, error) {
		if p, ok := paths[id]; ok {
			return p, nil
		}
		g, ok := byID[id]
		if !ok {
			return "", fmt.Errorf("there is no group %d", id)
		}
		above, err := path(g.ParentID)
		paths[id] = strings.TrimPrefix(above+"/"+quote(g.Name), "/")
		return paths[id], err
	}
	var out []string
	for _, g := range groups {
		p, err := path(g.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, "group "+p+" "+strings.ToLower(g.Kind))
	}
	for _, p := range positions {
		out = append(out, "position "+quote(p.Name))
	}
	for _, u := range users {
		if u.OrgRole == "organization_admin" {
			continue
		}
		var in, held []string
		for _, m := range u.Groups {
			p, err := path(m.ID)
			if err != nil {
				return nil, err
			}
			in = append(in, p+strings.TrimSuffix(":"+m.Role, ":"))
		}
		for _, p := range u.Positions {
			held = append(held, quote(p.Name))
		}
		out = append(out, personLine(u.Number, u.Email, u.Phone, u.First, u.Last, in, held))
	}
	slices.Sort(out)
	return out, nil
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func personLine(number, email, phone, first, last string, in, held []string) string {
	slices.Sort(in)
	slices.Sort(held)
	return fmt.Sprintf("person %s %s %s %q %q in %s holds %s", number, email, phone, first, last, in, held)
}
