package motimate

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// token serves POST /oauth/token. Errors have the shape that OAuth gives them,
// as none is documented.
func (s *Sandbox) token(w http.ResponseWriter, r *http.Request) {
	get := r.URL.Query().Get
	if err := r.ParseForm(); err != nil {
		tokenError(w, http.StatusBadRequest, "invalid_request", "the body is not a form")
		return
	}
	switch {
	case s.chosen.Is("token_params", "form"), s.chosen.Is("token_params", "both") && r.PostForm.Get("grant_type") != "":
		get = r.PostForm.Get
	}
	id, secret := get("client_id"), get("client_secret")
	switch grant := get("grant_type"); {
	case grant == "":
		tokenError(w, http.StatusBadRequest, "invalid_request", "grant_type is missing")
	case grant != "password" && grant != "client_credentials", !s.chosen.Is("grants", "both") && !s.chosen.Is("grants", grant):
		tokenError(w, http.StatusBadRequest, "unsupported_grant_type", "there is no such grant")
	case id != sandboxSecret || secret != sandboxSecret && (grant == "client_credentials" || secret != ""):
		tokenError(w, http.StatusUnauthorized, "invalid_client", "the client id or the client secret is wrong")
	case grant == "password" && !s.isAdmin(get("username"), get("password")):
		tokenError(w, http.StatusBadRequest, "invalid_grant", "the user name or the password is wrong, or the user is no administrator")
	default:
		token, life, ok := s.front.Tokens.Issue()
		if !ok {
			tokenError(w, http.StatusUnauthorized, "invalid_client", "the client is no longer accepted")
			return
		}
		body, _ := json.Marshal(map[string]any{
			"access_token": token, "token_type": "Bearer", "expires_in": int(life / time.Second),
			"refresh_token": "", "created_at": s.now().Unix(),
		})
		writeBody(w, http.StatusOK, body)
	}
}

func tokenError(w http.ResponseWriter, status int, code, text string) {
	body, _ := json.Marshal(map[string]string{"error": code, "error_description": text})
	writeBody(w, status, body)
}

func (s *Sandbox) isAdmin(username, password string) (ok bool) {
	s.store.Read(func() {
		id, found := s.byEmail.Find(strings.ToLower(username))
		user, _ := s.users.Get(id)
		ok = found && !user.Gone && user.Role == "organization_admin" && password == sandboxSecret
	})
	return ok
}
