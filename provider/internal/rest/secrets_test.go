package rest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/schema"
)

// TestNoSecretComesBack has a server repeat a secret of the settings and the token
// in every way, also where its words are cut short.
func TestNoSecretComesBack(t *testing.T) {
	const secret, token = `hush&"quiet"/+ö`, "t0ken-of-the-run"
	for _, test := range []struct {
		name   string
		status int
		kind   string
		body   string
	}{
		{"a message", 422, "application/json", `{"message":"what is hush&\"quiet\"/+ö, Bearer t0ken-of-the-run?"}`},
		{"fields", 422, "application/json", `{"errors":{"email":["hush&\"quiet\"/+ö"]}}`},
		{"an address", 404, "application/json", `{"message":"no /oauth/token?client_secret=hush%26%22quiet%22%2F%2B%C3%B6 here"}`},
		{"a long message", 422, "application/json", `{"message":"` + strings.Repeat("x", 295) + `t0ken-of-the-run"}`},
		{"a page", 500, "text/html", `<title>bad hush&amp;&#34;quiet&#34;/+ö</title>`},
		{"plain text", 403, "text/plain", strings.Repeat("x", 70) + `t0ken-of-the-run`},
		{"plain text of a yes", 200, "text/plain", strings.Repeat("x", 70) + `t0ken-of-the-run`},
		{"JSON of a yes", 200, "application/json", `{"data":{"id":{"t0ken-of-the-run":1}}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			a := &API{HTTP: &http.Client{Transport: withToken(token)}, Base: server.URL, Secrets: []string{"hush", secret}, Operations: map[string]*Operation{
				"thing": {Noun: [2]string{"thing", "things"}, Path: "/things", One: func(body []byte, _ bool) (schema.Object, error) {
					read, err := Data[struct {
						ID Text `json:"id"`
					}](body)
					return schema.Object{ID: read.ID.Value}, err
				}},
			}}
			_, err := a.Read(context.Background(), "thing", "1", nil)
			if err == nil {
				t.Fatal("the call went well")
			}
			said := err.Error()
			for _, part := range []string{"hush", "quiet", "t0ken"} {
				if strings.Contains(said, part) {
					t.Errorf("%q shows %q", said, part)
				}
			}
		})
	}
}

// withToken sends a token, as the chain before the network does.
type withToken string

func (w withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.Header.Set("Authorization", "Bearer "+string(w))
	return http.DefaultTransport.RoundTrip(sent)
}
