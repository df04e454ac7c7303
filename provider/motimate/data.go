package motimate

import (
	"context"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Data reads a data source. All that look things up share one listing of each
// type, so any number of them costs its pages once. An argument that is sensitive
// is so in the result as well.
func (c *client) Data(ctx context.Context, typ string, args map[string]cty.Value) (map[string]cty.Value, error) {
	values, err := c.readData(ctx, typ, args)
	if err != nil {
		return nil, err
	}
	for name, arg := range args {
		if v, ok := values[name]; ok && schema.IsSensitive(arg) {
			values[name] = v.Mark(schema.Sensitive)
		}
	}
	return values, nil
}

func (c *client) readData(ctx context.Context, typ string, args map[string]cty.Value) (map[string]cty.Value, error) {
	switch typ {
	case dataMe:
		me, err := c.Self(ctx)
		if err != nil {
			return nil, err
		}
		return pick(me, userFields...), nil
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

// The attributes that data sources give.
var (
	userFields     = []string{"email", "phone_number", "employee_number", "first_name", "last_name", "organization_role"}
	userSets       = []string{"groups", "leads", "positions"}
	groupFields    = []string{"name", "kind", "parent", "level"}
	positionFields = []string{"name", "import_id"}
)

func (c *client) dataUser(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	people, err := c.directory(ctx, typeUser)
	if err != nil {
		return nil, err
	}
	if err := dialable(args); err != nil {
		return nil, err
	}
	wanted := keys(args, "id", "employee_number", "email", "phone_number")
	found, _ := people.find(wanted)
	object, err := one("user", found, wanted, "")
	if err != nil {
		return nil, err
	}
	// A list may lack the memberships; one more call has them.
	if !says(object, "groups") || !says(object, "positions") {
		object, err = people.alone(object.ID, func(id string) (schema.Object, error) { return c.Read(ctx, typeUser, id, nil) })
		if err != nil {
			return nil, err
		}
	}
	return pickUser(object), nil
}

func says(object schema.Object, name string) bool {
	_, ok := object.Attrs[name]
	return ok
}

func (c *client) dataGroup(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	groups, err := c.directory(ctx, typeGroup)
	if err != nil {
		return nil, err
	}
	if err := somewhere(args); err != nil {
		return nil, err
	}
	wanted := keys(args, "path", "id", "name")
	wanted = append(wanted, filtersOf(args, "parent")...) // empty, it asks for a top group
	hint := ""
	var found []schema.Object
	if len(wanted) > 0 && wanted[0].name == "path" {
		places := newDirectory(groups.groups().find(wanted[0].text))
		if found, _ = places.find(wanted[1:]); len(places.objects) == 0 && !wanted[0].secret {
			hint = groups.groups().way(wanted[0].text)
		}
	} else {
		found, _ = groups.find(wanted)
	}
	object, err := one("group", found, wanted, hint)
	if err != nil {
		return nil, err
	}
	return groups.groups().pick(object), nil
}

func (c *client) dataPosition(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	positions, err := c.directory(ctx, typePosition)
	if err != nil {
		return nil, err
	}
	wanted := keys(args, "id", "import_id", "name")
	found, _ := positions.find(wanted)
	object, err := one("position", found, wanted, "")
	if err != nil {
		return nil, err
	}
	return pickPosition(object), nil
}
