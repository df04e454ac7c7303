package schema

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format returns a file of native syntax (*.org.hcl, *.orgvars) in the standard
// layout. A file that does not parse is returned as it is, with the errors.
// Formatting twice changes nothing.
func Format(src []byte, filename string) ([]byte, hcl.Diagnostics) {
	if _, diags := hclsyntax.ParseConfig(src, filename, hcl.InitialPos); diags.HasErrors() {
		return src, plain(diags)
	}
	out := hclwrite.Format(src)
	// The formatter decides by the spaces it finds in a few odd places, so one
	// pass is not always enough.
	for range 4 {
		again := hclwrite.Format(out)
		if bytes.Equal(again, out) {
			break
		}
		out = again
	}
	return out, nil
}
