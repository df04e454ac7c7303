package motimate

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The names of the data sources.
const (
	dataMe        = "motimate_me"
	dataUser      = "motimate_user"
	dataUsers     = "motimate_users"
	dataGroup     = "motimate_group"
	dataGroups    = "motimate_groups"
	dataPosition  = "motimate_position"
	dataPositions = "motimate_positions"
)

// The shapes of the elements that the plural data sources return.
var (
	userObject = cty.Object(map[string]cty.Type{
		"id": cty.String, "email": cty.String, "phone_number": cty.String, "employee_number": cty.String,
		"first_name": cty.String, "last_name": cty.String, "organization_role": cty.String,
		"groups": idSet, "leads": idSet, "positions": idSet,
	})
	groupObject = cty.Object(map[string]cty.Type{
		"id": cty.String, "name": cty.String, "kind": cty.String, "parent": cty.String,
		"level": cty.String, "path": cty.String,
	})
	positionObject = cty.Object(map[string]cty.Type{
		"id": cty.String, "name": cty.String, "import_id": cty.String,
	})
)

// dataTypes returns the data sources.
func dataTypes() []*schema.Type {
	types := []*schema.Type{
		dataSource(dataMe, "account", "The account that holds the token.",
			computed("id", "email", "phone_number", "employee_number", "first_name", "last_name", "organization_role")),
		dataSource(dataUser, "person", "One existing user, by id or any natural key. Everything given must agree.",
			keyed("id", "employee_number"),
			[]schema.Attribute{
				{Name: "email", Type: cty.String, Compare: schema.CompareFold, Doc: "Looked up without regard to case."},
				{Name: "phone_number", Type: cty.String, Compare: schema.ComparePhone, Doc: "Looked up by its digits."},
			},
			computed("first_name", "last_name", "organization_role"),
			computedSets("groups", "leads", "positions")),
		dataSource(dataUsers, "people", "Existing users, all or those that pass every filter. Where the server's list of users does not say who is in what, groups and positions are null, and filtering by them is refused.",
			filters("group", "the id of a group they are in", "position", "the id of a position they hold",
				"organization_role", "their role in the organisation; empty means none"),
			elements("users", userObject)),
		dataSource(dataGroup, "group", "One existing group, by id, by path, or by name (and parent). Everything given must agree.",
			keyed("id", "name", "parent"),
			[]schema.Attribute{{Name: "path", Type: cty.String,
				Doc: "The names from the top down, such as Acme/Norway/Oslo. A name may hold a slash itself; if the path then leads to several groups, their ids are named."}},
			computed("kind", "level")),
		dataSource(dataGroups, "groups", "Existing groups, all or those that pass every filter.",
			filters("kind", "their level, a name from the provider's kinds if it has any", "parent", "the id of their parent; empty means the top groups"),
			elements("groups", groupObject)),
		dataSource(dataPosition, "position", "One existing position, by id, import id or name. Everything given must agree.",
			keyed("id", "import_id", "name")),
		dataSource(dataPositions, "positions", "Existing positions, all or those that pass every filter.",
			filters("name", "their name"),
			elements("positions", positionObject)),
	}
	return types
}

func dataSource(name, noun, doc string, attributes ...[]schema.Attribute) *schema.Type {
	t := &schema.Type{Name: name, Provider: providerName, Noun: [2]string{noun, noun}, Doc: doc}
	for _, list := range attributes {
		t.Attributes = append(t.Attributes, list...)
	}
	return t.Index()
}

func keyed(names ...string) []schema.Attribute {
	return each(names, func(name string) schema.Attribute {
		return schema.Attribute{Name: name, Type: cty.String, Refers: referred(name),
			Doc: "A key to look up by, or else the value found."}
	})
}

func computed(names ...string) []schema.Attribute {
	return each(names, func(name string) schema.Attribute {
		return schema.Attribute{Name: name, Type: cty.String, Computed: true, Doc: "The value found; null if it is not set."}
	})
}

func computedSets(names ...string) []schema.Attribute {
	return each(names, func(name string) schema.Attribute {
		return schema.Attribute{Name: name, Type: idSet, Computed: true, Refers: referred(name),
			Doc: "The ids found; null where the server does not say."}
	})
}

// filters takes pairs of a name and what it selects by.
func filters(pairs ...string) []schema.Attribute {
	var list []schema.Attribute
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, schema.Attribute{Name: pairs[i], Type: cty.String, Refers: referred(pairs[i]),
			Doc: "A filter: " + pairs[i+1] + "."})
	}
	return list
}

func elements(name string, element cty.Type) []schema.Attribute {
	var ids []string
	for field := range element.AttributeTypes() {
		if field == "id" || referred(field) != "" {
			ids = append(ids, field)
		}
	}
	slices.Sort(ids)
	return []schema.Attribute{{Name: name, Type: cty.List(element), Computed: true, IDs: ids,
		Doc: "What was found, ordered by id."}}
}

// referred names the resource type whose ids an attribute of a data source holds.
func referred(name string) string {
	switch name {
	case "group", "groups", "leads", "parent":
		return typeGroup
	case "position", "positions":
		return typePosition
	}
	return ""
}

func each(names []string, make func(string) schema.Attribute) []schema.Attribute {
	var list []schema.Attribute
	for _, name := range names {
		list = append(list, make(name))
	}
	return list
}
