package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// calmPercent is how much the heap may grow before the next collection while
	// calls are made. What they allocate dies young, and the plan, which lives on,
	// is large and costs time each time it is looked through.
	calmPercent = 400
	// calmMemory is the size of the heap from which on that no longer holds.
	calmMemory = 1 << 30
)

// collectLess has garbage collected less often until the function it returns is
// called, as long as memory is no concern. Who sets GOGC or GOMEMLIMIT knows
// better.
func collectLess() (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	percent := debug.SetGCPercent(calmPercent)
	// Twice what is in use now is what the usual 100 percent come to.
	limit := debug.SetMemoryLimit(max(calmMemory, 2*int64(m.HeapInuse)+int64(m.Sys-m.HeapSys)))
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
