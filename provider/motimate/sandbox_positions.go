package motimate

import (
	"net/http"
	"slices"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

type sandboxPosition struct {
	Name     string `json:"n"`
	ImportID string `json:"i,omitempty"`
	Created  int64  `json:"c"`
	Updated  int64  `json:"u"`
}

func (p sandboxPosition) times() (created, updated int64) { return p.Created, p.Updated }

func writePosition(d *document, id int64, p sandboxPosition) {
	d.id("id", id)
	d.text("import_id", p.ImportID)
	d.text("name", p.Name)
	d.times(p.times())
}

func (s *Sandbox) listPositions(r *http.Request) (int, []byte, error) {
	return listing(s, r, s.positions, sandboxPosition.times, func(d *document, row sandbox.Row[sandboxPosition]) {
		writePosition(d, row.ID, row.Value)
	})
}

func (s *Sandbox) readPosition(r *http.Request) (int, []byte, error) {
	return single(s, r, s.positions, "position", writePosition)
}

func (s *Sandbox) createPosition(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	var id int64
	position := sandboxPosition{Created: s.now().UnixMilli()}
	err = s.store.Write(func(tx *sandbox.Tx) error {
		if err := s.changePosition(in, 0, &position); err != nil {
			return err
		}
		id, err = sandbox.Add(tx, s.positions, position)
		return err
	})
	return s.answer("create_answer", err, func(d *document) { writePosition(d, id, position) })
}

func (s *Sandbox) patchPosition(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	id := s.pathID(r)
	var position sandboxPosition
	err = s.store.Write(func(tx *sandbox.Tx) error {
		var ok bool
		if position, ok = s.positions.Get(id); !ok {
			return notFound("position")
		}
		if err := s.changePosition(in, id, &position); err != nil {
			return err
		}
		return sandbox.Put(tx, s.positions, id, position)
	})
	return s.answer("patch_position", err, func(d *document) { writePosition(d, id, position) })
}

func (s *Sandbox) changePosition(in *input, id int64, p *sandboxPosition) error {
	in.text("name", &p.Name)
	in.text("import_id", &p.ImportID)
	if p.Name == "" {
		in.fail("name is missing")
	}
	if err := in.done("name", "import_id"); err != nil {
		return err
	}
	if other, taken := s.byImportID.Find(p.ImportID); taken && other != id && s.chosen.Is("import_ids", "unique") {
		return s.deny("duplicate", "import_id has already been taken")
	}
	if other, taken := s.byPositionName.Find(p.Name); taken && other != id && s.chosen.Is("position_names", "unique") {
		return s.deny("duplicate", "name has already been taken")
	}
	p.Updated = s.now().UnixMilli()
	return nil
}

func (s *Sandbox) deletePosition(r *http.Request) (int, []byte, error) {
	id := s.pathID(r)
	err := s.store.Write(func(tx *sandbox.Tx) error {
		if _, ok := s.positions.Get(id); !ok {
			return notFound("position")
		}
		holders := s.inPosition.Find(id)
		if len(holders) > 0 && s.chosen.Is("position_delete", "refused") {
			return s.refuse("%d people hold the position", len(holders))
		}
		for _, holder := range holders {
			user, _ := s.users.Get(holder)
			user.Positions = slices.DeleteFunc(slices.Clone(user.Positions), func(p int64) bool { return p == id })
			user.Updated = s.touched(user.Updated, true)
			if err := sandbox.Put(tx, s.users, holder, user); err != nil {
				return err
			}
		}
		sandbox.Delete(tx, s.positions, id)
		return nil
	})
	return http.StatusNoContent, nil, err
}
