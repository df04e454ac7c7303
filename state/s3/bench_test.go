package s3_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/espalier-dev/espalier/internal/servertest"
	"github.com/espalier-dev/espalier/state"
)

// Lines cost the same however many there are already.
func BenchmarkAppend(b *testing.B) {
	endpoint, accessKey, secretKey, bucket := servertest.S3(b)
	b.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	b.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	line := append(bytes.Repeat([]byte("x"), 500), '\n')
	for _, before := range []int{0, 1 << 10} { // KiB
		b.Run(fmt.Sprintf("after %d KiB", before), func(b *testing.B) {
			p := place(b, map[string]string{"bucket": bucket, "key": fmt.Sprintf("bench-%d-%d", before, b.N), "region": "us-east-1", "endpoint": endpoint})
			h, err := p.Lock(b.Context(), state.LockInfo{ID: "bench"}.Filled())
			if err != nil {
				b.Fatal(err)
			}
			appender := h.(state.Appender)
			for range before / 64 {
				if err := appender.Append(b.Context(), append(bytes.Repeat([]byte("x"), 64<<10), '\n')); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if err := appender.Append(b.Context(), line); err != nil {
					b.Fatal(err)
				}
			}
			if err := h.Release(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
	}
}
