package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// API reaches one tenant. It is made once, with its fields set, and may then be
// used from many goroutines.
type API struct {
	HTTP *http.Client
	// Base is scheme, host and path prefix, without a final slash.
	Base string
	// Secrets are taken out of every text of an error.
	Secrets []string
	// PageSize is the number of items asked for in a page.
	PageSize int
	// ChangedAfter is the name of the query parameter that takes a time and leaves
	// out of a list what has not changed since; empty where there is none.
	ChangedAfter string
	// Operations is the table, by resource type.
	Operations map[string]*Operation

	lists   memo
	filters filters
	sizes   sizes
}

// Operation says how objects of one type are read and written.
type Operation struct {
	// Noun is the word for one and for many.
	Noun [2]string
	// Path is the collection's; an object's is Path, a slash and the id.
	Path string
	// One reads a body that carries a single object. With answer set it is the
	// answer to a write, in which what is absent is not known.
	One func(body []byte, answer bool) (schema.Object, error)
	// Pages makes the reader of one listing, which is given page after page and
	// may remember across them.
	Pages func() func(body []byte) ([]schema.Object, error)
	// Create and Update write bodies. A nil body of an update means that nothing
	// has to be sent; a nil Update, that an object cannot be changed.
	Create func(values map[string]cty.Value) (*Body, error)
	Update func(id string, change provider.Change) (*Body, error)
	// Missing says what a create means that is answered with 404, Unlisted what to do
	// where there is no list; empty for the usual.
	Missing, Unlisted string
	// Fields are the vendor's words for attributes: the fields of the bodies that
	// are written, each with the attribute that is in it. By them a refusal is
	// brought back to what caused it.
	Fields map[string]string
}

// Body is what is sent: Data, or what Open opens, which is Size bytes. Open is
// called each time that the request is sent.
type Body struct {
	ContentType string
	Data        []byte
	Open        func() (io.ReadCloser, error)
	Size        int64
}

// Read returns one object. The object has the id that was asked for, whether
// the answer repeats it or not.
func (a *API) Read(ctx context.Context, typ, id string) (schema.Object, error) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, err
	}
	req := Request{Op: fmt.Sprintf("read %s %s", o.Noun[0], id), Method: http.MethodGet, Path: o.Path + segment(id)}
	answer, err := a.Send(ctx, req)
	if err != nil {
		return schema.Object{}, err
	}
	return o.same(req, answer, id, false)
}

// Create makes an object. An answer that says yes but carries no id, or cannot
// be read, is of Kind Unanswered: the object is there, and a look-up finds it.
func (a *API) Create(ctx context.Context, typ string, values map[string]cty.Value) (schema.Object, error) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, err
	}
	body, err := o.Create(values)
	if err != nil {
		return schema.Object{}, unsendable("create "+o.Noun[0], err)
	}
	defer a.lists.forget()
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
	if o.Update == nil {
		return schema.Object{}, &provider.Error{Kind: provider.Refused, Op: fmt.Sprintf("update %s %s", o.Noun[0], id),
			Remedy: fmt.Sprintf("The API has no call that changes %s; make a new one in its place", o.Noun[1])}
	}
	body, err := o.Update(id, change)
	if err != nil || body == nil {
		return schema.Object{ID: id, Attrs: map[string]cty.Value{}}, err
	}
	defer a.lists.forget()
	req := Request{Op: fmt.Sprintf("update %s %s", o.Noun[0], id), Method: http.MethodPatch, Path: o.Path + segment(id), Body: body, Fields: o.Fields}
	answer, err := a.Send(ctx, req)
	if err != nil {
		return schema.Object{}, err
	}
	if answer.empty() {
		return schema.Object{ID: id, Attrs: map[string]cty.Value{}}, nil
	}
	return o.same(req, answer, id, true)
}

// Delete removes an object. A yes with a web page, such as that of a login, or with
// JSON that is none, is of Kind Malformed: it may be somebody else who answered.
func (a *API) Delete(ctx context.Context, typ, id string) error {
	o, err := a.operation(typ)
	if err != nil {
		return err
	}
	defer a.lists.forget()
	req := Request{Op: fmt.Sprintf("delete %s %s", o.Noun[0], id), Method: http.MethodDelete, Path: o.Path + segment(id)}
	answer, err := a.Send(ctx, req)
	if err == nil && (strings.Contains(answer.Type, "html") || strings.Contains(answer.Type, "json")) && !answer.empty() && !json.Valid(answer.Body) {
		err = malformed(req, answer, answer.unreadable(fmt.Errorf("it is not JSON")))
	}
	return err
}

func (a *API) operation(typ string) (*Operation, error) {
	if o, ok := a.Operations[typ]; ok {
		return o, nil
	}
	return nil, &provider.Error{Kind: provider.Failed, Op: "look up " + typ, Remedy: "There is no such type"}
}

// same reads one object and makes sure that it is the one that was asked for.
func (o *Operation) same(req Request, answer *Answer, id string, write bool) (schema.Object, error) {
	object, err := o.One(answer.Body, write)
	if err != nil {
		return schema.Object{}, malformed(req, answer, answer.unreadable(err))
	}
	if object.ID != "" && object.ID != id {
		return schema.Object{}, malformed(req, answer, fmt.Errorf("the answer is about %s %s", o.Noun[0], object.ID))
	}
	object.ID = id
	return object, nil
}

// segment is an id as the last part of a path. Dots are escaped where they
// would mean another folder.
func segment(id string) string {
	escaped := url.PathEscape(id)
	if id == "." || id == ".." {
		escaped = strings.ReplaceAll(id, ".", "%2E")
	}
	return "/" + escaped
}

// Single sends a request whose answer is one object, and reads it.
func Single(ctx context.Context, a *API, req Request, read func(body []byte) (schema.Object, error)) (schema.Object, error) {
	answer, err := a.Send(ctx, req)
	if err != nil {
		return schema.Object{}, err
	}
	object, err := read(answer.Body)
	if err == nil && object.ID == "" {
		err = fmt.Errorf("it carries no id")
	}
	if err != nil {
		return schema.Object{}, malformed(req, answer, answer.unreadable(err))
	}
	return object, nil
}
