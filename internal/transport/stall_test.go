package transport

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A server that takes a part of a long body and then no more is given up, and one
// that is slow is not.
func TestServerStopsTaking(t *testing.T) {
	body := strings.Repeat("x", 4*atOnce)
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client, _ := New(Options{Base: roundTripper(func(req *http.Request) (*http.Response, error) {
			calls++
			_, _ = io.ReadFull(req.Body, make([]byte, atOnce))
			<-req.Context().Done()
			req.Body.Close()
			return nil, req.Context().Err()
		})})
		if _, _, err := outcome(t, client, "POST", "https://api.example.org", body); !errors.Is(err, errNotTaken) || calls != 1 {
			t.Fatalf("got %v after %d calls", err, calls)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		client, _ := New(Options{Base: roundTripper(func(req *http.Request) (*http.Response, error) {
			for range 4 {
				if _, err := io.ReadFull(req.Body, make([]byte, atOnce)); err != nil {
					t.Errorf("the body ends early: %v", err)
				}
				time.Sleep(stallTimeout - time.Second)
			}
			req.Body.Close()
			time.Sleep(stallTimeout)
			return reply(req, 200, "whole"), req.Context().Err()
		})})
		if _, text, err := outcome(t, client, "POST", "https://api.example.org", body); text != "whole" {
			t.Fatalf("got %q, %v", text, err)
		}
	})
}
