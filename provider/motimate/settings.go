package motimate

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

const providerName = "motimate"

// The values that settings with a fixed choice can have; the first is the default.
var (
	removals      = []string{"refuse", "strip", "forget", "delete"}
	bodyForms     = []string{"json", "form"}
	changeBodies  = []string{"changed", "whole"}
	clearings     = []string{"empty", "null"}
	relationModes = []string{"merge", "replace"}
)

// What other settings are by default.
const (
	defaultLag        = "1h"
	defaultMemberRole = "member"
	defaultLeadRole   = "admin"
)

// defaultPaths are the paths of the API's parts. The first version's are
// [swagger]; what the second version has is not public, so each can be
// overridden by the provider block.
func defaultPaths() map[string]string {
	return map[string]string{
		"token":     "/oauth/token",
		"me":        "/public_api/me",
		"users":     "/public_api/users",
		"groups":    "/public_api/groups",
		"positions": "/public_api/positions",
		"posts":     inferred()[typePost].path,
		"files":     inferred()[typeFile].path,
	}
}

// settingAttributes are the attributes of the provider block.
func settingAttributes() []schema.Attribute {
	list := []schema.Attribute{
		{Name: "sandbox", Type: cty.Bool, Default: "false",
			Doc: "Use the embedded server instead of a tenant. It needs no account; address and credentials are then not looked at."},
		{Name: "subdomain", Type: cty.String,
			Doc: "The organisation's login name: acme for https://acme.motimateapp.com."},
		{Name: "base_url", Type: cty.String,
			Doc: "The whole address, instead of subdomain."},
		{Name: "client_id", Type: cty.String, Doc: "The client id that Motimate issued."},
		{Name: "client_secret", Type: cty.String, Sensitive: true, Doc: "The client secret that goes with client_id."},
		{Name: "username", Type: cty.String, Doc: "An administrator of the organisation, for the password grant."},
		{Name: "password", Type: cty.String, Sensitive: true, Doc: "That administrator's password."},
		{Name: "access_token", Type: cty.String, Sensitive: true,
			Doc: "A token from a key store, instead of the credentials to get one. It cannot be renewed in mid-run."},
		{Name: "kinds", Type: cty.List(cty.Object(map[string]cty.Type{"name": cty.String, "live": cty.String})), Ordered: true,
			Doc: "The names this configuration uses for the group levels, highest first, and what each is called in Motimate today."},
		{Name: "member_role", Type: cty.String, Default: defaultMemberRole, Doc: "The vendor's word for an ordinary membership of a group."},
		{Name: "lead_role", Type: cty.String, Default: defaultLeadRole, Doc: "The vendor's word for leading a group."},
		{Name: "user_removal", Type: cty.String, Enum: removals, Default: removals[0],
			Doc: "What happens to a person gone from the configuration: refuse refuses the plan, strip takes them out of every group and position, forget leaves them as they are, delete deletes the account."},
		{Name: "create_body", Type: cty.String, Enum: bodyForms, Default: bodyForms[0],
			Doc: "How the body of a create is written: json or form. The documentation can be read either way."},
		{Name: "change_body", Type: cty.String, Enum: changeBodies, Default: changeBodies[0],
			Doc: "What the body of a change holds: changed is only what changes, whole repeats all other texts as they are, for a server that clears what a change does not name; each change then costs a read as well."},
		{Name: "clear", Type: cty.String, Enum: clearings, Default: clearings[0],
			Doc: "What is sent to clear a text of an object that is there: an empty text, or null."},
		{Name: "relations", Type: cty.String, Enum: relationModes, Default: relationModes[0],
			Doc: "Whether the memberships sent in a change are added to the existing ones (merge) or stand for all of them (replace)."},
		{Name: "patch_employee_number", Type: cty.Bool, Default: "false",
			Doc: "Send changes of employee_number on existing people, which the vendor does not document."},
		{Name: "read_lag", Type: cty.String, Default: defaultLag,
			Doc: "How long a read may show the world before a write: a number and a unit, such as 30m. What was written counts as written for so long."},
		{Name: "paths", Type: cty.Map(cty.String),
			Doc: "Other paths for token, me, users, groups, positions, posts or files, such as { users = \"/public_api/v2/users\" }. Not used with the sandbox."},
	}
	for i := range list {
		if t := list[i].Type; t == cty.String || t == cty.Bool {
			list[i].Env = environmentName(list[i].Name)
		}
	}
	return list
}
