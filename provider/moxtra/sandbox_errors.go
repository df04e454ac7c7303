package moxtra

import (
	"fmt"
	"html"
	"net/http"
)

// sandboxCode is the code that stands in an error's body. The names of 409 and above
// are not the vendor's own.
func sandboxCode(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "RESPONSE_ERROR_INVALID_TOKEN"
	case http.StatusForbidden:
		return "RESPONSE_ERROR_PERMISSION"
	case http.StatusNotFound:
		return "RESPONSE_ERROR_NOT_FOUND"
	case http.StatusConflict:
		return "RESPONSE_ERROR_CONFLICT"
	case http.StatusPreconditionFailed:
		return "RESPONSE_ERROR_PRECONDITION_FAILED"
	case http.StatusTooManyRequests:
		return "RESPONSE_ERROR_TOO_MANY_REQUESTS"
	case http.StatusServiceUnavailable:
		return "RESPONSE_ERROR_SERVICE_UNAVAILABLE"
	}
	if status >= http.StatusInternalServerError {
		return "RESPONSE_ERROR_FAILED"
	}
	return "RESPONSE_ERROR_INVALID_REQUEST"
}

// deny writes a refusal of a call. Its status may say that all is well while its
// code does not.
func (s *Sandbox) deny(w http.ResponseWriter, d *denial) {
	if s.chosen.Is("error_status", "200") {
		writeBody(w, http.StatusOK, sandboxJSON, denialBody(d.status, d.message))
		return
	}
	s.writeError(w, d.status, d.message)
}

// refuseFront writes an error that is none of a call's.
func (s *Sandbox) refuseFront(w http.ResponseWriter, status int, message string) {
	s.writeError(w, status, message)
}

// denyToken refuses a token that is not good, and repeats it twice, as the vendor's
// server does [clients].
func (s *Sandbox) denyToken(w http.ResponseWriter, token string) {
	text := "Access token expired: " + token
	if token == "" {
		text = "Access token missing"
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="oauth", error="invalid_token", error_description=`+inQuotes(text))
	s.writeError(w, http.StatusUnauthorized, text)
}

func denialBody(status int, message string) []byte {
	return fmt.Appendf(nil, `{"code":"%s","message":%s}`, sandboxCode(status), inQuotes(message))
}

// writeError writes an error in one of the shapes that were seen [clients].
func (s *Sandbox) writeError(w http.ResponseWriter, status int, message string) {
	kind, body := sandboxJSON, denialBody(status, message)
	switch s.chosen["errors"] {
	case "text":
		body = fmt.Appendf(nil, `{"error":%s}`, inQuotes(message))
	case "nested":
		body = fmt.Appendf(nil, `{"error":{"message":{"value":%s}}}`, inQuotes(message))
	case "oauth":
		body = fmt.Appendf(nil, `{"message":%s,"stackTrace":[{"methodName":"serve","lineNumber":1}],"cause":null}`, inQuotes(message))
	case "html":
		kind, body = "text/html; charset=utf-8", fmt.Appendf(nil, "<!doctype html><html><head><title>Error %d</title></head><body>%s</body></html>",
			status, html.EscapeString(message))
	case "null":
		body = []byte("null")
	case "empty":
		kind, body = "text/plain; charset=utf-8", nil
	}
	writeBody(w, status, kind, body)
}
