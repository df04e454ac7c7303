package render

import (
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// findings tells what became of the calls that an earlier run never learned the
// end of. They are no steps, so no sign of theirs stands at column one.
func (f *face) findings() {
	n := len(f.plan.Findings)
	if n == 0 {
		return
	}
	f.section(f.paint.bold("Left open by an earlier run"))
	f.paragraph("", "It ended before it learned what became of "+plural(n, "call", "calls")+". This is what the live system shows:")
	shown, hidden := 0, map[string]int{}
	var order []string
	unclear := false
	for i := range f.plan.Findings {
		x := &f.plan.Findings[i]
		unclear = unclear || x.Outcome == planner.Unclear && (x.Action == planner.Create || x.Action == planner.Replace)
		step := planner.Step{Address: x.Address, Label: x.Label, Class: x.Class, Action: x.Action}
		if f.People == PeopleCounts && f.names.shielded(&step) || shown >= foldRemoval && !f.Full {
			text := outcomeText(x, f.plan.Until)
			if hidden[text] == 0 {
				order = append(order, text)
			}
			hidden[text]++
			continue
		}
		shown++
		head := []string{indent, f.paint.bold(clean(x.Address.String()))}
		if label := f.names.label(&step); label != "" {
			head = append(head, "  ", label)
		}
		text := outcomeText(x, f.plan.Until)
		if x.ID != "" && x.Outcome == planner.Happened && x.Action == planner.Create {
			text += " (id " + clean(x.ID) + ")"
		}
		f.line(append(head, "  ", text)...)
	}
	for _, text := range order {
		many := plural(hidden[text], "person", "people")
		if shown > 0 {
			many = "and " + count(hidden[text]) + " more"
		}
		f.line(indent, f.paint.dim(many+": "+text))
		f.folded = f.folded || f.People != PeopleCounts
	}
	if unclear {
		f.paragraph("", "What cannot be told yet is looked for again when an apply has done all else, and made only if it is surely not there: making it twice would be worse than making it late.")
	}
}

// outcomeText says what became of a call.
func outcomeText(x *planner.Finding, until time.Time) string {
	texts := map[planner.Action][2]string{
		planner.Create:  {"it was made", "it was not made"},
		planner.Replace: {"the new one was made", "the new one was not made"},
		planner.Delete:  {"it was deleted", "it is still there"},
	}
	text, ok := texts[x.Action]
	if !ok {
		text = [2]string{"the change was made", "the change does not show"}
	}
	if x.Outcome == planner.Unclear && x.Action != planner.Create && x.Action != planner.Replace {
		return "it does not show whether " + text[0] + ", so it is sent again if it is still wanted"
	}
	if x.Outcome == planner.Unclear {
		return "it cannot be told yet whether " + text[0] + ", but will be at " + moment(until) + " at the latest"
	}
	return text[x.Outcome]
}

// moment writes a time for people.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

// findingJSON is what became of a call of an earlier run.
type findingJSON struct {
	Address string `json:"address"`
	Action  string `json:"action"`
	Outcome string `json:"outcome"`
	ID      string `json:"id,omitempty"`
	At      string `json:"at"`
}

// findingsJSON lists them, people left out where they are to be counted only.
func (n *names) findingsJSON() []findingJSON {
	list := []findingJSON{}
	for i := range n.plan.Findings {
		x := &n.plan.Findings[i]
		if n.People == PeopleCounts && n.shielded(&planner.Step{Address: x.Address, Class: x.Class}) {
			continue
		}
		list = append(list, findingJSON{x.Address.String(), x.Action.String(), x.Outcome.String(), x.ID, x.At.UTC().Format(time.RFC3339)})
	}
	return list
}
