package motimate

import (
	"slices"
)

// relateGroups applies group_relations to a user. On a change each element names
// one membership, and _delete takes it away [swagger]; whether those not named
// stay goes by the switch.
func (s *Sandbox) relateGroups(u *sandboxUser, list []sandboxRelation, change bool) error {
	groups := slices.Clone(u.Groups)
	if change && s.chosen.Is("relations", "replace") {
		groups = nil
	}
	for _, relation := range list {
		i := slices.IndexFunc(groups, func(m sandboxMembership) bool { return m.Group == relation.id })
		if relation.gone {
			if i >= 0 {
				groups = slices.Delete(groups, i, i+1)
			}
			continue
		}
		if _, ok := s.groups.Get(relation.id); !ok {
			return s.deny("unknown_relation", "there is no group %s", s.showID(relation.id))
		}
		switch {
		case i < 0:
			role := relation.role
			if role == "" {
				role = s.roles[0]
			}
			groups = append(groups, sandboxMembership{Group: relation.id, Role: role})
		case relation.role != "":
			groups[i].Role = relation.role
		}
	}
	if s.chosen.Is("parent_memberships", "added") {
		groups = s.withParents(groups)
	}
	u.Groups = groups
	return nil
}

// touched is when an object counts as changed last; relations is set if nothing
// but what it belongs to has changed now.
func (s *Sandbox) touched(before int64, relations bool) int64 {
	if relations && s.chosen.Is("membership_touches", "no") {
		return before
	}
	return s.now().UnixMilli()
}

// withParents adds the memberships of the groups above.
func (s *Sandbox) withParents(groups []sandboxMembership) []sandboxMembership {
	for i := 0; i < len(groups); i++ {
		group, _ := s.groups.Get(groups[i].Group)
		if group.Parent == 0 || slices.ContainsFunc(groups, func(m sandboxMembership) bool { return m.Group == group.Parent }) {
			continue
		}
		groups = append(groups, sandboxMembership{Group: group.Parent, Role: s.roles[0]})
	}
	return groups
}

func (s *Sandbox) relatePositions(u *sandboxUser, list []sandboxRelation, change bool) error {
	positions := slices.Clone(u.Positions)
	if change && s.chosen.Is("relations", "replace") {
		positions = nil
	}
	for _, relation := range list {
		i := slices.Index(positions, relation.id)
		if relation.gone {
			if i >= 0 {
				positions = slices.Delete(positions, i, i+1)
			}
			continue
		}
		if _, ok := s.positions.Get(relation.id); !ok {
			return s.deny("unknown_relation", "there is no position %s", s.showID(relation.id))
		}
		if i < 0 {
			positions = append(positions, relation.id)
		}
	}
	u.Positions = positions
	return nil
}
