package motimate

import (
	"context"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Data reads a data source. All that look things up share one listing of each
// type, so any number of them costs its pages once.
func (c *client) Data(ctx context.Context, typ string, args map[string]cty.Value) (map[string]cty.Value, error) {
	switch typ {
	case dataMe:
		me, err := c.Self(ctx)
		if err != nil {
			return nil, err
		}
		return pick(me, "email", "phone_number", "employee_number", "first_name", "last_name", "organization_role"), nil
	case dataUser:
		return c.dataUser(ctx, args)
	case dataUsers:
		return c.dataUsers(ctx, args)
	case dataGroup:
		return c.dataGroup(ctx, args)
	case dataGroups:
		return c.dataGroups(ctx, args)
	case dataPosition:
		return c.dataPosition(ctx, args)
	case dataPositions:
		return c.dataPositions(ctx, args)
	}
	return nil, &provider.Error{Kind: provider.Failed, Op: "read " + typ, Remedy: "There is no such data source"}
}

// userFields are the attributes of a user that data sources give.
var (
	userFields  = []string{"email", "phone_number", "employee_number", "first_name", "last_name", "organization_role"}
	userSets    = []string{"groups", "leads", "positions"}
	groupFields = []string{"name", "kind", "parent", "level"}
)

func (c *client) dataUser(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	wanted := given(args, "id", "employee_number", "email", "phone_number")
	object, err := c.find(ctx, typeUser, "user", wanted, c.objects)
	if err != nil {
		return nil, err
	}
	// A list may lack the memberships; one more call has them.
	if _, ok := object.Attrs["groups"]; !ok {
		if object, err = c.Read(ctx, typeUser, object.ID); err != nil {
			return nil, err
		}
	}
	return pickUser(object), nil
}

func (c *client) dataUsers(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	objects, err := c.objects(ctx, typeUser)
	if err != nil {
		return nil, err
	}
	wanted := given(args, "group", "position", "organization_role")
	sets := map[string]string{"group": "groups", "position": "positions"}
	var found []cty.Value
	for _, object := range objects {
		matches := true
		for name, want := range wanted {
			set, isSet := sets[name]
			if !isSet {
				matches = matches && same(name, object.Attrs[name], want)
				continue
			}
			members, known := ids(object.Attrs, set)
			if !known {
				return nil, &provider.Error{Kind: provider.Refused, Op: "read " + dataUsers,
					Err:    fmt.Errorf("this server's list of users does not say their %s, so it cannot be filtered by %s", set, name),
					Remedy: "Take the filter out, or look up single people with " + dataUser}
			}
			matches = matches && slices.Contains(members, want)
		}
		if matches {
			found = append(found, cty.ObjectVal(pickUser(object)))
		}
	}
	return plural("users", userObject, found, args), nil
}

func (c *client) dataGroup(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	objects, err := c.objects(ctx, typeGroup)
	if err != nil {
		return nil, err
	}
	tree := newTree(objects)
	path, wanted := given(args, "path")["path"], given(args, "id", "name", "parent")
	list := c.objects
	if path != "" {
		below := tree.at(path)
		list = func(context.Context, string) ([]schema.Object, error) { return below, nil }
		if len(wanted) == 0 {
			wanted = map[string]string{"path": path}
		}
	}
	object, err := c.find(ctx, typeGroup, "group", wanted, list)
	if err != nil {
		return nil, err
	}
	return tree.pick(object), nil
}

func (c *client) dataGroups(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	objects, err := c.objects(ctx, typeGroup)
	if err != nil {
		return nil, err
	}
	tree := newTree(objects)
	var found []cty.Value
	for _, object := range objects {
		if matches(object, given(args, "kind", "parent")) {
			found = append(found, cty.ObjectVal(tree.pick(object)))
		}
	}
	return plural("groups", groupObject, found, args), nil
}

func (c *client) dataPosition(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	object, err := c.find(ctx, typePosition, "position", given(args, "id", "import_id", "name"), c.objects)
	if err != nil {
		return nil, err
	}
	return pick(object, "name", "import_id"), nil
}

func (c *client) dataPositions(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	objects, err := c.objects(ctx, typePosition)
	if err != nil {
		return nil, err
	}
	var found []cty.Value
	for _, object := range objects {
		if matches(object, given(args, "name")) {
			found = append(found, cty.ObjectVal(pick(object, "name", "import_id")))
		}
	}
	return plural("positions", positionObject, found, args), nil
}

func pickUser(object schema.Object) map[string]cty.Value {
	values := pick(object, userFields...)
	for _, name := range userSets {
		values[name] = cty.NullVal(idSet)
		if v, ok := object.Attrs[name]; ok {
			values[name] = v
		}
	}
	return values
}

// pick returns the id and the named texts, null where they are not known.
func pick(object schema.Object, names ...string) map[string]cty.Value {
	values := map[string]cty.Value{"id": cty.StringVal(object.ID)}
	for _, name := range names {
		values[name] = cty.NullVal(cty.String)
		if v, ok := object.Attrs[name]; ok {
			values[name] = v
		}
	}
	return values
}

// plural is the result of a data source that finds many: the list, and its
// filters as they were given.
func plural(name string, element cty.Type, found []cty.Value, args map[string]cty.Value) map[string]cty.Value {
	result := map[string]cty.Value{name: cty.ListValEmpty(element)}
	for arg, v := range args {
		result[arg] = v
	}
	if len(found) > 0 {
		result[name] = cty.ListVal(found)
	}
	return result
}
