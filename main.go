// Espalier reconciles an organisation with HCL files that say what it should
// be. Start reading in internal/cli, and in docs/architecture.md.
package main

import (
	"os"
	"runtime/debug"

	"github.com/espalier-dev/espalier/internal/cli"
)

// An organisation is held in memory as a whole. The collector may take it easy
// until the program has grown to what a small CI machine can spare, and works
// harder from there on.
const (
	easyPercent = 150
	easyBytes   = 1250 << 20
)

func tuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(easyPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(easyBytes)
	}
}

func main() {
	tuneCollector()
	os.Exit(cli.Main(os.Args[1:], cli.OS()))
}
