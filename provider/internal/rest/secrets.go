package rest

import (
	"cmp"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// hidden are what must not be shown of the answer to a request: the secrets of
// the settings, and the token that it was sent with, which is added on the way and
// which an error may repeat.
func (a *API) hidden(sent *http.Request) []string {
	secrets := a.Secrets
	if sent != nil {
		if _, token, ok := strings.Cut(sent.Header.Get("Authorization"), " "); ok {
			secrets = append(slices.Clone(secrets), token)
		}
	}
	return secrets
}

// shown is a text of the answer without the secrets in it.
func (a *Answer) shown(text string) string { return without(text, forms(a.secrets)) }

// forms are the secrets as they are and as addresses, web pages and JSON write
// them, the longest first, so that one within another leaves no rest.
func forms(secrets []string) []string {
	var list []string
	for _, secret := range secrets {
		quoted, _ := json.Marshal(secret) // a text can always be written
		list = append(list, secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), string(quoted[1:len(quoted)-1]))
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(list)
}

// without takes texts out of another. What is shorter than three bytes is in every
// other word, and guessed in no time.
func without(text string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= 3 {
			text = strings.ReplaceAll(text, secret, "(secret)")
		}
	}
	return text
}
