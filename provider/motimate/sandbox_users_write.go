package motimate

import (
	"net/http"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

func (s *Sandbox) createUser(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	user := sandboxUser{Created: s.now().UnixMilli()}
	var id int64
	err = s.store.Write(func(tx *sandbox.Tx) error {
		if err := s.change(in, 0, &user); err != nil {
			return err
		}
		id, err = sandbox.Add(tx, s.users, user)
		return err
	})
	return s.answer("create_answer", err, func(d *document) { s.writeUser(d, id, user) })
}

func (s *Sandbox) patchUser(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	id := s.pathID(r)
	var user sandboxUser
	err = s.store.Write(func(tx *sandbox.Tx) (err error) {
		if user, err = s.user(id); err != nil {
			return err
		}
		if err := s.change(in, id, &user); err != nil {
			return err
		}
		return sandbox.Put(tx, s.users, id, user)
	})
	return s.answer("patch_answer", err, func(d *document) { s.writeUser(d, id, user) })
}

// change applies a body to a user, new (id 0) or old.
func (s *Sandbox) change(in *input, id int64, u *sandboxUser) error {
	before := *u
	known := []string{"email", "first_name", "last_name", "phone_number", "organization_role", "group_relations", "position_relations"}
	if id == 0 || !s.chosen.Is("patch_employee_number", "refused") {
		known = append(known, "employee_number")
	}
	if id == 0 || s.chosen.Is("patch_employee_number", "allowed") {
		in.text("employee_number", &u.Employee)
	}
	in.text("email", &u.Email)
	in.text("phone_number", &u.Phone)
	in.text("first_name", &u.First)
	in.text("last_name", &u.Last)
	in.text("organization_role", &u.Role)
	members := []string{"role"}
	var holders []string
	if id != 0 {
		members, holders = []string{"role", "_delete"}, []string{"_delete"}
	}
	groups, changeGroups := in.relations("group_relations", "group_id", members...)
	positions, changePositions := in.relations("position_relations", "position_id", holders...)
	s.normalize(in, u)
	if err := in.done(known...); err != nil {
		return err
	}
	if err := s.unique(id, *u); err != nil {
		return err
	}
	if changeGroups {
		if err := s.relateGroups(u, groups, id != 0); err != nil {
			return err
		}
	}
	if changePositions {
		if err := s.relatePositions(u, positions, id != 0); err != nil {
			return err
		}
	}
	u.Updated = s.touched(u.Updated, id != 0 && u.profile() == before.profile())
	return nil
}

func (s *Sandbox) normalize(in *input, u *sandboxUser) {
	if u.Role == "" {
		u.Role = "normal_user"
	}
	if !slices.Contains(documentedRoles(), u.Role) {
		in.fail("there is no organization_role %q", u.Role)
	}
	if u.Email == "" && u.Phone == "" {
		in.fail("email or phone_number is needed")
	}
	if u.Email != "" && !strings.Contains(strings.Trim(u.Email, "@"), "@") {
		in.fail("email is not an address")
	}
	if u.Phone != "" && len(plainPhone(u.Phone)) < 3 {
		in.fail("phone_number is not a number")
	}
	if u.Phone != "" && s.chosen.Is("phones", "strict") && (u.Phone[0] != '+' || u.Phone != plainPhone(u.Phone)) {
		in.fail("phone_number is not a + and digits")
	}
	if s.chosen.Is("names_required", "yes") && (u.First == "" || u.Last == "") {
		in.fail("first_name and last_name are needed")
	}
	if s.chosen.Is("emails", "lowercased") {
		u.Email = strings.ToLower(u.Email)
	}
	if s.chosen.Is("phones", "stripped") {
		u.Phone = plainPhone(u.Phone)
	}
}

// unique refuses keys that somebody else has.
func (s *Sandbox) unique(id int64, u sandboxUser) error {
	keys := []struct {
		name, value string
		index       *sandbox.Unique
	}{
		{"email", strings.ToLower(u.Email), s.byEmail},
		{"phone_number", plainPhone(u.Phone), s.byPhone},
		{"employee_number", u.Employee, s.byEmployee},
	}
	switch s.chosen["user_keys"] {
	case "email":
		keys = keys[:1]
	case "free":
		keys = nil
	}
	for _, key := range keys {
		if other, taken := key.index.Find(key.value); taken && other != id {
			return s.deny("duplicate", "%s has already been taken", key.name)
		}
	}
	return nil
}

func (s *Sandbox) deleteUser(r *http.Request) (int, []byte, error) {
	id := s.pathID(r)
	err := s.store.Write(func(tx *sandbox.Tx) error {
		user, err := s.user(id)
		if err != nil {
			return err
		}
		if id == adminID {
			return s.refuse("the account that holds the token cannot delete itself")
		}
		if s.chosen.Is("user_delete", "removed") {
			sandbox.Delete(tx, s.users, id)
			return nil
		}
		user.Gone, user.Groups, user.Positions, user.Updated = true, nil, nil, s.now().UnixMilli()
		return sandbox.Put(tx, s.users, id, user)
	})
	return http.StatusNoContent, nil, err
}
