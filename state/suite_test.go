package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

func TestFileBackend(t *testing.T) {
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		path := filepath.Join(t.TempDir(), "deep", "espalier.state.json")
		return statetest.Store{
			Open: func() state.Backend { return state.NewFile(path, types, "1.2.3") },
			Kill: state.Kill,
			Swap: func(s *state.Snapshot) error {
				data, err := state.Encode(s)
				return errors.Join(err, os.WriteFile(path, data, 0o600))
			},
		}
	})
}
