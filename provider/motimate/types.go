package motimate

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The names of the resource types.
const (
	typeUser     = "motimate_user"
	typeGroup    = "motimate_group"
	typePosition = "motimate_position"
)

var idSet = cty.Set(cty.String)

// resourceTypes returns the model, each type after those it refers to.
func resourceTypes() []*schema.Type {
	return []*schema.Type{positionType(), groupType(), userType(), fileType(), postType()}
}

func positionType() *schema.Type {
	t := &schema.Type{
		Name: typePosition, Provider: providerName, Class: schema.ClassRole,
		Noun: [2]string{"position", "positions"},
		Doc:  "A position that people hold, such as Barista.",
		Attributes: []schema.Attribute{
			{Name: "name", Type: cty.String, Required: true, Purpose: schema.PurposeName,
				Doc: "The name of the position."},
			{Name: "import_id", Type: cty.String,
				Doc: "The position's key in the system it comes from. It is the first natural key."},
			computedID("position"),
		},
		Keys: [][]string{{"import_id"}, {"name"}},
	}
	return t.Index()
}

func groupType() *schema.Type {
	t := &schema.Type{
		Name: typeGroup, Provider: providerName, Class: schema.ClassUnit,
		Noun: [2]string{"group", "groups"},
		Doc:  "A group of the organisation's tree. Blocks named group inside it are its child groups.",
		Attributes: []schema.Attribute{
			{Name: "name", Type: cty.String, Required: true, Purpose: schema.PurposeName,
				Doc: "The name of the group; two groups under one parent never share it."},
			{Name: "kind", Type: cty.String, Purpose: schema.PurposeLevel,
				Doc: "The level of the group: a name from the provider's kinds, or without kinds the level's live name. In a nested block it is the next level down if left out."},
			{Name: "parent", Type: cty.String, Purpose: schema.PurposeParent, Refers: typeGroup,
				Doc: "The id of the parent group. Left out it means a top group. A nested block's parent is the block around it."},
			computedID("group"),
			{Name: "level", Type: cty.String, Computed: true,
				Doc: "The level as the vendor numbers it, 1 being the highest."},
		},
		Keys: [][]string{{"name", "parent"}},
		Nest: &schema.Nesting{Block: "group", Parent: "parent", Level: "kind"},
	}
	return t.Index()
}

func userType() *schema.Type {
	t := &schema.Type{
		Name: typeUser, Provider: providerName, Class: schema.ClassPerson,
		Noun: [2]string{"person", "people"},
		Doc:  "A user account, with the groups it belongs to, those it leads, and the positions it holds.",
		Attributes: []schema.Attribute{
			{Name: "email", Type: cty.String, Compare: schema.CompareFold,
				Doc: "The e-mail address. One of email and phone_number is required."},
			{Name: "phone_number", Type: cty.String, Compare: schema.ComparePhone,
				Doc: "The phone number. One of email and phone_number is required."},
			{Name: "employee_number", Type: cty.String, CreateOnly: true,
				Doc: "The number in the HR system; the first natural key. The vendor documents no way to change it later, so it is sent on create alone unless the provider says patch_employee_number."},
			{Name: "first_name", Type: cty.String, Doc: "The given name."},
			{Name: "last_name", Type: cty.String, Doc: "The family name."},
			{Name: "organization_role", Type: cty.String, Purpose: schema.PurposeAdmin, Admin: "organization_admin",
				Doc: "The role in the whole organisation; the server takes normal_user for a new person without one. Documented values are normal_user, organization_admin, pulse_editor and training_editor; others exist, and are read as they are."},
			{Name: "groups", Type: idSet, Purpose: schema.PurposeMembership, Refers: typeGroup,
				Doc: "The ids of the groups the person is a member of."},
			{Name: "leads", Type: idSet, Purpose: schema.PurposeLead, Refers: typeGroup,
				Doc: "The ids of the groups the person leads; they need not be repeated in groups."},
			{Name: "positions", Type: idSet, Purpose: schema.PurposeMembership, Refers: typePosition,
				Doc: "The ids of the positions the person holds."},
			{Name: "assignments", Type: cty.String, Purpose: schema.PurposeMode, Enum: []string{"exact", "include"}, Default: "exact",
				Doc: "exact takes the person out of groups and positions that are not named; include only adds."},
			computedID("user"),
		},
		Keys:  [][]string{{"employee_number"}, {"email"}, {"phone_number"}},
		AnyOf: [][]string{{"email", "phone_number"}},
	}
	return t.Index()
}

func computedID(noun string) schema.Attribute {
	return schema.Attribute{Name: "id", Type: cty.String, Computed: true, Doc: "The live id of the " + noun + "."}
}
