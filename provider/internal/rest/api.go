package rest

import (
	"context"
	"errors"
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
	// Verdict is the status that the body of a 2xx means, where a server answers so
	// and says in the body that it has failed; 0 is a failure of no known status.
	// Nil where the HTTP status says all.
	Verdict func(body []byte) int
	// Remedies say what to do about a status, where that is not the usual.
	Remedies map[int]string
	// Operations is the table, by resource type.
	Operations map[string]*Operation

	lists   memo[provider.Listing]
	kept    memo[*Answer]
	filters filters
	sizes   sizes
}

// Operation says how objects of one type are read and written.
type Operation struct {
	// Noun is the word for one and for many.
	Noun [2]string
	// Path is the collection's; an object's is Path, a slash, the id, and Under, such
	// as "/photo" of what each object of the collection has one of.
	Path, Under string
	// Alias may stand in a path for the id of an object that only the server knows,
	// such as the one of the account; empty for none.
	Alias string
	// Kept says that a reading of one object is kept, and given to everybody who asks
	// until anything is written.
	Kept bool
	// One reads a body that carries a single object. With answer set it is the
	// answer to a write, in which what is absent is not known.
	One func(body []byte, answer bool) (schema.Object, error)
	// Listed is the path of the list, where it is not Path.
	Listed string
	// Pages makes the reader of one listing, which is given page after page and
	// may remember across them. Cursor takes its place where a page says where the
	// next one begins. With neither there is no list, and List returns nothing.
	Pages  func() func(body []byte) ([]schema.Object, error)
	Cursor *Cursor
	// Create and Update write bodies. A nil body of an update means that nothing
	// has to be sent; a nil function, that there is no such call.
	Create func(values map[string]cty.Value) (*Body, error)
	Update func(id string, change provider.Change) (*Body, error)
	// Changing is the method that changes an object; PATCH if it is empty.
	Changing string
	// Undying says that there is no call that deletes an object.
	Undying bool
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
// the answer repeats it or not; asked for by an alias, it has its own.
func (a *API) Read(ctx context.Context, typ, id string, _ map[string]cty.Value) (schema.Object, error) {
	o, err := a.operation(typ)
	if err != nil {
		return schema.Object{}, err
	}
	req := o.request("read", http.MethodGet, id)
	send := a.Send
	if o.Kept {
		send = a.Get
	}
	answer, err := send(ctx, req)
	if err != nil {
		return schema.Object{}, err
	}
	object, err := o.same(req, answer, id, false)
	if err == nil && object.ID != id && o.Kept {
		a.kept.also(req.key(), o.request("read", http.MethodGet, object.ID).key()) // an alias is read once
	}
	return object, err
}

// key is what a reading is kept under.
func (r Request) key() string { return r.Path + "?" + r.Query.Encode() }

// Get is Send for a reading that is kept and given to everybody who asks for the
// same, until anything is written. What it returns is shared and must not be
// changed.
func (a *API) Get(ctx context.Context, req Request) (*Answer, error) {
	answer, _, err := a.kept.get(ctx, req.key(), func(ctx context.Context) (*Answer, error) {
		return a.Send(ctx, req)
	})
	return answer, err
}

// GetAs is Get with a reader of the answer's body; what that cannot use is of Kind
// Malformed.
func (a *API) GetAs(ctx context.Context, req Request, read func(body []byte) error) error {
	answer, err := a.Get(ctx, req)
	if err != nil {
		return err
	}
	if err := read(answer.Body); err != nil {
		return malformed(req, answer, answer.unreadable(err))
	}
	return nil
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
	if id == o.Alias && id != "" {
		if object.ID == "" {
			return schema.Object{}, malformed(req, answer, answer.unreadable(errNoID))
		}
		return object, nil
	}
	if object.ID != "" && object.ID != id {
		return schema.Object{}, malformed(req, answer, fmt.Errorf("the answer is about %s %s", o.Noun[0], object.ID))
	}
	object.ID = id
	return object, nil
}

// request is a call about one object. An empty id leaves a path that Send refuses.
func (o *Operation) request(what, method, id string) Request {
	path := o.Path + Segment(id)
	if id != "" {
		path += o.Under
	}
	return Request{Op: fmt.Sprintf("%s %s %s", what, o.Noun[0], id), Method: method, Path: path}
}

var errNoID = errors.New("it carries no id")

// Segment is an id as a part of a path, with the slash before it. Dots are escaped
// where they would mean another folder.
func Segment(id string) string {
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
		err = errNoID
	}
	if err != nil {
		return schema.Object{}, malformed(req, answer, answer.unreadable(err))
	}
	return object, nil
}
