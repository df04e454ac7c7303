package moxtra

import (
	"net/http"
	"strconv"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxPage is what an index asks for, in the server's reading of it.
type sandboxPage struct{ from, size int }

// pageAt reads an index: that of the first user, or the number of a page.
func (s *Sandbox) pageAt(index string) (sandboxPage, error) {
	n := 0
	if index != "" {
		var err error
		if n, err = strconv.Atoi(index); err != nil || n < 0 || n > 1<<30 {
			return sandboxPage{}, refuse("index is not a number from 0 on")
		}
	}
	p := sandboxPage{from: n, size: s.number("page_size")}
	switch {
	case s.chosen.Is("index", "offset"):
	case s.chosen.Is("last_index", "last"):
		p.from = n * p.size // n is the number of the last page that was read
	default:
		p.from = (max(n, 1) - 1) * p.size
	}
	return p, nil
}

// lastIndex is what stands beside a page, of which n users were found.
func (s *Sandbox) lastIndex(p sandboxPage, n, total int) int {
	pages, last, own := s.chosen.Is("index", "page"), s.chosen.Is("last_index", "last"), s.chosen.Is("last_index", "own")
	switch {
	case own && !pages:
		return p.from
	case own:
		return p.from/p.size + 1
	case pages && last:
		return p.from/p.size + 1
	case last:
		return max(p.from+n-1, 0)
	case s.chosen.Is("last_index", "next") && s.chosen.Is("list_repeats", "no") && p.from+n >= total:
		return 0
	case pages:
		return p.from/p.size + 2
	}
	return p.from + p.size
}

func (s *Sandbox) listOrgUsers(q *asked) (answer reply, err error) {
	page, err := s.pageAt(q.URL.Query().Get("index"))
	if err != nil {
		return reply{}, err
	}
	s.store.ReadAs(sandbox.Lists, func(v sandbox.View) {
		if _, _, err = s.user(q, v, true); err == nil {
			err = s.mayList(q, v)
		}
		if err == nil {
			answer.data, err = s.orgPage(page, v)
		}
	})
	return answer, err
}

// mayList checks that the account is in the org that it asks for.
func (s *Sandbox) mayList(q *asked, v sandbox.View) error {
	account, _ := s.users.At(v, q.me)
	switch {
	case q.args["org"] != sandboxOrg:
		return noSuch("org")
	case account.OrgID != sandboxOrg:
		return &denial{http.StatusForbidden, "you are not in this org"}
	}
	return nil
}

func (s *Sandbox) orgPage(p sandboxPage, v sandbox.View) ([]byte, error) {
	window := sandbox.Window{From: p.from, Size: p.size}
	if s.chosen.Is("list_repeats", "yes") {
		window.From = 0
	}
	inOrg := func(u sandboxUser) bool { return u.OrgID == sandboxOrg }
	rows, total := s.users.List(v, window, s.chosen["order"], s.front.Requests(), inOrg)
	if p.from > 0 && len(rows) == 0 && s.chosen.Is("page_end", "404") {
		return nil, noSuch("page")
	}
	last := s.lastIndex(p, len(rows), total)
	if s.chosen.Is("list_skips", "yes") && len(rows) > 0 {
		rows = rows[:len(rows)-1]
	}
	d := &document{s: s, view: v, b: make([]byte, 0, 512+len(rows)*512)}
	users := func(i int) { s.describeOrgUser(d, rows[i].Value) }
	if s.chosen.Is("list_key", "array") {
		d.items(len(rows), users)
		return d.b, nil
	}
	d.object(func() {
		switch s.chosen["count"] {
		case "total":
			d.number("count", int64(total))
		case "page":
			d.number("count", int64(len(rows)))
		}
		d.number("last_index", int64(last))
		d.list("users", len(rows), users)
	})
	return d.b, nil
}

// describeOrgUser writes a user as the org lists it: without email and timezone.
func (s *Sandbox) describeOrgUser(d *document, u sandboxUser) {
	d.text("id", u.ID)
	d.text("unique_id", u.UniqueID)
	d.text("status", u.Status)
	d.flag("admin", u.Admin)
	if s.chosen.Is("list_fields", "full") {
		d.text("last_name", u.LastName)
		d.text("first_name", u.FirstName)
		d.text("language", u.Language)
	}
	d.flag("disabled", u.Disabled)
	d.text("phone_number", u.Phone)
	d.text("picture_uri", u.picture())
	d.list("tags", len(u.Tags), func(i int) {
		d.text("name", u.Tags[i].Name)
		d.text("value", u.Tags[i].Value)
	})
	d.times(u.Created, u.Updated)
}
