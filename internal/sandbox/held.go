package sandbox

import (
	"bytes"
	"net/http"
	"strconv"
)

// held keeps an answer back.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(status int) { h.status = status }

func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// give sends the answer with this body.
func (h *held) give(w http.ResponseWriter, body []byte) error {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	if h.status != http.StatusNoContent && h.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(h.status)
	if len(body) == 0 {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// cut closes the connection after sending raw bytes.
func cut(w http.ResponseWriter, raw []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// Not a plain HTTP/1 connection: the nearest thing to silence.
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	_, _ = conn.Write(raw)
	_ = conn.Close()
}
