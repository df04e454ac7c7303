package laws

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// media is a picture, and a post that shows it to a group.
type media struct {
	file, content string
	title, text   string
	group         string // a label
}

// writeMedia writes the picture and the blocks that are about it, in place of what
// was there.
func (b *bench) writeMedia() {
	b.t.Helper()
	blocks, m := "", b.want.media
	if m != nil {
		blocks = fmt.Sprintf(`resource "motimate_file" "picture" {
  source = %q
}
resource "motimate_post" "hello" {
  title  = %q
  body   = %q
  files  = [motimate_file.picture.id]
  groups = %s
}
`, m.file, m.title, m.text, refs("motimate_group", []string{m.group}))
		if err := os.WriteFile(filepath.Join(b.dir, m.file), []byte(m.content), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(b.dir, "media.org.hcl"), []byte(blocks), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// mediaWorld says in lines what media are live.
func mediaWorld(look *Door) ([]string, error) {
	type named struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
		Size int    `json:"size"`
	}
	names, lines := map[int]string{}, []string(nil)
	for _, typ := range []string{"files", "groups"} {
		for _, item := range look.lookAll("/public_api/" + typ) {
			var one named
			if err := json.Unmarshal(item, &one); err != nil {
				return nil, err
			}
			if typ == "files" {
				one.Name = fmt.Sprintf("%s of %d bytes", one.Name, one.Size)
				lines = append(lines, "file "+one.Name)
				names[-one.ID] = one.Name
			} else {
				names[one.ID] = one.Name
			}
		}
	}
	for _, item := range look.lookAll("/public_api/posts") {
		var post struct {
			Title  string `json:"title"`
			Body   string `json:"body"`
			Files  []int  `json:"file_ids"`
			Groups []int  `json:"group_ids"`
		}
		if err := json.Unmarshal(item, &post); err != nil {
			return nil, err
		}
		var files, groups []string
		for _, id := range post.Files {
			files = append(files, names[-id])
		}
		for _, id := range post.Groups {
			groups = append(groups, names[id])
		}
		lines = append(lines, postLine(post.Title, post.Body, files, groups))
	}
	slices.Sort(lines)
	return lines, nil
}

func postLine(title, body string, files, groups []string) string {
	return fmt.Sprintf("post %q %q with %q for %q", title, body, files, groups)
}

// keptMedia is what a server of this kind makes of the media of an organisation.
func (v variant) keptMedia(o *org) []string {
	m := o.media
	if m == nil {
		return nil
	}
	file, text := m.file, m.text
	if v.behaviour["file_names"] == "cleaned" {
		file = strings.ReplaceAll(file, " ", "_")
	}
	if v.behaviour["post_body"] == "trimmed" {
		text = strings.TrimSpace(text)
	}
	file = fmt.Sprintf("%s of %d bytes", file, len(m.content))
	return []string{"file " + file, postLine(m.title, text, []string{file}, []string{o.group(m.group).name})}
}
