package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/internal/contract"
	"github.com/espalier-dev/espalier/provider"
)

//go:embed provider/*/openapi.yaml
var descriptions embed.FS

// contracts are the descriptions of the vendors' APIs, by vendor, read when the
// first is needed.
var contracts = sync.OnceValues(func() (map[string]*contract.Contract, error) {
	folders, err := descriptions.ReadDir("provider")
	if err != nil {
		return nil, err
	}
	byVendor := map[string]*contract.Contract{}
	for _, folder := range folders {
		text, err := descriptions.ReadFile(path.Join("provider", folder.Name(), "openapi.yaml"))
		if err != nil {
			return nil, err
		}
		if byVendor[folder.Name()], err = contract.Load(text); err != nil {
			return nil, fmt.Errorf("the description of %s: %w", folder.Name(), err)
		}
	}
	return byVendor, nil
})

// asDescribed is what to observe a vendor's sandbox with: say is told of every
// exchange that is not as the vendor's description has it.
func asDescribed(vendor string, say func(error)) func(provider.Exchange) {
	return func(x provider.Exchange) {
		byVendor, err := contracts()
		switch {
		case err != nil:
		case byVendor[vendor] == nil:
			err = fmt.Errorf("there is no provider/%s/openapi.yaml to hold its sandbox against", vendor)
		default:
			err = byVendor[vendor].Sample(x)
		}
		if err != nil {
			say(fmt.Errorf("request %d: %w", x.Number, err))
		}
	}
}

// exitBreach is the exit code of a command in a story whose embedded server saw or
// said what is not as described.
const exitBreach = 99

// breachesEnv names the file that commands of a story add such breaches to, since
// nobody looks at the exit code of a command in the background.
const breachesEnv = "STORY_BREACHES"

// breaches are exchanges that were not as described, one error each.
type breaches struct {
	mu   sync.Mutex
	file string // where they are added as well; empty for nowhere
	list []error
}

func (b *breaches) add(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, err)
	if b.file == "" {
		return
	}
	file, failed := os.OpenFile(b.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if failed == nil {
		_, failed = fmt.Fprintln(file, err)
		failed = errors.Join(failed, file.Close())
	}
	if failed != nil {
		b.list = append(b.list, failed)
	}
}

func (b *breaches) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(b.list...)
}

// observed runs a command with the exchanges of its embedded servers held against
// the descriptions of their APIs.
func observed(streams cli.Streams) int {
	b := &breaches{file: os.Getenv(breachesEnv)}
	streams.Observe = func(vendor string, x provider.Exchange) { asDescribed(vendor, b.add)(x) }
	code := cli.Main(os.Args[1:], streams)
	if err := b.err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitBreach
	}
	return code
}

// observedMain is main for stories.
func observedMain() {
	tuneCollector()
	os.Exit(observed(cli.OS()))
}

// breachesKey is where a story keeps the breaches of the servers that it runs
// itself.
type breachesKey struct{}

// watchBreaches has a story fail at its end if anything was not as described.
func watchBreaches(e *testscript.Env) *breaches {
	b := &breaches{}
	name := filepath.Join(e.WorkDir, ".breaches")
	e.Setenv(breachesEnv, name)
	e.Defer(func() {
		told, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if len(told) > 0 {
			err = errors.Join(err, errors.New(string(told)))
		}
		if err = errors.Join(err, b.err()); err != nil {
			e.T().Fatal(err)
		}
	})
	return b
}
