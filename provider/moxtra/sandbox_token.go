package moxtra

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxGrant is the name of the grant that a unique id is good for [auth].
const sandboxGrant = "http://www.moxtra.com/auth_uniqueid"

// grantError is a refusal of a token call, in the terms of OAuth.
type grantError struct {
	status     int
	code, text string
}

func (e *grantError) Error() string { return e.text }

// token serves POST /oauth/token. Its answer has no envelope [auth]; the shape
// of its errors is that of OAuth, as none is documented.
func (s *Sandbox) token(w http.ResponseWriter, r *http.Request) {
	user, refused := s.grant(r)
	if refused == nil {
		if text, life, ok := s.front.Tokens.Issue(); ok {
			writeBody(w, http.StatusOK, sandboxJSON, s.tokenAnswer(text, life, user))
			return
		}
		refused = &grantError{http.StatusUnauthorized, "invalid_client", "the client is no longer accepted"}
	}
	if !s.chosen.Is("errors", "envelope") {
		s.writeError(w, refused.status, refused.text)
		return
	}
	writeBody(w, refused.status, sandboxJSON, fmt.Appendf(nil, `{"error":%s,"error_description":%s}`, inQuotes(refused.code), inQuotes(refused.text)))
}

// tokenAnswer is a token with what goes with it. The token itself says whose it is.
func (s *Sandbox) tokenAnswer(text string, life time.Duration, user int64) []byte {
	seconds := strconv.Itoa(int(life / time.Second))
	if s.chosen.Is("expires_in", "text") {
		seconds = inQuotes(seconds)
	}
	body := fmt.Appendf(nil, `{"access_token":"%s-%d","token_type":"bearer","expires_in":%s,"scope":"read write"`, text, user, seconds)
	if s.chosen.Is("refresh", "given") {
		s.mu.Lock()
		s.refresh["r"+text] = user
		s.mu.Unlock()
		body = fmt.Appendf(body, `,"refresh_token":"r%s"`, text)
	}
	return append(body, '}')
}

// holder is the user whose token it is. One that is not good is nobody's.
func (s *Sandbox) holder(token string) (int64, bool) {
	text, number, _ := strings.Cut(token, "-")
	user, err := strconv.ParseInt(number, 10, 64)
	return user, err == nil && s.front.Tokens.Use(text)
}

// grant says whose token a call is for.
func (s *Sandbox) grant(r *http.Request) (int64, *grantError) {
	params, err := s.tokenParams(r)
	if err != nil {
		return 0, &grantError{http.StatusBadRequest, "invalid_request", err.Error()}
	}
	switch grant := params.Get("grant_type"); {
	case grant == "":
		return 0, &grantError{http.StatusBadRequest, "invalid_request", "grant_type is missing"}
	case grant != sandboxGrant && grant != "refresh_token":
		return 0, &grantError{http.StatusBadRequest, "unsupported_grant_type", "there is no such grant"}
	case params.Get("client_id") != sandboxSecret || params.Get("client_secret") != sandboxSecret:
		return 0, &grantError{http.StatusUnauthorized, "invalid_client", "the client id or the client secret is wrong"}
	case grant == "refresh_token":
		return s.renewed(params.Get("refresh_token"))
	}
	if refused := s.checkSigned(params); refused != nil {
		return 0, refused
	}
	return s.identified(params)
}

// tokenParams are the parameters of a token call, from where this server takes them.
func (s *Sandbox) tokenParams(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("the body is not a form")
	}
	inBody := r.PostForm.Get("grant_type") != ""
	if s.chosen.Is("token_params", "body") || s.chosen.Is("token_params", "both") && inBody {
		return r.PostForm, nil
	}
	return r.URL.Query(), nil
}

// renewed is the user whose refresh token it is. It is good for one renewal.
func (s *Sandbox) renewed(token string) (int64, *grantError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, ok := s.refresh[token]
	if !ok {
		return 0, &grantError{http.StatusBadRequest, "invalid_grant", "the refresh token is wrong or was used"}
	}
	delete(s.refresh, token)
	return user, nil
}

// clockSlack is how far a timestamp may be from the server's clock, where that is
// checked.
const clockSlack = 5 * time.Minute

// checkSigned checks the time of a call and its signature.
func (s *Sandbox) checkSigned(params url.Values) *grantError {
	at, err := strconv.ParseInt(params.Get("timestamp"), 10, 64)
	if err != nil {
		return &grantError{http.StatusBadRequest, "invalid_request", "timestamp is missing or no number of milliseconds"}
	}
	if off := s.now().Sub(time.UnixMilli(at)); s.chosen.Is("timestamp", "5m") && off.Abs() > clockSlack {
		return &grantError{http.StatusUnauthorized, "invalid_grant", "the timestamp is more than 5 minutes off"}
	}
	given := params.Get("signature")
	if given == "" && s.chosen.Is("signature", "optional") {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(sandboxSecret))
	mac.Write([]byte(params.Get("client_id") + params.Get("uniqueid") + params.Get("timestamp")))
	if given != base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) {
		return &grantError{http.StatusUnauthorized, "invalid_grant", "the signature is missing or wrong"}
	}
	return nil
}

// identified is the user of a unique id, who is made if there is none [clients].
func (s *Sandbox) identified(params url.Values) (id int64, refused *grantError) {
	unique, org := params.Get("uniqueid"), params.Get("orgid")
	if unique == "" {
		return 0, &grantError{http.StatusBadRequest, "invalid_request", "uniqueid is missing"}
	}
	if org != "" && org != sandboxOrg {
		return 0, &grantError{http.StatusBadRequest, "invalid_grant", "there is no such org"}
	}
	err := s.store.Write(func(tx *sandbox.Tx) error {
		var found bool
		if id, found = s.byUnique.Find(unique); found {
			return nil
		}
		if s.chosen.Is("unknown_user", "refused") {
			return &grantError{http.StatusUnauthorized, "invalid_grant", "there is no user with this unique id"}
		}
		user := sandboxUser{UniqueID: unique, OrgID: org, FirstName: params.Get("firstname"), LastName: params.Get("lastname"),
			Timezone: params.Get("timezone"), PictureURI: params.Get("pictureurl")}
		var err error
		id, err = s.addUser(tx, user)
		return err
	})
	switch err := err.(type) {
	case nil:
		return id, nil
	case *grantError:
		return 0, err
	}
	return 0, &grantError{http.StatusInternalServerError, "server_error", err.Error()}
}
