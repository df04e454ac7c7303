package motimate

import (
	"net/http"
	"slices"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxFile is what is kept of an uploaded file: everything but its content.
type sandboxFile struct {
	Name    string `json:"n"`
	Type    string `json:"t"`
	Size    int64  `json:"s"`
	SHA256  string `json:"h"`
	Created int64  `json:"c"`
}

// times are those of a file, which never changes.
func (f sandboxFile) times() (created, updated int64) { return f.Created, f.Created }

func (s *Sandbox) writeFile(d *document, id int64, f sandboxFile) {
	d.id("id", id)
	d.text("name", f.Name)
	d.text("content_type", f.Type)
	d.number("size", f.Size)
	if s.chosen.Is("file_checksum", "present") {
		d.text("sha256", f.SHA256)
	}
	d.times(f.times())
}

func (s *Sandbox) listFiles(r *http.Request) (int, []byte, error) {
	return listing(s, r, s.files, sandboxFile.times, func(d *document, row sandbox.Row[sandboxFile]) {
		s.writeFile(d, row.ID, row.Value)
	})
}

func (s *Sandbox) readFile(r *http.Request) (int, []byte, error) {
	return single(s, r, s.files, "file", s.writeFile)
}

func (s *Sandbox) createFile(r *http.Request) (int, []byte, error) {
	file, err := s.upload(r)
	if err != nil {
		return 0, nil, err
	}
	file.Created = s.now().UnixMilli()
	var id int64
	err = s.store.Write(func(tx *sandbox.Tx) error {
		id, err = sandbox.Add(tx, s.files, file)
		return err
	})
	return s.answer("create_answer", err, func(d *document) { s.writeFile(d, id, file) })
}

func (s *Sandbox) deleteFile(r *http.Request) (int, []byte, error) {
	id := s.pathID(r)
	err := s.store.Write(func(tx *sandbox.Tx) error {
		if _, ok := s.files.Get(id); !ok {
			return notFound("file")
		}
		posts := s.usingFile.Find(id)
		if len(posts) > 0 && s.chosen.Is("file_delete", "refused") {
			return s.refuse("%d posts use the file", len(posts))
		}
		sandbox.Delete(tx, s.files, id)
		return s.changePosts(tx, posts, func(p *sandboxPost) {
			p.Files = slices.DeleteFunc(slices.Clone(p.Files), func(file int64) bool { return file == id })
		})
	})
	return http.StatusNoContent, nil, err
}
