package moxtra

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// Data reads a data source. Those that read the same share one call. An argument that
// is sensitive is so in the result as well.
func (c *client) Data(ctx context.Context, typ string, args map[string]cty.Value) (map[string]cty.Value, error) {
	values, err := c.readData(ctx, typ, args)
	if err != nil {
		return nil, err
	}
	result := maps.Clone(args)
	if result == nil {
		result = map[string]cty.Value{}
	}
	maps.Copy(result, values)
	for name, arg := range args {
		if schema.IsSensitive(arg) {
			result[name] = result[name].Mark(schema.Sensitive)
		}
	}
	return result, nil
}

func (c *client) readData(ctx context.Context, typ string, args map[string]cty.Value) (map[string]cty.Value, error) {
	if typ == dataTeam {
		return c.dataTeam(ctx, args)
	}
	source, is := activities[typ]
	if !is && typ != dataUser && typ != dataOrgUsers {
		return nil, &provider.Error{Kind: provider.Failed, Op: "read " + typ, Remedy: "There is no such data source"}
	}
	user, err := argument(typ, args, "user_id", me)
	if err == nil {
		err = checkUserID("read "+typ, user)
	}
	if err != nil {
		return nil, err
	}
	var values map[string]cty.Value
	switch {
	case is:
		values, err = c.dataActivity(ctx, source, user, args)
	case typ == dataUser:
		values, err = c.dataUser(ctx, user)
	default:
		values, err = c.dataOrgUsers(ctx, user, args)
	}
	if err == nil {
		values["user_id"] = cty.StringVal(user)
	}
	return values, err
}

// argument is an argument that is a text. What is given and empty, as an empty cell of
// a table is, must not look like what is left out.
func argument(typ string, args map[string]cty.Value, name, otherwise string) (string, error) {
	if v := args[name]; v == cty.NilVal || v.IsNull() {
		return otherwise, nil
	}
	text := textOf(args[name])
	if text == "" {
		return "", &provider.Error{Kind: provider.Refused, Op: "read " + typ, Err: errors.New(name + " is empty"),
			Remedy: "Write what is meant, or null for what holds where it is left out"}
	}
	return text, nil
}

func (c *client) dataUser(ctx context.Context, user string) (map[string]cty.Value, error) {
	object, err := c.API.Read(ctx, typeUser, user, nil)
	if err != nil {
		return nil, err
	}
	values := map[string]cty.Value{"id": cty.StringVal(object.ID)}
	for _, a := range computed(personFields, ownFields) {
		values[a.Name] = object.Attrs[a.Name]
	}
	return values, nil
}

// dataActivity reads what a user has.
func (c *client) dataActivity(ctx context.Context, source activity, user string, args map[string]cty.Value) (map[string]cty.Value, error) {
	req := rest.Request{Op: "read the " + source.path + " of user " + user, Method: http.MethodGet,
		Path: rest.Segment(user) + "/" + source.path, Missing: "There is no such user, or the account may not see it; check user_id"}
	for _, name := range source.params {
		if text := textOf(args[name]); text != "" {
			if req.Query == nil {
				req.Query = url.Values{}
			}
			req.Query.Set(name, text)
		}
	}
	return c.reading(ctx, req, source.fields)
}

func (c *client) dataTeam(ctx context.Context, args map[string]cty.Value) (map[string]cty.Value, error) {
	team, err := argument(dataTeam, args, "team_id", "")
	if err != nil {
		return nil, err
	}
	return c.reading(ctx, rest.Request{Op: "read team " + team, Method: http.MethodGet, Path: "/teams" + rest.Segment(team),
		Missing: "There is no such team, or the account may not see it; check team_id"}, teamFields)
}

// reading makes a call and reads the fields of its answer.
func (c *client) reading(ctx context.Context, req rest.Request, fields []field) (map[string]cty.Value, error) {
	var values map[string]cty.Value
	err := c.GetAs(ctx, req, func(body []byte) error {
		data, err := emptiable(body)
		if err == nil {
			values, err = readFields(data, fields)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return complete(values, fields), nil
}

func (c *client) dataOrgUsers(ctx context.Context, user string, args map[string]cty.Value) (map[string]cty.Value, error) {
	org, err := argument(dataOrgUsers, args, "org_id", c.org)
	if err == nil && org == "" {
		err = &provider.Error{Kind: provider.Refused, Op: "read " + dataOrgUsers, Err: errors.New("nothing says of which org"),
			Remedy: "Write org_id here or in the provider block"}
	}
	if err == nil {
		_, err = argument(dataOrgUsers, args, "status", "")
	}
	if err != nil {
		return nil, err
	}
	listing, err := c.ListOf(ctx, orgUsers(user, org))
	if err != nil {
		return nil, err
	}
	found := []cty.Value{}
	for _, object := range listing.Objects {
		if passes(object, args) {
			found = append(found, orgUser(object))
		}
	}
	return map[string]cty.Value{
		"org_id": cty.StringVal(org),
		"total":  cty.NumberIntVal(int64(len(listing.Objects))),
		"users":  listOf(objectType(orgUserFields), found),
	}, nil
}

// passes reports whether a user fits all filters that are set.
func passes(object schema.Object, args map[string]cty.Value) bool {
	return !slices.ContainsFunc([]string{"status", "admin", "disabled"}, func(name string) bool {
		wanted := args[name]
		if wanted == cty.NilVal || wanted.IsNull() {
			return false
		}
		wanted, _ = wanted.Unmark()
		have := object.Attrs[name]
		return have == cty.NilVal || !have.RawEquals(wanted)
	})
}

func orgUser(object schema.Object) cty.Value {
	values := map[string]cty.Value{"id": cty.StringVal(object.ID)}
	for _, a := range computed(personFields, memberFields) {
		if v, there := object.Attrs[a.Name]; there {
			values[a.Name] = v
		}
	}
	return cty.ObjectVal(complete(values, orgUserFields))
}
