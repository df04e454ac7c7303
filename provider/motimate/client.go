package motimate

import (
	"context"
	"net/http"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// pageSize is the largest page the API gives [help-limits].
const pageSize = 50

// client reaches one organisation. The embedded API does what is the same for
// all types; see rest.API for the listing that it keeps between writes.
type client struct {
	*rest.API
	wire        *wire
	directories directories
}

func newClient(c *provider.Connection, hc *http.Client) *client {
	o, ok := c.Private.(*options)
	if !ok {
		o = &options{memberRole: defaultMemberRole, leadRole: defaultLeadRole, paths: defaultPaths()}
	}
	w := newWire(o)
	return &client{wire: w, API: &rest.API{
		HTTP: hc, Base: c.BaseURL, Secrets: c.Secrets, PageSize: pageSize,
		ChangedAfter: "filter[updated_at_gt]", // [help-limits]
		Operations:   operations(w),
	}}
}

// operations is the table of all calls. The answers of every type stand under
// "data" [swagger].
func operations(w *wire) map[string]*rest.Operation {
	table := map[string]*rest.Operation{
		typeUser: {
			Noun: [2]string{"user", "users"}, Path: w.options.paths["users"],
			One: w.readUser, Pages: w.readUsers,
			Create: w.createUser, Update: w.updateUser,
			Missing: "One of the groups or positions given does not exist; check their ids",
			Fields:  wordsForUsers(),
		},
		typeGroup: {
			Noun: [2]string{"group", "groups"}, Path: w.options.paths["groups"],
			One: w.readGroup, Pages: w.readGroups,
			Create: w.createGroup, Update: w.updateGroup,
			Missing: "The parent group does not exist, or the path of groups is not this one; check parent, base_url and paths",
			Fields:  map[string]string{"name": "name", "kind": "kind", "level": "kind", "parent_id": "parent", "parent": "parent"},
		},
		typePosition: {
			Noun: [2]string{"position", "positions"}, Path: w.options.paths["positions"],
			One: w.readPosition, Pages: w.readPositions,
			Create: w.createPosition, Update: w.updatePosition,
			Missing: "The path of positions is not this one; check base_url and paths",
			Fields:  map[string]string{"name": "name", "import_id": "import_id"},
		},
	}
	for typ, m := range inferred() {
		table[typ] = w.operation(m)
	}
	return table
}

// wordsForUsers are the words by which a refusal may speak of a user's attributes:
// the fields of the body, and what people call them.
func wordsForUsers() map[string]string {
	fields := map[string]string{
		"group_relations": "groups", "group_id": "groups", "groups": "groups", "group": "groups",
		"position_relations": "positions", "position_id": "positions", "positions": "positions", "position": "positions",
		"phone": "phone_number",
	}
	for _, name := range userTexts {
		fields[name] = name
	}
	return fields
}

// Self returns the account that holds the token, without its memberships, which
// the call does not carry [swagger].
func (c *client) Self(ctx context.Context) (schema.Object, error) {
	me := rest.Request{Op: "read the account that holds the token", Method: http.MethodGet, Path: c.wire.options.paths["me"],
		Missing: "There is no such path at this address. Check subdomain and base_url in the provider block; if this API has the call elsewhere, give its path as me under paths"}
	object, err := rest.Single(ctx, c.API, me, func(body []byte) (schema.Object, error) { return c.wire.readUser(body, false) })
	if err != nil {
		return schema.Object{}, err
	}
	return object, nil
}

// emptyAttrs makes room for the attributes of one object.
func emptyAttrs() map[string]cty.Value { return make(map[string]cty.Value, 8) }
