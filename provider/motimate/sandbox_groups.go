package motimate

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

type sandboxGroup struct {
	Name    string `json:"n"`
	Level   int    `json:"l"`
	Parent  int64  `json:"p,omitempty"`
	Created int64  `json:"c"`
	Updated int64  `json:"u"`
}

// sibling is what may stand once under one parent.
func (g sandboxGroup) sibling() string { return strconv.FormatInt(g.Parent, 10) + "/" + g.Name }

func (g sandboxGroup) times() (created, updated int64) { return g.Created, g.Updated }

// kindOf is what a group's level is called today. A level that has since been
// taken away has no name.
func (s *Sandbox) kindOf(g sandboxGroup) string {
	if g.Level < len(s.levels) {
		return s.levels[g.Level]
	}
	return ""
}

func (s *Sandbox) writeGroup(d *document, id int64, g sandboxGroup, parent bool) {
	d.id("id", id)
	d.text("kind", s.kindOf(g))
	d.level(g.Level)
	d.text("name", g.Name)
	if parent {
		d.id("parent_id", g.Parent)
	}
	d.times(g.times())
}

func (s *Sandbox) listGroups(r *http.Request) (int, []byte, error) {
	return listing(s, r, s.groups, sandboxGroup.times, func(d *document, row sandbox.Row[sandboxGroup]) {
		s.writeGroup(d, row.ID, row.Value, s.chosen.Is("list_parents", "present"))
	})
}

func (s *Sandbox) readGroup(r *http.Request) (int, []byte, error) {
	return single(s, r, s.groups, "group", func(d *document, id int64, g sandboxGroup) {
		s.writeGroup(d, id, g, s.chosen.Is("single_parent", "present"))
	})
}

func (s *Sandbox) createGroup(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	var id int64
	group := sandboxGroup{Level: -1, Created: s.now().UnixMilli()}
	err = s.store.Write(func(tx *sandbox.Tx) error {
		if err := s.changeGroup(in, 0, &group); err != nil {
			return err
		}
		id, err = sandbox.Add(tx, s.groups, group)
		return err
	})
	return s.answer("create_answer", err, func(d *document) { s.writeGroup(d, id, group, true) })
}

func (s *Sandbox) patchGroup(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	id := s.pathID(r)
	var group sandboxGroup
	err = s.store.Write(func(tx *sandbox.Tx) error {
		var ok bool
		if group, ok = s.groups.Get(id); !ok {
			return notFound("group")
		}
		if err := s.changeGroup(in, id, &group); err != nil {
			return err
		}
		return sandbox.Put(tx, s.groups, id, group)
	})
	return s.answer("patch_answer", err, func(d *document) {
		s.writeGroup(d, id, group, s.chosen.Is("single_parent", "present"))
	})
}

// changeGroup applies a body to a group, new (id 0) or old, and checks its place
// in the tree.
func (s *Sandbox) changeGroup(in *input, id int64, g *sandboxGroup) error {
	known := []string{"name", "kind", "parent_id"}
	if id != 0 && s.chosen.Is("patch_parent", "refused") {
		known = known[:2]
	}
	in.text("name", &g.Name)
	if g.Name == "" {
		in.fail("name is missing")
	}
	if _, ok := in.fields["kind"]; ok || id == 0 {
		s.setKind(in, g)
	}
	if raw, ok := in.fields["parent_id"]; ok && (id == 0 || s.chosen.Is("patch_parent", "allowed")) {
		s.setParent(in, raw, g)
	}
	if err := in.done(known...); err != nil {
		return err
	}
	if err := s.checkPlace(id, *g); err != nil {
		return err
	}
	if other, taken := s.bySibling.Find(g.sibling()); taken && other != id && s.chosen.Is("sibling_names", "unique") {
		return s.deny("duplicate", "name has already been taken under this parent")
	}
	g.Updated = s.now().UnixMilli()
	return nil
}

func (s *Sandbox) deleteGroup(r *http.Request) (int, []byte, error) {
	id := s.pathID(r)
	err := s.store.Write(func(tx *sandbox.Tx) error {
		if _, ok := s.groups.Get(id); !ok {
			return notFound("group")
		}
		if s.chosen.Is("group_delete", "refused") {
			if s.children.Any(id) {
				return s.refuse("the group has groups below it")
			}
			if s.inGroup.Any(id) {
				return s.refuse("the group has members")
			}
		}
		return s.cascade(tx, id)
	})
	return http.StatusNoContent, nil, err
}

// cascade deletes a group, all below it, and all memberships in them; posts in
// them stay, without them.
func (s *Sandbox) cascade(tx *sandbox.Tx, id int64) error {
	gone, left := []int64{id}, map[int64]sandboxUser{}
	for i := 0; i < len(gone); i++ {
		gone = append(gone, s.children.Find(gone[i])...)
		for _, member := range s.inGroup.Find(gone[i]) {
			left[member], _ = s.users.Get(member)
		}
		sandbox.Delete(tx, s.groups, gone[i])
	}
	for member, user := range left {
		user.Groups = slices.DeleteFunc(slices.Clone(user.Groups), func(m sandboxMembership) bool { return slices.Contains(gone, m.Group) })
		user.Updated = s.touched(user.Updated, true)
		if err := sandbox.Put(tx, s.users, member, user); err != nil {
			return err
		}
	}
	return s.leavePosts(tx, gone)
}
