package moxtra

import (
	"context"
	"fmt"
	"net/http"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// pageSize is the largest page that the list of an org's users has [user].
const pageSize = 100

// client reaches the API as one account. The embedded API does what is the same for
// all types; see rest.API for the readings that it keeps between writes.
type client struct {
	*rest.API
	org string // that of the provider block; empty for none
}

func newClient(c *provider.Connection, hc *http.Client) *client {
	o, ok := c.Private.(*options)
	if !ok {
		o = &options{}
	}
	return &client{org: o.org, API: &rest.API{
		HTTP: hc, Base: c.BaseURL, Secrets: c.Secrets, PageSize: pageSize,
		Verdict: verdict, Remedies: remedies(),
		Operations: operations(o.org),
	}}
}

// operations is the table of all calls. A change is a POST to the path of what is
// changed [user].
func operations(org string) map[string]*rest.Operation {
	users := &rest.Operation{
		Noun: [2]string{"user", "users"}, Alias: me, Kept: true, Undying: true,
		One: readUser, Update: updateUser, Changing: http.MethodPost,
		Fields: map[string]string{},
	}
	for _, name := range written {
		users.Fields[name] = name
	}
	if org != "" {
		list := orgUsers(me, org)
		users.Listed, users.Cursor, users.Unlisted = list.Listed, list.Cursor, list.Unlisted
	}
	return map[string]*rest.Operation{
		typeUser: users,
		typePicture: {
			Noun: [2]string{"picture of user", "pictures of users"}, Under: "/picture",
			One: readUpload, Update: upload, Changing: http.MethodPost,
			Missing: "There is no such user; check user_id",
			Fields:  map[string]string{"file": "source", "picture": "source"},
		},
	}
}

// orgUsers is the list of an org's users, as one of them is shown it.
func orgUsers(user, org string) *rest.Operation {
	return &rest.Operation{
		Noun:     [2]string{"user of the org", "users of org " + org},
		Listed:   rest.Segment(user) + "/orgs" + rest.Segment(org) + "/users",
		Cursor:   &rest.Cursor{Param: "index", Read: readOrgUsers},
		Unlisted: "There is no such org, or the account is not in it; check org_id",
	}
}

// Read returns one user, or the picture of one. See provider.Client.
func (c *client) Read(ctx context.Context, typ, id string, known map[string]cty.Value) (schema.Object, error) {
	if err := checkUserID("read "+typ, id); err != nil {
		return schema.Object{}, err
	}
	if typ == typePicture {
		return c.readPicture(ctx, id, known)
	}
	return c.API.Read(ctx, typ, id, known)
}

// Create uploads a picture; a user cannot be made. The picture has the id of its user.
func (c *client) Create(ctx context.Context, typ string, values map[string]cty.Value) (schema.Object, error) {
	if typ != typePicture {
		return c.API.Create(ctx, typ, values)
	}
	id := textOf(values["user_id"])
	if err := checkUserID("create "+typ, id); err != nil {
		return schema.Object{}, err
	}
	if id == me {
		user, err := c.Self(ctx)
		if err != nil {
			return schema.Object{}, err
		}
		id = user.ID
	}
	return c.API.Put(ctx, typ, id, values)
}

// Update changes a user, or uploads another picture of one. See provider.Client.
func (c *client) Update(ctx context.Context, typ, id string, change provider.Change) (schema.Object, error) {
	if err := checkUserID("update "+typ, id); err != nil {
		return schema.Object{}, err
	}
	return c.API.Update(ctx, typ, id, change)
}

// Delete deletes the picture of a user; a user cannot be deleted. See provider.Client.
func (c *client) Delete(ctx context.Context, typ, id string) error {
	if err := checkUserID("delete "+typ, id); err != nil {
		return err
	}
	return c.API.Delete(ctx, typ, id)
}

// Self returns the account that holds the token.
func (c *client) Self(ctx context.Context) (schema.Object, error) {
	return c.API.Read(ctx, typeUser, me, nil)
}

// checkUserID refuses what is no id of a user before it is made part of a path. What the
// configuration says is held against that when it is read; this is for what is not known
// then, and for ids from elsewhere.
func checkUserID(op, id string) error {
	form := userIDs()
	if form.Matches.MatchString(id) {
		return nil
	}
	return &provider.Error{Kind: provider.Refused, Op: op, Attrs: []string{"user_id"}, Err: fmt.Errorf("%q is no %s", id, form.Noun), Remedy: form.Remedy}
}

// textOf is a text without marks; "" for none.
func textOf(v cty.Value) string {
	if v == cty.NilVal || v.IsNull() {
		return ""
	}
	v, _ = v.Unmark()
	return v.AsString()
}
