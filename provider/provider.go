package provider

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Provider is one vendor. Everything but Open and Sandbox is data or a pure
// function; nothing here reaches a network.
type Provider interface {
	// Name is the word of the provider block and the prefix of its types.
	Name() string
	// Settings are the attributes of the provider block.
	Settings() []schema.Attribute
	// Types and Data are the resource types and data sources, indexed.
	Types() []*schema.Type
	Data() []*schema.Type
	// Manual is what the reference pages say beyond settings and types.
	Manual() Manual
	// Connect checks the settings of one provider block (null where left out)
	// and says as data how to reach the vendor. env looks up environment
	// variables. All mistakes are returned at once; with any, the Connection is
	// nil.
	Connect(settings map[string]cty.Value, env func(string) string) (*Connection, []SettingError)
	// Open makes a client that speaks through hc, which adds the token, obeys the
	// budget and retries what is safe. It makes no call.
	Open(c *Connection, hc *http.Client) Client
	// Sandbox makes the vendor's embedded server.
	Sandbox(options SandboxOptions) (Sandbox, error)
}

// SettingError is one mistake in a provider block.
type SettingError struct {
	Setting string // the attribute, or "" for the whole block
	Problem string // what is wrong
	Remedy  string // what to do
}

func (e SettingError) Error() string { return e.What() + ". " + e.Remedy }

// What says what is wrong with which setting, without the remedy.
func (e SettingError) What() string {
	switch {
	case e.Setting == "":
		return e.Problem
	case strings.HasPrefix(e.Problem, "is "):
		return e.Setting + " " + e.Problem
	}
	return e.Setting + ": " + e.Problem
}

// Connection says as data how to reach one tenant.
type Connection struct {
	// Provider is the vendor's name.
	Provider string
	// BaseURL is scheme, host and optional path prefix, without a final slash.
	// It is empty while Sandbox is set: the caller starts the server and fills
	// BaseURL, Tenant and Token from it.
	BaseURL string
	// Sandbox asks for the embedded server.
	Sandbox bool
	// Tenant is what the state records: the address without secrets, or
	// "sandbox:" and the store's id.
	Tenant string
	// AccessToken is a token that was given; Token says how to get one. At most
	// one is set.
	AccessToken string
	Token       *TokenRequest
	// Levels are the tree levels, highest first; empty when the configuration
	// does not name them.
	Levels []Level
	// ReadLag is how long a read may show the world before a write.
	ReadLag time.Duration
	// Removal says what happens to a person gone from the configuration:
	// "refuse", "strip", "forget" or "delete".
	Removal string
	// Mutable names, by type, attributes that are CreateOnly by their type but
	// that these settings allow to be changed on an existing object.
	Mutable map[string][]string
	// Secrets are values that must not be shown anywhere.
	Secrets []string
	// Settings are the settings that are not secret, for a saved plan.
	Settings map[string]cty.Value
	// Private is the provider's own, carried from Connect to Open.
	Private any
}

// Level is one level of the tree: the stable name the configuration uses and
// what it is called live.
type Level struct{ Name, Live string }

// TokenRequest is a token call as data.
type TokenRequest struct {
	URL string
	// Params are the parameters, secrets included.
	Params url.Values
	// InQuery sends Params in the query string, as the vendor documents;
	// otherwise they are a form body.
	InQuery bool
	// TryOther sends the same parameters the other way when the server refuses
	// the first for a reason that is not the credentials.
	TryOther bool
	// Timestamp names the parameter that takes the time of the call, in milliseconds
	// since 1970; empty for none.
	Timestamp string
	// Signature is worked out when all other parameters are known; nil for none.
	Signature *Signature
	// Settings are the settings of the provider block that the credentials come from,
	// for messages.
	Settings []string
}

// Signature is a parameter of a token call: the HMAC-SHA256 of the values of other
// parameters, joined in this order, in base64url without padding.
type Signature struct {
	Param string   // the parameter that takes it
	Key   string   // the parameter whose value is the key
	Over  []string // the parameters whose values are signed
}

// Client reaches one tenant. Its methods may be called from many goroutines.
// Errors are *Error where the vendor answered or failed to.
type Client interface {
	// List returns all objects of a resource type, reading every page.
	List(ctx context.Context, typ string) (Listing, error)
	// Forget drops what is kept of lists, so that the next List reads anew. Every
	// write does so by itself.
	Forget()
	// Read returns one object; Kind NotFound where there is none.
	// known is what the state has of it, nil for nothing: a client that can tell that
	// some of that still holds need not read it again. The id that comes back is the
	// object's own, also where it was asked for by an alias (see schema.Type.Lookup).
	// With an error of Kind Malformed may come an object: it is there, and what it is
	// like beyond these attributes cannot be told.
	Read(ctx context.Context, typ, id string, known map[string]cty.Value) (schema.Object, error)
	// Changed lists the objects of a type that have changed after a time of the
	// server's clock. more is told each page and says whether to read the next.
	Changed(ctx context.Context, typ string, after time.Time, more func(page []schema.Object) bool) (Changes, error)
	// Create makes an object of the attributes given and returns what the server
	// answered: the id always, attributes as far as the answer carries them. An
	// attribute of PurposeSource holds the absolute path of a file, which is read
	// while it is sent.
	Create(ctx context.Context, typ string, values map[string]cty.Value) (schema.Object, error)
	// Update changes one object in one call.
	Update(ctx context.Context, typ, id string, change Change) (schema.Object, error)
	// Delete removes one object; Kind NotFound where it is gone already.
	Delete(ctx context.Context, typ, id string) error
	// Data reads a data source: args are its configured arguments (null where
	// left out), the result all its attributes.
	Data(ctx context.Context, typ string, args map[string]cty.Value) (map[string]cty.Value, error)
	// Self is the account that holds the token.
	Self(ctx context.Context) (schema.Object, error)
}

// Listing is what a list call brought.
type Listing struct {
	Objects []schema.Object
	// Date is the server's clock at the first page; zero if it sent none.
	Date time.Time
	// Calls is the number of requests spent.
	Calls int
}

// Changes is what a listing of changed objects brought.
type Changes struct {
	Objects []schema.Object
	// Whole is set if all pages were read.
	Whole bool
	// None says that the vendor has no list of changes at all.
	None bool
	// Unusable says why the server cannot be asked for what has changed: it refuses
	// the question, or answers it with what has not changed. It is empty if it can.
	Unusable string
}

// Change is an update: all attributes before and after, as far as known, and
// the names of those that change.
type Change struct {
	// Before holds what is live, After what shall be. For memberships both are
	// complete sets, so that one request can end right on servers that merge and
	// on servers that replace.
	Before, After map[string]cty.Value
	Changed       []string
}

// Has reports whether the attribute changes.
func (c Change) Has(attr string) bool {
	for _, name := range c.Changed {
		if name == attr {
			return true
		}
	}
	return false
}

// SandboxOptions says how an embedded server is made.
type SandboxOptions struct {
	// Dir holds its data; empty keeps them in memory.
	Dir string
	// Behaviour are switches by name, for the points on which the vendor's
	// documentation is silent; an unknown name is an error that lists the known.
	Behaviour map[string]string
	// Log gets a line for each request, from many goroutines; nil for none.
	Log func(line string)
	// Observe gets each request when it is over, in the order of their ends and
	// never two at once; nil for none. When Close has returned, it has had all.
	Observe func(Exchange)
	// Now is the server's clock; nil is the computer's.
	Now func() time.Time
	// Context bounds the wait for a store that another process has open; nil
	// waits for as long as it takes.
	Context context.Context
}

// Exchange is a request to a sandbox that is over.
type Exchange struct {
	Number int // among all requests, from 1 on
	Method string
	Path   string // as it was sent, with its escapes
	Query  string
	Type   string // the content type of Body, as it was sent
	// Body is the request's. Partial is set where it is the beginning, 1 MiB
	// long, of a longer one.
	Body    []byte
	Partial bool
	// Status and Answer are what the server decided. A status of 0 is that of a
	// request that a fault kept away: it was not carried out.
	Status     int
	AnswerType string // the content type of Answer
	Answer     []byte
	// Fate names the fault, several with a + between; it is empty for none.
	Fate string
	// Delivered reports that the client was given the answer as it was. Whether
	// it lived to read it, no server can tell.
	Delivered bool
}

// Sandbox is an embedded server, ready to be served.
type Sandbox interface {
	http.Handler
	// StoreID tells one store of data from another.
	StoreID() string
	// Token is a token request that the server accepts, for the base URL it is
	// served under.
	Token(baseURL string) *TokenRequest
	// Credentials are the settings of a provider block that lets a client in, where the
	// server is served at an address, as names and values in the order in which they
	// are shown. The first is the address of the API.
	Credentials(address string) [][2]string
	// Switches are the names of the behaviours with their values and a text.
	Switches() []Switch
	// Close ends the requests that are under way, writes what is to be kept and
	// frees the store.
	Close() error
}

// Switch is one behaviour of a sandbox.
type Switch struct {
	Name    string
	Values  []string // the first is the default
	Meaning string
}
