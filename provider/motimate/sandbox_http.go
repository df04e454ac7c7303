package motimate

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// call serves one documented call of an account whose token was accepted: a
// status and a body, nil for none. A *denial is an answer too.
type call func(r *http.Request) (status int, body []byte, err error)

// denial is a refusal with its status.
type denial struct {
	status  int
	message string
}

func (d *denial) Error() string { return d.message }

// guarded checks the token, serves the call and writes its answer.
func (s *Sandbox) guarded(serve call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || !s.front.Tokens.Use(token) {
			s.denyToken(w)
			return
		}
		status, body, err := serve(r)
		var refused *denial
		switch {
		case errors.As(err, &refused):
			writeError(w, refused.status, refused.message)
		case err != nil:
			writeError(w, http.StatusInternalServerError, err.Error())
		default:
			writeBody(w, status, body)
		}
	})
}

// denyToken refuses a token that is not good.
func (s *Sandbox) denyToken(w http.ResponseWriter) {
	if s.chosen.Is("expired_token", "403-bare") {
		writeError(w, http.StatusForbidden, "forbidden")
		return
	}
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	writeError(w, s.status("expired_token"), "the token is missing, wrong or expired")
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	if body == nil || status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// writeError writes the documented error body, which is not in an envelope
// [swagger].
func writeError(w http.ResponseWriter, status int, message string) {
	id := strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
	body, err := json.Marshal(struct {
		ID      string `json:"id"`
		Message string `json:"message"`
		Status  int    `json:"status"`
	}{id, message, status})
	if err != nil {
		body = nil
	}
	writeBody(w, status, body)
}

// refuse is a validation that failed.
func (s *Sandbox) refuse(format string, args ...any) error {
	return s.deny("refusal", format, args...)
}

// deny refuses with the status of a switch.
func (s *Sandbox) deny(name, format string, args ...any) error {
	status, err := strconv.Atoi(s.chosen[name])
	if err != nil {
		return err
	}
	return &denial{status, fmt.Sprintf(format, args...)}
}

func notFound(noun string) error {
	return &denial{http.StatusNotFound, "there is no such " + noun}
}

// status is that of a switch.
func (s *Sandbox) status(name string) int {
	status, _ := strconv.Atoi(s.chosen[name])
	return status
}

const opaqueID = "a/b é%"

// showID is an id as it stands in bodies and paths.
func (s *Sandbox) showID(id int64) string {
	if s.chosen.Is("ids", "opaque") {
		return opaqueID + strconv.FormatInt(id, 10)
	}
	return strconv.FormatInt(id, 10)
}

// parseID reads what showID shows.
func (s *Sandbox) parseID(text string) (int64, bool) {
	if s.chosen.Is("ids", "opaque") {
		var ok bool
		if text, ok = strings.CutPrefix(text, opaqueID); !ok {
			return 0, false
		}
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0 && strconv.FormatInt(id, 10) == text
}

// pathID is the id in the path; one that cannot be is that of nothing.
func (s *Sandbox) pathID(r *http.Request) int64 {
	id, ok := s.parseID(r.PathValue("id"))
	if !ok {
		return 0
	}
	return id
}
