package providertest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
)

// Start serves a provider's sandbox in memory, with these behaviours, for as
// long as the test runs, and returns a client for it made from these settings
// of the provider block (sandbox = true is added). A token that is refused is
// renewed and the call repeated, which every call of a client must bear.
func Start(t testing.TB, p provider.Provider, behaviour map[string]string, settings map[string]cty.Value) provider.Client {
	t.Helper()
	server, err := p.Sandbox(provider.SandboxOptions{Behaviour: behaviour})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, p, server, settings, true)
}

// Serve is Start for a sandbox that was made before, with one token that is never
// renewed. The sandbox is closed with the test.
func Serve(t testing.TB, p provider.Provider, server provider.Sandbox, settings map[string]cty.Value) provider.Client {
	t.Helper()
	return serve(t, p, server, settings, false)
}

func serve(t testing.TB, p provider.Provider, server provider.Sandbox, settings map[string]cty.Value, renew bool) provider.Client {
	t.Helper()
	listening := httptest.NewServer(server)
	t.Cleanup(func() {
		listening.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	connection := Connect(t, p, settings)
	connection.BaseURL = listening.URL
	connection.Tenant = "sandbox:" + server.StoreID()
	connection.Token = server.Token(listening.URL)
	token, err := Token(context.Background(), connection.Token)
	if err != nil {
		t.Fatal(err)
	}
	transport := listening.Client().Transport.(*http.Transport)
	transport.MaxIdleConnsPerHost = 10
	b := &bearer{token: token, next: transport}
	if renew {
		b.request = connection.Token
	}
	return p.Open(connection, &http.Client{Transport: b})
}

// Connect makes a connection to a sandbox from settings.
func Connect(t testing.TB, p provider.Provider, settings map[string]cty.Value) *provider.Connection {
	t.Helper()
	all := map[string]cty.Value{"sandbox": cty.True}
	for name, v := range settings {
		all[name] = v
	}
	connection, problems := p.Connect(all, func(string) string { return "" })
	for _, problem := range problems {
		t.Error(problem)
	}
	if connection == nil {
		t.FailNow()
	}
	return connection
}

// Token makes a token call as it is described, without any other try.
func Token(ctx context.Context, request *provider.TokenRequest) (string, error) {
	target, body := request.URL, tokenParams(request, time.Now()).Encode()
	if request.InQuery {
		target, body = target+"?"+body, ""
	}
	hr, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if !request.InQuery {
		hr.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := http.DefaultClient.Do(hr)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
		return "", fmt.Errorf("no token: HTTP %d", response.StatusCode)
	}
	return answer.AccessToken, nil
}

// tokenParams are the parameters of a token call at a time.
func tokenParams(request *provider.TokenRequest, now time.Time) url.Values {
	params := url.Values{}
	for name, values := range request.Params {
		params[name] = values
	}
	if request.Timestamp != "" {
		params.Set(request.Timestamp, strconv.FormatInt(now.UnixMilli(), 10))
	}
	if s := request.Signature; s != nil {
		mac := hmac.New(sha256.New, []byte(params.Get(s.Key)))
		for _, name := range s.Over {
			mac.Write([]byte(params.Get(name)))
		}
		params.Set(s.Param, base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
	}
	return params
}

// bearer adds a token. With a request for another, a call whose token is refused
// is repeated once with a new one.
type bearer struct {
	next    http.RoundTripper
	request *provider.TokenRequest

	mu    sync.Mutex
	token string
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	token := b.token
	b.mu.Unlock()
	response, err := b.send(r, token)
	if err != nil || b.request == nil || response.StatusCode != http.StatusUnauthorized && response.StatusCode != http.StatusForbidden {
		return response, err
	}
	response.Body.Close()
	if token, err = Token(r.Context(), b.request); err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.token = token
	b.mu.Unlock()
	return b.send(r, token)
}

func (b *bearer) send(r *http.Request, token string) (*http.Response, error) {
	copied := r.Clone(r.Context())
	copied.Header.Set("Authorization", "Bearer "+token)
	if r.Body != nil {
		if r.GetBody == nil {
			return nil, fmt.Errorf("the body of %s %s cannot be sent again", r.Method, r.URL.Path)
		}
		var err error
		if copied.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return b.next.RoundTrip(copied)
}
