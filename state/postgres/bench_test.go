package postgres

import (
	"bytes"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/espalier-dev/espalier/state"
)

// Lines cost the same however many there are already.
func BenchmarkAppend(b *testing.B) {
	d := newDatabase(b)
	line := append(bytes.Repeat([]byte("x"), 500), '\n')
	for _, parts := range []int64{0, 1_000, 100_000} {
		b.Run(fmt.Sprintf("after %d parts", parts), func(b *testing.B) {
			name := d.name()
			must(b, lock(b, d.place(name, nil), "first").Release(b.Context()))
			d.rows(`INSERT INTO espalier.journal (name, seq, fence, lines) SELECT $1, n, 1, $2 FROM generate_series(1, $3) n`, name, line, parts)
			h := lock(b, d.place(name, nil), "run")
			for b.Loop() {
				must(b, h.Append(b.Context(), line))
			}
			must(b, h.Release(b.Context()))
		})
	}
}

// Steps that run side by side share their ways to the server.
func BenchmarkSteps(b *testing.B) {
	d := newDatabase(b)
	for _, side := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("%d side by side", side), func(b *testing.B) {
			name := d.name()
			run, err := state.NewRemote(d.place(name, nil), types, "1.2.3").Open(b.Context(), who("run"), 0)
			must(b, err)
			var count atomic.Int64
			b.SetParallelism(side)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					step := "p" + strconv.FormatInt(count.Add(1), 10)
					if err := run.Begin(b.Context(), intent(step)); err != nil {
						b.Error(err)
						return
					}
					if err := run.Commit(b.Context(), result(step)); err != nil {
						b.Error(err)
						return
					}
				}
			})
			parts, err := strconv.Atoi(string(d.rows(`SELECT count(*)::text FROM espalier.journal WHERE name = $1`, name)[0][0]))
			must(b, err)
			b.ReportMetric(float64(parts)/float64(b.N), "writes/step")
			b.StopTimer()
			must(b, run.Close(b.Context()))
		})
	}
}
