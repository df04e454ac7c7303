package planner

import (
	"fmt"

	"github.com/espalier-dev/espalier/schema"
)

// didYouMean names the candidate nearest to what was written, as a sentence
// with a space after it, or nothing if none is near.
func didYouMean(written string, candidates []string) string {
	if near := schema.Suggest(written, candidates); near != "" {
		return fmt.Sprintf("Did you mean %q? ", near)
	}
	return ""
}
