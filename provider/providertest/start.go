package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
)

// Start serves a provider's sandbox in memory, with these behaviours, for as
// long as the test runs, and returns a client for it made from these settings
// of the provider block (sandbox = true is added).
func Start(t testing.TB, p provider.Provider, behaviour map[string]string, settings map[string]cty.Value) provider.Client {
	t.Helper()
	server, err := p.Sandbox(provider.SandboxOptions{Behaviour: behaviour})
	if err != nil {
		t.Fatal(err)
	}
	return Serve(t, p, server, settings)
}

// Serve is Start for a sandbox that was made before. It is closed with the test.
func Serve(t testing.TB, p provider.Provider, server provider.Sandbox, settings map[string]cty.Value) provider.Client {
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
	return p.Open(connection, &http.Client{Transport: bearer{token, transport}})
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
	target, body := request.URL, request.Params.Encode()
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

// bearer adds a token.
type bearer struct {
	token string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}
