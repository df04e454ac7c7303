package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Create makes an object. An answer that says yes but carries no id, or cannot
// be read, is of Kind Unanswered: the object is there, and a look-up finds it.
func (a *API) Create(ctx context.Context, typ string, values map[string]cty.Value) (schema.Object, error) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, err
	}
	if o.Create == nil {
		return schema.Object{}, o.uncallable("create "+o.Noun[0], "makes", "name one that is there")
	}
	body, err := o.Create(values)
	if err != nil {
		return schema.Object{}, unsendable("create "+o.Noun[0], err)
	}
	defer a.Forget()
	req := Request{Op: "create " + o.Noun[0], Method: http.MethodPost, Path: o.Path, Body: body, Missing: o.Missing, Fields: o.Fields}
	answer, err := a.Send(ctx, req)
	if err != nil {
		return schema.Object{}, err
	}
	if answer.empty() {
		return schema.Object{}, unidentified(req, answer, fmt.Errorf("the answer has no body, so the new id is not known"))
	}
	object, err := o.One(answer.Body, true)
	if err != nil {
		return schema.Object{}, unanswered(req, answer, answer.unreadable(err))
	}
	if object.ID == "" || object.ID == "0" { // no object has the id that samples have
		return schema.Object{}, unidentified(req, answer, answer.unreadable(fmt.Errorf("the answer carries no id")))
	}
	return object, nil
}

// Update changes an object in one call.
func (a *API) Update(ctx context.Context, typ, id string, change provider.Change) (schema.Object, error) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, err
	}
	req := o.request("update", cmp.Or(o.Changing, http.MethodPatch), id)
	req.Repeatable = true
	return a.write(ctx, o, req, id, change)
}

// Put makes an object whose id is known before it is there, by the call that
// changes it.
func (a *API) Put(ctx context.Context, typ, id string, values map[string]cty.Value) (schema.Object, error) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, err
	}
	req := o.request("create", cmp.Or(o.Changing, http.MethodPatch), id)
	req.Missing = o.Missing
	return a.write(ctx, o, req, id, provider.Change{After: values, Changed: slices.Collect(maps.Keys(values))})
}

func (a *API) write(ctx context.Context, o *Operation, req Request, id string, change provider.Change) (schema.Object, error) {
	if o.Update == nil {
		return schema.Object{}, o.uncallable(req.Op, "changes", "make a new one in its place")
	}
	body, err := o.Update(id, change)
	if err != nil || body == nil {
		return schema.Object{ID: id, Attrs: map[string]cty.Value{}}, unsendable(req.Op, err)
	}
	defer a.Forget()
	req.Body, req.Fields = body, o.Fields
	answer, err := a.Send(ctx, req)
	if err != nil {
		return schema.Object{}, err
	}
	if answer.empty() {
		return schema.Object{ID: id, Attrs: map[string]cty.Value{}}, nil
	}
	object, err := o.same(req, answer, id, true)
	var e *provider.Error
	if errors.As(err, &e) && req.creates() {
		return schema.Object{}, unanswered(req, answer, e.Err)
	}
	return object, err
}

// Delete removes an object. A yes with a web page, such as that of a login, or with
// JSON that is none, is of Kind Malformed: it may be somebody else who answered.
func (a *API) Delete(ctx context.Context, typ, id string) error {
	o, err := a.operation(typ)
	if err != nil {
		return err
	}
	req := o.request("delete", http.MethodDelete, id)
	if o.Undying {
		return o.uncallable(req.Op, "deletes", "let go of it")
	}
	defer a.Forget()
	answer, err := a.Send(ctx, req)
	if err == nil && (strings.Contains(answer.Type, "html") || strings.Contains(answer.Type, "json")) && !answer.empty() && !json.Valid(answer.Body) {
		err = malformed(req, answer, answer.unreadable(fmt.Errorf("it is not JSON")))
	}
	return err
}

// uncallable is for a call that the API does not have.
func (o *Operation) uncallable(op, does, remedy string) *provider.Error {
	return &provider.Error{Kind: provider.Refused, Op: op,
		Remedy: fmt.Sprintf("The API has no call that %s %s; %s", does, o.Noun[1], remedy)}
}
