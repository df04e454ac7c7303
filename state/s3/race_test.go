package s3_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/state/s3"
)

// TestOneWins: of many who write on the same condition at once one gets through. The
// backend is built on it.
func TestOneWins(t *testing.T) {
	t.Run("strict", func(t *testing.T) {
		oneWins(t, place(t, map[string]string{"endpoint": newServer().door(t, nil).URL}))
	})
	t.Run("real", func(t *testing.T) {
		endpoint, access, secret, bucket := servertest.S3(t)
		t.Setenv("AWS_ACCESS_KEY_ID", access)
		t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
		oneWins(t, place(t, map[string]string{"endpoint": endpoint, "bucket": bucket}))
	})
}

func oneWins(t *testing.T, p *s3.Place) {
	etag := ""
	for round := range 10 {
		var won atomic.Int32
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				done, err := p.Put(t.Context(), "key", etag, fmt.Sprintf("%d of round %d", n, round))
				if err != nil {
					t.Error(err)
				}
				if done {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d were told that they had written", round, won.Load())
		}
		var err error
		if _, etag, err = p.Get(t.Context(), "key"); err != nil {
			t.Fatal(err)
		}
	}
}
