package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version is that of this program. A release build sets it with
// -ldflags "-X github.com/espalier-dev/espalier/internal/cli.Version=1.2.3".
var Version = "0.1.0"

// Commit is set like Version; without it the build's own record is asked.
var Commit = ""

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say the version, the commit and the Go release", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.sayVersion() },
	}
}

func (a *app) sayVersion() error {
	a.say("espalier %s\ncommit %s\n%s %s/%s", Version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

func commit() string {
	if Commit != "" {
		return Commit
	}
	revision, dirty := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = " (with changes)"
			}
		}
	}
	return revision + dirty
}
