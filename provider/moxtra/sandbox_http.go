package moxtra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// call serves one call of an account whose token was accepted. A *denial is an
// answer too.
type call func(*asked) (reply, error)

// asked is what an account asks for.
type asked struct {
	*http.Request
	args map[string]string // what stands in the path
	me   int64             // the account
}

// reply is an answer: what stands under data, or a picture, or where it is. The zero
// value is an answer without data.
type reply struct {
	data     []byte
	kind     string // the media type of content
	content  []byte
	location string
}

// denial is a refusal with its status.
type denial struct {
	status  int
	message string
}

func (d *denial) Error() string { return d.message }

// refuse is a refusal for what was sent.
func refuse(format string, args ...any) error {
	return &denial{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func noSuch(noun string) error {
	return &denial{http.StatusNotFound, "there is no such " + noun}
}

// guarded checks the token, serves the call and writes its answer.
func (s *Sandbox) guarded(w http.ResponseWriter, r *http.Request, args map[string]string, serve call) {
	q := &asked{Request: r, args: args}
	if !s.openToAll(r) {
		token := givenToken(r)
		var ok bool
		if q.me, ok = s.holder(token); !ok {
			s.denyToken(w, token)
			return
		}
	}
	answer, err := serve(q)
	var refused *denial
	switch {
	case errors.As(err, &refused):
		s.deny(w, refused)
	case err != nil:
		s.writeError(w, http.StatusInternalServerError, err.Error())
	case answer.location != "":
		w.Header().Set("Location", answer.location)
		w.WriteHeader(http.StatusFound)
	case answer.content != nil:
		writeBody(w, http.StatusOK, answer.kind, answer.content)
	default:
		writeBody(w, http.StatusOK, sandboxJSON, s.envelope(answer.data))
	}
}

// givenToken is the token of a request; it may stand in the query as well [rest].
func givenToken(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	return r.URL.Query().Get("access_token")
}

// envelope puts data into the envelope of an answer.
func (s *Sandbox) envelope(data []byte) []byte {
	switch {
	case s.chosen.Is("code", "absent") && data == nil:
		return []byte("{}")
	case s.chosen.Is("code", "absent"):
		return fmt.Appendf(nil, `{"data":%s}`, data)
	case data == nil:
		return []byte(`{"code":"RESPONSE_SUCCESS"}`)
	}
	return fmt.Appendf(nil, `{"code":"RESPONSE_SUCCESS","data":%s}`, data)
}

const sandboxJSON = "application/json; charset=utf-8"

func writeBody(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// number is the value of a switch that is a number.
func (s *Sandbox) number(name string) int {
	n, _ := strconv.Atoi(s.chosen[name])
	return n
}

// user finds the user that a path names; me is the account. reads says that nothing
// is changed.
func (s *Sandbox) user(q *asked, v sandbox.View, reads bool) (int64, sandboxUser, error) {
	id, text := q.me, q.args["user"]
	if text != "me" {
		id, _ = s.byID.Find(text)
	}
	user, ok := s.users.At(v, id)
	if !ok {
		return 0, user, noSuch("user")
	}
	if id != q.me && (s.chosen.Is("others", "refused") || s.chosen.Is("others", "readonly") && !reads) {
		return 0, user, &denial{http.StatusForbidden, "another user's data are not yours"}
	}
	return id, user, nil
}

// inQuotes is a text as a body has it.
func inQuotes(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}
