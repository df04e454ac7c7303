package motimate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/internal/rest"
)

// relation is an element of a list of groups or positions. The role is in no
// documented answer.
type relation struct {
	ID      rest.Text `json:"id"`
	GroupID rest.Text `json:"group_id"`
	Role    rest.Text `json:"role"`
}

// memberships reads groups, leads and positions as far as they are there.
// Leads are known only if every membership says its role.
func (w *wire) memberships(u *wireUser, attrs map[string]cty.Value, shared *shared) error {
	groups := u.Groups
	if groups == nil || len(u.GroupRelations) > 0 && !allRoles(groups) && allRoles(u.GroupRelations) {
		groups = u.GroupRelations
	}
	if groups != nil {
		ids, leads, err := w.split(groups)
		if err != nil {
			return fmt.Errorf("in groups of user %s: %w", u.ID.Value, err)
		}
		attrs["groups"] = shared.set(ids)
		if allRoles(groups) {
			attrs["leads"] = shared.set(leads)
		}
	}
	if u.Positions != nil {
		ids, _, err := w.split(u.Positions)
		if err != nil {
			return fmt.Errorf("in positions of user %s: %w", u.ID.Value, err)
		}
		attrs["positions"] = shared.set(ids)
	}
	return nil
}

func allRoles(list []relation) bool {
	for i := range list {
		if list[i].Role.Value == "" {
			return false
		}
	}
	return true
}

func (w *wire) split(list []relation) (ids, leads []string, err error) {
	ids = make([]string, 0, len(list))
	for i := range list {
		field := list[i].ID
		if list[i].GroupID.Value != "" {
			field = list[i].GroupID
		}
		id, err := field.ID()
		if err != nil {
			return nil, nil, err
		}
		if id == "" {
			return nil, nil, errors.New("an element has no id")
		}
		ids = append(ids, id)
		if list[i].Role.Value == w.options.leadRole {
			leads = append(leads, id)
		}
	}
	return ids, leads, nil
}

// shared keeps values that many people of one listing, or of many answers, have in
// common, so that they are made and kept once. It is used by one reader at a time.
type shared struct {
	texts map[string]cty.Value
	sets  map[string]cty.Value
}

func newShared() *shared {
	return &shared{texts: map[string]cty.Value{}, sets: map[string]cty.Value{}}
}

func (s *shared) size() int { return len(s.texts) + len(s.sets) }

func (s *shared) text(text string) cty.Value {
	v, ok := s.texts[text]
	if !ok {
		v = cty.StringVal(text)
		s.texts[text] = v
	}
	return v
}

func (s *shared) set(ids []string) cty.Value {
	slices.Sort(ids)
	key := strings.Join(ids, "\x00")
	v, ok := s.sets[key]
	if !ok {
		v = setOf(ids)
		s.sets[key] = v
	}
	return v
}

func setOf(ids []string) cty.Value {
	if len(ids) == 0 {
		return cty.SetValEmpty(cty.String)
	}
	values := make([]cty.Value, len(ids))
	for i, id := range ids {
		values[i] = cty.StringVal(id)
	}
	return cty.SetVal(values)
}
