package moxtra

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
)

// sandboxSecret is the client id and the client secret of every embedded server.
// The server is reached from this machine alone and holds nobody's data.
const sandboxSecret = "sandbox"

// sandboxIdentity is the unique id of the account that a token is asked for, the
// first of the samples.
const sandboxIdentity = "A122d3s8sj"

// Sandbox is the embedded server: the documented calls over a store of its own.
type Sandbox struct {
	chosen sandbox.Behaviour
	store  *sandbox.Store
	front  *sandbox.Front
	now    func() time.Time
	routes []sandboxRoute
	sample sandboxSample

	users    *sandbox.Table[sandboxUser]
	pictures *sandbox.Table[sandboxPicture] // by the number of their user
	teams    *sandbox.Table[sandboxTeam]

	byID, byUnique, byEmail *sandbox.Unique // users
	byTeamID                *sandbox.Unique // teams
	inTeam                  *sandbox.Many   // teams by their members

	mu      sync.Mutex
	refresh map[string]int64 // whose token a refresh token renews
}

// NewSandbox opens the store and makes the server. An unknown switch, or a value
// that a switch cannot have, is an error that says which there are.
func NewSandbox(options provider.SandboxOptions) (*Sandbox, error) {
	chosen, err := sandbox.Choose(sandboxSwitches(), options.Behaviour)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{chosen: settle(chosen), now: options.Now, refresh: map[string]int64{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.sample, err = readSample(); err != nil {
		return nil, err
	}
	s.makeTables()
	if err := s.openStore(options); err != nil {
		return nil, err
	}
	front := sandbox.FrontOptions{Chosen: s.chosen, Store: s.store, Now: s.now, Log: options.Log, Refuse: s.refuseFront}
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
	s.routes = s.allRoutes()
	s.front.Handle(http.HandlerFunc(s.route))
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
	s.store, err = sandbox.OpenStore(ctx, o, s.users, s.pictures, s.teams)
	return err
}

func (s *Sandbox) makeTables() {
	s.users = sandbox.NewTable[sandboxUser]("users")
	s.byID = s.users.Unique(func(u sandboxUser) string { return u.ID })
	s.byUnique = s.users.Unique(func(u sandboxUser) string { return u.UniqueID })
	s.byEmail = s.users.Unique(func(u sandboxUser) string { return strings.ToLower(u.Email) })
	s.pictures = sandbox.NewTable[sandboxPicture]("pictures")
	s.teams = sandbox.NewTable[sandboxTeam]("teams")
	s.byTeamID = s.teams.Unique(func(t sandboxTeam) string { return t.ID })
	s.inTeam = s.teams.Many(sandboxTeam.users)
}

// ServeHTTP serves one request.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.front.ServeHTTP(w, r) }

// StoreID tells one store from another; it stays with the folder.
func (s *Sandbox) StoreID() string { return s.store.ID() }

// Token is a token request that this server accepts, for the base URL it is served
// under, with or without the prefix of its paths.
func (s *Sandbox) Token(baseURL string) *provider.TokenRequest {
	return &provider.TokenRequest{
		URL: s.base(baseURL) + "/oauth/token",
		Params: url.Values{"grant_type": {sandboxGrant}, "client_id": {sandboxSecret}, "client_secret": {sandboxSecret},
			"uniqueid": {sandboxIdentity}},
		Timestamp: "timestamp",
		Signature: &provider.Signature{Param: "signature", Key: "client_secret", Over: []string{"client_id", "uniqueid", "timestamp"}},
		InQuery:   s.chosen.Is("token_params", "query"), TryOther: true,
	}
}

// Credentials are the settings that lead to the server and let a client in.
func (s *Sandbox) Credentials(address string) [][2]string {
	return [][2]string{{"base_url", s.base(address)}, {"client_id", sandboxSecret}, {"client_secret", sandboxSecret}, {"unique_id", sandboxIdentity}}
}

// base is the address of the API of a server that is served at an address, which may
// have the prefix of its paths already.
func (s *Sandbox) base(address string) string {
	address = strings.TrimSuffix(address, "/")
	if s.chosen.Is("prefix", "v1") && !strings.HasSuffix(address, sandboxPrefix) {
		return address + sandboxPrefix
	}
	return address
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
