package moxtra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxFeed is one activity, with the lists that it is in.
type sandboxFeed struct {
	Timeline, Unread, Mention, Favorite bool

	Item json.RawMessage
}

// published is when it happened, in a form that is compared as a text.
func (f sandboxFeed) published() string {
	var item struct{ Published string }
	_ = json.Unmarshal(f.Item, &item) // one without a time is the oldest
	return item.Published
}

// feeds are those of the user that a path names; only the account of the samples has
// any.
func (s *Sandbox) feeds(q *asked) (feeds []sandboxFeed, err error) {
	ours, err := s.isSample(q)
	if ours {
		feeds = s.sample.Feeds
	}
	return feeds, err
}

func (s *Sandbox) isSample(q *asked) (ours bool, err error) {
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		var user sandboxUser
		_, user, err = s.user(q, v, true)
		ours = err == nil && user.ID == s.sample.Users[0].ID
	})
	return ours, err
}

// listed is a list of some feeds.
func (s *Sandbox) listed(q *asked, keep func(sandboxFeed) bool) (reply, error) {
	feeds, err := s.feeds(q)
	return feedList(slices.DeleteFunc(slices.Clone(feeds), func(f sandboxFeed) bool { return !keep(f) })), err
}

func feedList(feeds []sandboxFeed) reply {
	items := make([]json.RawMessage, len(feeds))
	for i, feed := range feeds {
		items[i] = feed.Item
	}
	data, _ := json.Marshal(map[string]any{"feeds": items})
	return reply{data: data}
}

func (s *Sandbox) timeline(q *asked) (reply, error) {
	filter, order := q.URL.Query().Get("filter"), q.URL.Query().Get("sort")
	if filter != "" && filter != "unreadfeeds" {
		return reply{}, refuse("there is no filter %q", filter)
	}
	if order != "" && order != "time" {
		return reply{}, refuse("there is no sort %q", order)
	}
	feeds, err := s.feeds(q)
	feeds = slices.DeleteFunc(slices.Clone(feeds), func(f sandboxFeed) bool {
		return !f.Timeline || filter != "" && !f.Unread
	})
	if order == "time" {
		slices.SortStableFunc(feeds, func(a, b sandboxFeed) int { return strings.Compare(b.published(), a.published()) })
	}
	return feedList(feeds), err
}

func (s *Sandbox) mentions(q *asked) (reply, error) {
	return s.listed(q, func(f sandboxFeed) bool { return f.Mention })
}

func (s *Sandbox) favorites(q *asked) (reply, error) {
	return s.listed(q, func(f sandboxFeed) bool { return f.Favorite })
}

func (s *Sandbox) unreadFeeds(q *asked) (reply, error) {
	feeds, err := s.feeds(q)
	count := 0
	for _, feed := range feeds {
		if feed.Unread {
			count++
		}
	}
	return reply{data: fmt.Appendf(nil, `{"unread_feeds":%d}`, count)}, err
}

// todos are those of the vendor's sample, whoever it says they are assigned to.
func (s *Sandbox) todos(q *asked) (reply, error) {
	ours, err := s.isSample(q)
	if !ours {
		return reply{data: []byte(`{"binders":[]}`)}, err
	}
	var binders bytes.Buffer
	if err := json.Compact(&binders, s.sample.Todos); err != nil {
		return reply{}, err
	}
	return reply{data: fmt.Appendf(nil, `{"binders":%s}`, binders.Bytes())}, nil
}
