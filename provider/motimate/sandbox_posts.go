package motimate

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

type sandboxPost struct {
	Title   string  `json:"t"`
	Body    string  `json:"b"`
	Files   []int64 `json:"f,omitempty"`
	Groups  []int64 `json:"g,omitempty"`
	Created int64   `json:"c"`
	Updated int64   `json:"u"`
}

func (p sandboxPost) times() (created, updated int64) { return p.Created, p.Updated }

func (s *Sandbox) writePost(d *document, id int64, p sandboxPost) {
	d.id("id", id)
	d.text("title", p.Title)
	d.text("body", p.Body)
	d.ids("file_ids", p.Files)
	d.ids("group_ids", p.Groups)
	d.times(p.times())
}

func (s *Sandbox) listPosts(r *http.Request) (int, []byte, error) {
	return listing(s, r, s.posts, sandboxPost.times, func(d *document, row sandbox.Row[sandboxPost]) {
		if s.chosen.Is("list_posts", "full") {
			s.writePost(d, row.ID, row.Value)
			return
		}
		d.id("id", row.ID)
		d.text("title", row.Value.Title)
		d.times(row.Value.times())
	})
}

func (s *Sandbox) readPost(r *http.Request) (int, []byte, error) {
	return single(s, r, s.posts, "post", s.writePost)
}

func (s *Sandbox) createPost(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	var id int64
	post := sandboxPost{Created: s.now().UnixMilli()}
	err = s.store.Write(func(tx *sandbox.Tx) error {
		if err := s.changePost(in, &post); err != nil {
			return err
		}
		post.Updated = post.Created
		id, err = sandbox.Add(tx, s.posts, post)
		return err
	})
	return s.answer("create_answer", err, func(d *document) { s.writePost(d, id, post) })
}

func (s *Sandbox) patchPost(r *http.Request) (int, []byte, error) {
	in, err := s.read(r)
	if err != nil {
		return 0, nil, err
	}
	id := s.pathID(r)
	var post sandboxPost
	err = s.store.Write(func(tx *sandbox.Tx) error {
		old, ok := s.posts.Get(id)
		if !ok {
			return notFound("post")
		}
		post = old
		if err := s.changePost(in, &post); err != nil {
			return err
		}
		post.Updated = s.touched(old.Updated, post.Title == old.Title && post.Body == old.Body)
		return sandbox.Put(tx, s.posts, id, post)
	})
	return s.answer("patch_answer", err, func(d *document) { s.writePost(d, id, post) })
}

// changePost applies a body to a post. A list of ids is the whole list.
func (s *Sandbox) changePost(in *input, p *sandboxPost) error {
	in.text("title", &p.Title)
	in.longText("body", &p.Body)
	if s.chosen.Is("post_body", "trimmed") {
		p.Body = strings.TrimRightFunc(p.Body, unicode.IsSpace)
	}
	if p.Title == "" {
		in.fail("title is missing")
	}
	if p.Body == "" {
		in.fail("body is missing")
	}
	in.ids("file_ids", &p.Files)
	in.ids("group_ids", &p.Groups)
	if err := in.done("title", "body", "file_ids", "group_ids"); err != nil {
		return err
	}
	for _, id := range p.Files {
		if _, ok := s.files.Get(id); !ok {
			return s.deny("unknown_relation", "there is no file %s", s.showID(id))
		}
	}
	for _, id := range p.Groups {
		if _, ok := s.groups.Get(id); !ok {
			return s.deny("unknown_relation", "there is no group %s", s.showID(id))
		}
	}
	return nil
}

// changePosts takes something out of posts that named it, and which is gone.
func (s *Sandbox) changePosts(tx *sandbox.Tx, ids []int64, change func(*sandboxPost)) error {
	for _, id := range ids {
		post, _ := s.posts.Get(id)
		change(&post)
		post.Updated = s.touched(post.Updated, true)
		if err := sandbox.Put(tx, s.posts, id, post); err != nil {
			return err
		}
	}
	return nil
}

// leavePosts takes groups that are gone out of the posts that name them.
func (s *Sandbox) leavePosts(tx *sandbox.Tx, groups []int64) error {
	var posts []int64
	for _, group := range groups {
		posts = append(posts, s.inPostGroup.Find(group)...)
	}
	slices.Sort(posts)
	return s.changePosts(tx, slices.Compact(posts), func(p *sandboxPost) {
		p.Groups = slices.DeleteFunc(slices.Clone(p.Groups), func(group int64) bool { return slices.Contains(groups, group) })
	})
}

func (s *Sandbox) deletePost(r *http.Request) (int, []byte, error) {
	id := s.pathID(r)
	err := s.store.Write(func(tx *sandbox.Tx) error {
		if _, ok := s.posts.Get(id); !ok {
			return notFound("post")
		}
		sandbox.Delete(tx, s.posts, id)
		return nil
	})
	return http.StatusNoContent, nil, err
}
