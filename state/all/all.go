package all

import (
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/postgres"
	"github.com/espalier-dev/espalier/state/s3"
	"github.com/espalier-dev/espalier/state/web"
)

// Kinds returns the ways to keep a state, the default first.
func Kinds() []state.Kind {
	return []state.Kind{state.FileKind(), web.Kind(), postgres.Kind(), s3.Kind()}
}
