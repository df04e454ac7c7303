package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// shortestSecret is the length below which a text is not looked for in messages:
// it would be found everywhere.
const shortestSecret = 3

// secretsOf lists the texts in the sensitive variables, longest first.
func secretsOf(variables map[string]cty.Value) []string {
	var list []string
	for _, v := range variables {
		if !IsSensitive(v) {
			continue
		}
		bare, _ := v.UnmarkDeep()
		_ = cty.Walk(bare, func(_ cty.Path, v cty.Value) (bool, error) {
			if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && len(v.AsString()) >= shortestSecret {
				list = append(list, v.AsString())
			}
			return true, nil
		})
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(list)
}

// redact takes the values of sensitive variables out of messages. The messages of
// this package leave out what is marked, but functions are called without the
// marks and quote what they were given.
func (s *Scope) redact(diags hcl.Diagnostics) hcl.Diagnostics {
	if len(s.secrets) == 0 {
		return diags
	}
	for i, d := range diags {
		summary, detail := d.Summary, d.Detail
		for _, secret := range s.secrets {
			for _, form := range []string{secret, strings.Trim(Quote(secret), `"`)} {
				summary = strings.ReplaceAll(summary, form, "(sensitive)")
				detail = strings.ReplaceAll(detail, form, "(sensitive)")
			}
		}
		if summary != d.Summary || detail != d.Detail {
			clean := *d
			clean.Summary, clean.Detail = summary, detail
			diags[i] = &clean
		}
	}
	return diags
}
