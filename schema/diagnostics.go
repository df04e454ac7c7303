package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// problem makes an error about the source at rng: what is wrong, and then why
// and what to do.
func problem(rng hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: rng.Ptr()}
}

// caution makes a warning.
func caution(rng hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	d := problem(rng, summary, detail, args...)
	d.Severity = hcl.DiagWarning
	return d
}

// MergeDiagnostics joins diagnostics from several calls: sorted by file and
// line, each one once. Load, Scope and the methods of a Scope may all report one
// mistake that they all meet, so a caller that goes on after an error merges.
func MergeDiagnostics(lists ...hcl.Diagnostics) hcl.Diagnostics {
	type identity struct {
		at              hcl.Range
		summary, detail string
	}
	seen := map[identity]bool{}
	var all hcl.Diagnostics
	for _, list := range lists {
		for _, d := range list {
			id := identity{summary: d.Summary, detail: d.Detail}
			if d.Subject != nil {
				id.at = *d.Subject
			}
			if !seen[id] {
				seen[id] = true
				all = append(all, d)
			}
		}
	}
	slices.SortStableFunc(all, compareDiagnostics)
	return all
}

// compareDiagnostics orders by file and place; what has no place comes first.
func compareDiagnostics(a, b *hcl.Diagnostic) int {
	switch {
	case a.Subject == nil && b.Subject == nil:
		return 0
	case a.Subject == nil:
		return -1
	case b.Subject == nil:
		return 1
	}
	return cmp.Or(
		strings.Compare(a.Subject.Filename, b.Subject.Filename),
		cmp.Compare(a.Subject.Start.Line, b.Subject.Start.Line),
		cmp.Compare(a.Subject.Start.Column, b.Subject.Start.Column),
	)
}

// plain takes the evaluation context out of diagnostics: a renderer would print
// the values of variables from it, secrets included, and it would keep every
// value alive.
func plain(diags hcl.Diagnostics) hcl.Diagnostics {
	for i, d := range diags {
		if d.Expression != nil || d.EvalContext != nil {
			d := *d
			d.Expression, d.EvalContext = nil, nil
			diags[i] = &d
		}
	}
	return diags
}

// within says in the details which instance the diagnostics are about.
func within(address string, diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range plain(diags) {
		if _, cycle := d.Extra.(aboutCycle); cycle {
			out[i] = d
			continue
		}
		d := *d
		d.Detail = strings.TrimSpace(d.Detail + "\n\nThis is about " + address + ".")
		d.Extra = aboutInstance{}
		out[i] = &d
	}
	return out
}

// aboutInstance marks a diagnostic that was found in one instance of many.
type aboutInstance struct{}

// shownAlike is how many instances with one and the same mistake are shown one
// by one.
const shownAlike = 5

// fold keeps the first few of the diagnostics that many instances of one block
// share, and says in the last of them how many there are.
func fold(diags hcl.Diagnostics) hcl.Diagnostics {
	type identity struct {
		at      hcl.Range
		summary string
	}
	count := map[identity]int{}
	last := map[identity]int{}
	var out hcl.Diagnostics
	for _, d := range diags {
		if _, one := d.Extra.(aboutInstance); !one || d.Subject == nil {
			out = append(out, d)
			continue
		}
		id := identity{*d.Subject, d.Summary}
		if count[id]++; count[id] <= shownAlike {
			last[id] = len(out)
			out = append(out, d)
		}
	}
	for id, n := range count {
		if n > shownAlike {
			d := *out[last[id]]
			d.Detail += fmt.Sprintf("\n\n%s the same mistake and %s not shown.", plural(n-shownAlike, "more instance has", "more instances have"), isAre(n-shownAlike))
			out[last[id]] = &d
		}
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// place is a position as a reader looks it up: file.org.hcl:12.
func place(rng hcl.Range) string {
	if rng.Start.Line == 0 {
		return rng.Filename
	}
	return fmt.Sprintf("%s:%d", rng.Filename, rng.Start.Line)
}
