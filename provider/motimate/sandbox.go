package motimate

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
)

// sandboxSecret is the client id, the client secret and the administrator's
// password of every embedded server. The server is reached from this machine
// alone and holds nobody's data.
const sandboxSecret = "sandbox"

// adminID is the account that every token belongs to. It is there from the
// beginning and cannot be deleted.
const adminID = 1

// adminEmail is the address of that account in a new store.
const adminEmail = "admin@example.org"

// Sandbox is the embedded server: the documented calls over a store of its own.
type Sandbox struct {
	chosen sandbox.Behaviour
	store  *sandbox.Store
	front  *sandbox.Front
	now    func() time.Time
	levels []string // by number; 0 stands outside the tree
	roles  []string // of a membership: a member's and a lead's

	users     *sandbox.Table[sandboxUser]
	groups    *sandbox.Table[sandboxGroup]
	positions *sandbox.Table[sandboxPosition]
	posts     *sandbox.Table[sandboxPost]
	files     *sandbox.Table[sandboxFile]

	byEmail, byPhone, byEmployee *sandbox.Unique // users
	inGroup, inPosition          *sandbox.Many   // users
	children                     *sandbox.Many   // groups by their parent
	bySibling                    *sandbox.Unique // groups by parent and name
	byPositionName, byImportID   *sandbox.Unique // positions
	inPostGroup, usingFile       *sandbox.Many   // posts
}

// NewSandbox opens the store and makes the server. An unknown switch, or a value
// that a switch cannot have, is an error that says which there are.
func NewSandbox(options provider.SandboxOptions) (*Sandbox, error) {
	chosen, err := sandbox.Choose(sandboxSwitches(), options.Behaviour)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{chosen: chosen, now: options.Now, levels: strings.Split(chosen["levels"], ","), roles: strings.Split(chosen["role_names"], ",")}
	if s.now == nil {
		s.now = time.Now
	}
	s.makeTables()
	if err := s.openStore(options); err != nil {
		return nil, err
	}
	front := sandbox.FrontOptions{Chosen: chosen, Store: s.store, Now: s.now, Log: options.Log, Refuse: writeError}
	if options.Observe != nil {
		front.Observe = func(x sandbox.Exchange) { options.Observe(provider.Exchange(x)) }
	}
	s.front, err = sandbox.NewFront(front)
	if err == nil {
		err = s.furnish()
	}
	if err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	s.front.Handle(s.routes())
	return s, nil
}

func (s *Sandbox) openStore(options provider.SandboxOptions) (err error) {
	o := sandbox.StoreOptions{Dir: options.Dir, Now: s.now, Replicas: s.chosen.Is("lag_jitter", "replicas")}
	if o.Lists, err = sandbox.ParseLag(s.chosen["lists_lag"]); err != nil {
		return err
	}
	if o.Singles, err = sandbox.ParseLag(s.chosen["singles_lag"]); err != nil {
		return err
	}
	ctx := options.Context
	if ctx == nil {
		ctx = context.Background()
	}
	s.store, err = sandbox.OpenStore(ctx, o, s.users, s.groups, s.positions, s.posts, s.files)
	return err
}

func (s *Sandbox) makeTables() {
	s.users = sandbox.NewTable[sandboxUser]("users")
	s.byEmail = s.users.Unique(func(u sandboxUser) string { return strings.ToLower(u.Email) })
	s.byPhone = s.users.Unique(func(u sandboxUser) string { return plainPhone(u.Phone) })
	s.byEmployee = s.users.Unique(func(u sandboxUser) string { return u.Employee })
	s.inGroup = s.users.Many(sandboxUser.groupIDs)
	s.inPosition = s.users.Many(func(u sandboxUser) []int64 { return u.Positions })
	s.groups = sandbox.NewTable[sandboxGroup]("groups")
	s.children = s.groups.Many(func(g sandboxGroup) []int64 { return []int64{g.Parent} })
	s.bySibling = s.groups.Unique(sandboxGroup.sibling)
	s.positions = sandbox.NewTable[sandboxPosition]("positions")
	s.byPositionName = s.positions.Unique(func(p sandboxPosition) string { return p.Name })
	s.byImportID = s.positions.Unique(func(p sandboxPosition) string { return p.ImportID })
	s.posts = sandbox.NewTable[sandboxPost]("posts")
	s.inPostGroup = s.posts.Many(func(p sandboxPost) []int64 { return p.Groups })
	s.usingFile = s.posts.Many(func(p sandboxPost) []int64 { return p.Files })
	s.files = sandbox.NewTable[sandboxFile]("files")
}

// furnish puts the administrator into a new store.
func (s *Sandbox) furnish() error {
	return s.store.Furnish(func(tx *sandbox.Tx) error {
		if _, ok := s.users.Get(adminID); ok {
			return nil
		}
		at := s.now().UnixMilli()
		return sandbox.Put(tx, s.users, adminID, sandboxUser{
			Email: adminEmail, First: "Sandbox", Last: "Administrator",
			Role: "organization_admin", Created: at, Updated: at,
		})
	})
}

// ServeHTTP serves one request.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.front.ServeHTTP(w, r) }

// StoreID tells one store from another; it stays with the folder.
func (s *Sandbox) StoreID() string { return s.store.ID() }

// Token is a token request that this server accepts.
func (s *Sandbox) Token(baseURL string) *provider.TokenRequest {
	params := url.Values{"grant_type": {"client_credentials"}, "client_id": {sandboxSecret}, "client_secret": {sandboxSecret}}
	if s.chosen.Is("grants", "password") {
		params = url.Values{"grant_type": {"password"}, "client_id": {sandboxSecret},
			"username": {adminEmail}, "password": {sandboxSecret}}
	}
	return &provider.TokenRequest{
		URL: strings.TrimSuffix(baseURL, "/") + "/oauth/token", Params: params, InQuery: true, TryOther: true,
	}
}

// Credentials are the settings that lead to the server and let a client in.
func (s *Sandbox) Credentials(address string) [][2]string {
	list := [][2]string{{"base_url", address}, {"client_id", sandboxSecret}}
	if s.chosen.Is("grants", "password") {
		return append(list, [2]string{"username", adminEmail}, [2]string{"password", sandboxSecret})
	}
	return append(list, [2]string{"client_secret", sandboxSecret})
}

// Switches are all behaviours that can be chosen.
func (s *Sandbox) Switches() []provider.Switch {
	var list []provider.Switch
	for _, one := range sandboxSwitches() {
		list = append(list, provider.Switch{Name: one.Name, Values: one.Values, Meaning: one.Meaning})
	}
	return list
}

// Close ends the requests that are under way, writes what is to be kept and
// frees the store.
func (s *Sandbox) Close() error {
	s.front.Close()
	return s.store.Close()
}
