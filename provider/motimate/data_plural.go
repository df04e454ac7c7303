package motimate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/block"
	"github.com/espalier-dev/espalier/schema"
)

func (c *client) dataUsers(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	people, err := c.directory(ctx, typeUser)
	if err != nil {
		return nil, err
	}
	wanted := filtersOf(args, "group", "position", "organization_role")
	if err := notEmpty(dataUsers, wanted, "group", "position"); err != nil {
		return nil, err
	}
	if err := knownRole(people, wanted); err != nil {
		return nil, err
	}
	found, whole := people.find(wanted)
	if !whole {
		return nil, &provider.Error{Kind: provider.Refused, Op: "read " + dataUsers,
			Err:    fmt.Errorf("this server's list of users does not say who is in what, so it cannot be filtered by %s", setsOf(wanted)),
			Remedy: "Take the filter out, or look up single people with " + dataUser}
	}
	return plural("users", userObject, found, pickUser, args), nil
}

// setsOf names the criteria that look into sets.
func setsOf(wanted []criterion) string {
	var names []string
	for _, c := range wanted {
		if setBehind(c.name) != "" {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, " and ")
}

func (c *client) dataGroups(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	groups, err := c.directory(ctx, typeGroup)
	if err != nil {
		return nil, err
	}
	wanted := filtersOf(args, "kind", "parent")
	if err := notEmpty(dataGroups, wanted, "kind"); err != nil {
		return nil, err
	}
	if err := c.knownKind(groups, wanted); err != nil {
		return nil, err
	}
	found, _ := groups.find(wanted)
	return plural("groups", groupObject, found, groups.groups().pick, args), nil
}

// knownKind refuses a level that neither the provider block names nor any live
// group has: a word written wrong must not look like a level without groups.
func (c *client) knownKind(groups *directory, wanted []criterion) error {
	var names []string
	for _, level := range c.wire.options.levels {
		names = append(names, level.Name)
	}
	where := "as kinds in the provider block names them"
	if len(names) == 0 {
		names, where = groups.has("kind"), "which are the levels that live groups have"
	}
	return knownWord(dataGroups, "kind", "no level has", groups, wanted, names, where)
}

// documentedRoles are the roles in an organisation that the vendor names
// [swagger]; there are others.
func documentedRoles() []string {
	return []string{"normal_user", "organization_admin", "pulse_editor", "training_editor"}
}

// knownRole refuses a role that the vendor does not name and nobody has.
func knownRole(people *directory, wanted []criterion) error {
	names := slices.Concat(documentedRoles(), people.has("organization_role"))
	slices.Sort(names)
	return knownWord(dataUsers, "organization_role", "nobody has", people, wanted, slices.Compact(names), "which are those that the vendor names, and those that people have")
}

// knownWord refuses a filter by a word that is neither among names nor had by any
// object. Without any names nothing can be said of it.
func knownWord(data, name, none string, d *directory, wanted []criterion, names []string, where string) error {
	i := slices.IndexFunc(wanted, func(w criterion) bool { return w.name == name })
	if i < 0 || wanted[i].text == "" || len(names) == 0 || slices.Contains(names, wanted[i].text) || len(d.index(name).places[wanted[i].text]) > 0 {
		return nil
	}
	return &provider.Error{Kind: provider.Refused, Op: "read " + data, Err: fmt.Errorf("%s the %s", none, describe(wanted[i:i+1])),
		Remedy: "Write one of " + block.QuoteList(names) + ", " + where}
}

func (c *client) dataPositions(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	positions, err := c.directory(ctx, typePosition)
	if err != nil {
		return nil, err
	}
	wanted := filtersOf(args, "name")
	if err := notEmpty(dataPositions, wanted, "name"); err != nil {
		return nil, err
	}
	found, _ := positions.find(wanted)
	return plural("positions", positionObject, found, pickPosition, args), nil
}

// notEmpty refuses filters that are given and empty, as an empty cell of a table
// is: they would find nothing, and what is decided on that may be deletions.
func notEmpty(data string, wanted []criterion, names ...string) error {
	for _, c := range wanted {
		if c.text == "" && slices.Contains(names, c.name) {
			return &provider.Error{Kind: provider.Refused, Op: "read " + data, Err: fmt.Errorf("the filter %s is empty", c.name),
				Remedy: "Write what to filter by, or null for no filter"}
		}
	}
	return nil
}

// plural is the result of a data source that finds many: the list, and its
// filters as they were given.
func plural(name string, element cty.Type, found []schema.Object, pick func(schema.Object) map[string]cty.Value, args map[string]cty.Value) map[string]cty.Value {
	result := map[string]cty.Value{name: cty.ListValEmpty(element)}
	for arg, v := range args {
		result[arg] = v
	}
	if len(found) > 0 {
		list := make([]cty.Value, len(found))
		for i, object := range found {
			list[i] = cty.ObjectVal(pick(object))
		}
		result[name] = cty.ListVal(list)
	}
	return result
}
