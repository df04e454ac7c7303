package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/schema"
)

// TestAllowed: many values are not all shown, and it is said how many there are.
func TestAllowed(t *testing.T) {
	var values []string
	for i := range 1597 {
		values = append(values, fmt.Sprint("v", i))
	}
	join := func(list []string) string { return strings.Join(list, ", ") }
	if got, want := allowed(values[:3], join), "v0, v1, v2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := allowed(values, join), "1,597 values, such as v199, v598, v998, v1397"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := placeholder(&schema.Attribute{Enum: values}), `"v199" | "v598" | "v998" | "v1397" | ...`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
