package transport

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// BenchmarkCall is what the chain itself adds to a call: the server is a
// function.
func BenchmarkCall(b *testing.B) {
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			io.Copy(io.Discard, req.Body)
			req.Body.Close()
		}
		if strings.HasSuffix(req.URL.Path, "/token") {
			return reply(req, 200, `{"access_token":"abcdefgh","expires_in":3600}`), nil
		}
		resp := reply(req, 201, `{"data":{"id":17,"name":"Oslo"}}`)
		resp.Header.Set("Ratelimit", "limit=2000000000, remaining=1999999999, reset=543")
		return resp, nil
	})
	client, meter := New(Options{
		Base: base, UserAgent: "espalier/1", Secrets: []string{"a long secret"}, Allowance: NewAllowance(2_000_000_000),
		OnWait: func(string, time.Time) {},
		Token:  &Token{URL: "https://api.example.org/token", Params: url.Values{"client_secret": {"a long secret"}}},
	})
	meter.Expect(10_000)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		b.Run(method, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req, err := http.NewRequestWithContext(b.Context(), method, "https://api.example.org/things", strings.NewReader(`{"name":"Oslo"}`))
					if err != nil {
						b.Fatal(err)
					}
					resp, err := client.Do(req)
					if err != nil {
						b.Fatal(err)
					}
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			})
		})
	}
}
