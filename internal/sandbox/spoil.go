package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// spoil sends an answer that was held back in the way of a fault.
func spoil(w http.ResponseWriter, h *held, kind string) {
	switch kind {
	case "cut-after":
		cut(w, nil)
	case "cut-body":
		var b bytes.Buffer
		fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
			h.status, http.StatusText(h.status), h.header.Get("Content-Type"), h.body.Len()+1)
		b.Write(h.body.Bytes()[:h.body.Len()/2])
		cut(w, b.Bytes())
	default: // broken-json
		for name, values := range h.header {
			w.Header()[name] = values
		}
		w.WriteHeader(h.status)
		_, _ = w.Write(h.body.Bytes()[:h.body.Len()/2])
	}
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

// wait lets time pass, unless the client goes away.
func wait(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// held keeps an answer back.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(status int) { h.status = status }

func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }
