// Espalier reconciles an organisation with HCL files that say what it should
// be. Start reading in internal/cli, and in docs/architecture.md.
package main

import (
	"os"

	"github.com/espalier-dev/espalier/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.OS()))
}
