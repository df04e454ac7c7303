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
	wire *wire
}

func newClient(c *provider.Connection, hc *http.Client) *client {
	o, ok := c.Private.(*options)
	if !ok {
		o = &options{memberRole: "member", leadRole: "admin", paths: defaultPaths()}
	}
	w := newWire(o)
	return &client{wire: w, API: &rest.API{
		HTTP: hc, Base: c.BaseURL, Secrets: c.Secrets, PageSize: pageSize,
		Operations: operations(w),
	}}
}

// operations is the table of all calls. The answers of every type stand under
// "data" [swagger].
func operations(w *wire) map[string]*rest.Operation {
	return map[string]*rest.Operation{
		typeUser: {
			Noun: [2]string{"user", "users"}, Path: w.options.paths["users"],
			One: w.readUser, Pages: w.readUsers,
			Create: w.createUser, Update: w.updateUser,
			Missing: "One of the groups or positions given does not exist; check their ids",
		},
		typeGroup: {
			Noun: [2]string{"group", "groups"}, Path: w.options.paths["groups"],
			One: w.readGroup, Pages: w.readGroups,
			Create: w.createGroup, Update: w.updateGroup,
			Missing: "The parent group does not exist, or the path of groups is not this one; check parent, base_url and paths",
		},
		typePosition: {
			Noun: [2]string{"position", "positions"}, Path: w.options.paths["positions"],
			One: w.readPosition, Pages: w.readPositions,
			Create: w.createPosition, Update: w.updatePosition,
			Missing: "The path of positions is not this one; check base_url and paths",
		},
	}
}

// Self returns the account that holds the token, without its memberships, which
// the call does not carry [swagger].
func (c *client) Self(ctx context.Context) (schema.Object, error) {
	me := rest.Request{Op: "read the account that holds the token", Method: http.MethodGet, Path: c.wire.options.paths["me"],
		Missing: "Check base_url and paths in the provider block"}
	object, err := rest.Single(ctx, c.API, me, func(body []byte) (schema.Object, error) { return c.wire.readUser(body, false) })
	if err != nil {
		return schema.Object{}, err
	}
	return object, nil
}

// emptyAttrs makes room for the attributes of one object.
func emptyAttrs() map[string]cty.Value { return make(map[string]cty.Value, 8) }
