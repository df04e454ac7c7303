package render

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// What stands for a person, and for a value of one, that is not to be shown.
const (
	anybody  = "(a person)"
	notShown = "(not shown)"
)

// What is looked for in texts: addresses of objects, telephone numbers, and texts in
// quotes, with the words before one that is surely a value.
var (
	addressText = regexp.MustCompile(`\b[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_-]*(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?`)
	phoneText   = regexp.MustCompile(`\+\d[\d ()/-]{4,}\d`)
	quotedText  = regexp.MustCompile(`(the text |the key |cannot be )?"((?:[^"\\]|\\.)*)"`)
	manyDigits  = regexp.MustCompile(`\d{4}`)
)

// discreet returns a free text without what would name a person, where people are
// not to be shown by name: addresses of people are written as these are shown, labels
// of people in the plan become their addresses, and their other values go, as do
// e-mail addresses and telephone numbers of anybody else.
func (n *names) discreet(text string) string {
	if n.People == PeopleNames || text == "" {
		return text
	}
	text = addressText.ReplaceAllStringFunc(text, n.discreetAddress)
	text = phoneText.ReplaceAllString(n.phrases().without(text), notShown)
	var b strings.Builder
	for text != "" {
		end := strings.IndexAny(text, between)
		word := text
		if end >= 0 {
			word = text[:end]
		}
		if core := strings.TrimRight(word, stops); strings.Contains(core, "@") {
			word = anybody + word[len(core):]
		}
		b.WriteString(word)
		if end < 0 {
			break
		}
		b.WriteByte(text[end])
		text = text[end+1:]
	}
	return b.String()
}

// discreetAddress is an address in a text as it may be shown; what is none stays.
func (n *names) discreetAddress(text string) string {
	a, err := schema.ParseAddress(text)
	switch {
	case err != nil || !n.meet(a.Type) || !n.personal(a.Type):
		return text
	case n.People == PeopleCounts:
		return anybody
	}
	return n.address(a).String()
}

// warned is what a warning says, as it may be shown.
func (n *names) warned(w *planner.Warning) (summary, detail string) {
	detail = w.Detail
	if n.People != PeopleNames && w.Discreet != "" {
		detail = w.Discreet
	}
	return n.discreet(w.Summary), n.discreet(detail)
}

// errorWords are those of an error, as they may be said of a step; step is nil for the
// error of a whole run.
func (n *names) errorWords(step *planner.Step, err error) string {
	text := err.Error()
	if n.People != PeopleNames && (step == nil || n.shielded(step)) {
		if changed := planner.AsChanged(err); changed != nil {
			text = strings.Replace(text, changed.Error(), changed.Discreet(), 1)
		}
	}
	return n.discreet(text)
}

// discreetly returns diagnostics as they may be shown: where people are not shown by name
// without the values at hand, and in other words if they are about a person.
func discreetly(diags hcl.Diagnostics, n *names) hcl.Diagnostics {
	if n.People == PeopleNames {
		return diags
	}
	var out hcl.Diagnostics
	for _, d := range ordered(diags) {
		told := *d
		if in, about := hcl.DiagnosticExtra[schema.Discreet](d); about {
			told.Detail = in.Detail
		} else {
			told.Detail = withoutValues(n.discreet(told.Detail))
		}
		told.Summary, told.Detail = n.discreet(told.Summary), n.discreet(told.Detail)
		told.Expression, told.EvalContext = nil, nil
		out = append(out, &told)
	}
	return out
}

// withoutValues leaves out of a text about a configuration the texts in quotes that may
// be values of a person's: those that look like no name of the language, no file
// and no command.
func withoutValues(text string) string {
	return quotedText.ReplaceAllStringFunc(text, func(found string) string {
		parts := quotedText.FindStringSubmatch(found)
		before, value := parts[1], parts[2]
		command := strings.HasPrefix(value, "espalier ") || strings.HasPrefix(value, "-")
		odd := strings.ContainsFunc(value, unicode.IsUpper) || strings.ContainsAny(value, " @+") || manyDigits.MatchString(value)
		if value == "" || digestText.MatchString(value) || before == "" && (command || !odd) {
			return found
		}
		return before + notShown
	})
}

// beforePlan are names for what is said when there is no plan yet.
func beforePlan(diags hcl.Diagnostics, o Options) *names {
	n := newNames(&planner.Plan{}, o)
	for _, d := range ordered(diags) {
		n.seed = append(n.seed, d.Detail...)
	}
	return n
}

// sourcesFor are the files that may be quoted: none where people are not shown by
// name, since any line may name somebody.
func (o Options) sourcesFor(files map[string]*hcl.File) map[string]*hcl.File {
	if o.People != PeopleNames {
		return nil
	}
	return files
}
