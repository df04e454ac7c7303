package laws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// picture is a world as it was at one moment: what lists and objects showed.
type picture struct {
	lists   map[string][]json.RawMessage // by the path of a collection
	singles map[string]*kept             // by the path of an object; nil where they show what is
	until   int                          // the number of the request that it does not serve any more
}

// pageSize is the largest page that a client can ask for.
const pageSize = 50

// collections are the paths of all lists.
func collections() []string {
	return []string{"/public_api/users", "/public_api/groups", "/public_api/positions"}
}

// freeze takes a picture that is shown to reads from the n-th request on.
func (d *Door) freeze(fate Fate, n int) {
	p := &picture{lists: map[string][]json.RawMessage{}, until: n + fate.Calls}
	if fate.Kind == Frozen {
		p.singles = map[string]*kept{}
	}
	for _, path := range collections() {
		p.lists[path] = d.lookAll(path)
		for _, item := range p.lists[path] {
			if fate.Kind == Frozen {
				one := path + "/" + idOf(item)
				p.singles[one] = d.look(one)
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.frozen = p
}

// lookAll reads all pages of a list.
func (d *Door) lookAll(path string) []json.RawMessage {
	all := []json.RawMessage{}
	for page := 1; ; page++ {
		items := itemsOf(d.look(fmt.Sprintf("%s?page=%d&per_page=%d", path, page, pageSize)))
		all = append(all, items...)
		if len(items) < pageSize {
			return all
		}
	}
}

// look reads from the server as somebody else.
func (d *Door) look(target string) *kept {
	k := &kept{header: http.Header{}, status: http.StatusOK}
	r, err := http.NewRequest(http.MethodGet, "http://door"+target, http.NoBody)
	if err != nil {
		return refusal(http.StatusBadRequest)
	}
	r.Header.Set("Authorization", "Bearer "+d.token)
	d.server.ServeHTTP(k, r)
	return k
}

// shown is what a read gets while a picture is shown; nil if it gets what is.
func (d *Door) shown(r *http.Request, n int) *kept {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.frozen == nil || n >= d.frozen.until || r.Method != http.MethodGet {
		return nil
	}
	if list, ok := d.frozen.lists[r.URL.Path]; ok {
		var page, size int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		_, _ = fmt.Sscan(r.URL.Query().Get("per_page"), &size)
		if page < 1 || size < 1 {
			return nil
		}
		list = list[min(len(list), (page-1)*size):min(len(list), page*size)]
		k := &kept{header: http.Header{"Content-Type": {"application/json"}}, status: http.StatusOK}
		_ = json.NewEncoder(k).Encode(map[string]any{"data": append([]json.RawMessage{}, list...)})
		return k
	}
	collection := r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')]
	if d.frozen.singles == nil || !slices.Contains(collections(), collection) {
		return nil
	}
	if one := d.frozen.singles[r.URL.Path]; one != nil {
		k := &kept{header: one.header, status: one.status}
		k.body.Write(one.body.Bytes())
		return k
	}
	return refusal(http.StatusNotFound)
}

// itemsOf are the objects in the answer of a list.
func itemsOf(k *kept) []json.RawMessage {
	var answer struct{ Data []json.RawMessage }
	_ = json.Unmarshal(k.body.Bytes(), &answer)
	return answer.Data
}

// idOf is the id of an object as it stands in paths.
func idOf(object []byte) string {
	var one struct{ ID json.RawMessage }
	_ = json.Unmarshal(object, &one)
	return strings.Trim(string(one.ID), `"`)
}
