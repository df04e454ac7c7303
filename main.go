// Espalier reconciles an organisation with HCL files that say what it should
// be. Start reading in internal/cli, and in docs/architecture.md.
package main

import (
	"os"
	"runtime/debug"

	"github.com/espalier-dev/espalier/internal/cli"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// An organisation is held in memory as a whole: a fifth less of it is worth
		// a tenth more work for the collector.
		debug.SetGCPercent(70)
	}
	os.Exit(cli.Main(os.Args[1:], cli.OS()))
}
