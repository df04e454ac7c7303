package render

import "github.com/espalier-dev/espalier/planner"

// refusals draws a box for each guard that does not let the plan through.
func (f *face) refusals() {
	for i := range f.plan.Refusals {
		f.gap()
		f.refusal(&f.plan.Refusals[i])
	}
}

func (f *face) refusal(r *planner.Refusal) {
	bar := f.paint.red("│")
	f.line(f.paint.red("╷"))
	head := []string{bar, " ", f.paint.alarm("Refused: "), f.paint.bold(clean(f.names.discreet(r.Summary)))}
	if at := place(r.File, r.Line); at != "" {
		head = append(head, "  ", f.paint.dim(at))
	}
	f.line(head...)
	f.line(bar)
	if r.Detail != "" {
		f.boxed(bar, f.names.discreet(r.Detail))
		f.line(bar)
	}
	f.boxed(bar, f.counted(r))
	if r.Allow != "" {
		f.line(bar)
		f.boxed(bar, "If it is meant, let it through in this one run with")
		f.line(bar, indent, f.paint.bold(clean(r.Allow)))
	}
	f.line(f.paint.red("╵"))
}

// counted says which guard refuses, how many of how many, and whom.
func (f *face) counted(r *planner.Refusal) string {
	text := "Guard " + clean(r.Guard)
	if r.Base > 1 {
		text += ", " + count(r.Count) + " of " + count(r.Base) + " (" + share(r.Count, r.Base) + ")"
	} else if r.Count > 1 {
		text += ", " + count(r.Count)
	}
	if list := f.names.discreetNames(r.Names); len(list) > 0 {
		text += ": " + some(list, max(r.Count, len(r.Names)))
	}
	return text + "."
}

// boxed draws wrapped text behind a bar.
func (p *printer) boxed(bar, text string) {
	for _, l := range wrap(text, p.Width-2) {
		if l == "" {
			p.line(bar)
			continue
		}
		p.line(bar, " ", l)
	}
}
