package render

import (
	"maps"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// closing writes the lines that count the plan.
func (f *face) closing(cost Cost) {
	f.gap()
	if f.folded {
		f.line(f.paint.dim("What is alike is folded; -full shows each."))
	}
	f.refresh()
	if n := f.plan.Unconfirmed; n > 0 {
		f.paragraph("", plural(n, "value that was sent lately counts as kept, though neither the answer nor the server shows it yet.", "values that were sent lately count as kept, though neither the answers nor the server show them yet.")+" To take what the server shows instead, give -refresh=full.")
	}
	if len(f.plan.Targets) > 0 {
		var list []string
		for _, t := range f.plan.Targets {
			list = append(list, clean(t))
		}
		f.line(f.paint.yellow("This plan is partial: it is limited to " + enumerate(list) + " and what that needs."))
	}
	if losing := f.losing(); losing > 0 {
		verb := "lose"
		if losing == 1 {
			verb = "loses"
		}
		f.line(f.paint.red(plural(losing, "person", "people") + " " + verb + " a membership or a position."))
	}
	f.verdict(cost)
	f.unmanaged(cost)
	if n := len(f.plan.Refusals); n > 0 {
		f.line(f.paint.alarm("Refused by " + plural(n, "guard", "guards") + "; nothing has been sent."))
	}
}

func (f *face) losing() int { return f.names.losers() }

// losers is the number of people of whom a step takes a membership or a position.
func (n *names) losers() int {
	lost := 0
	for i := range n.plan.Steps {
		if n.losing(&n.plan.Steps[i]) {
			lost++
		}
	}
	return lost
}

func (f *face) verdict(cost Cost) {
	if f.plan.Empty() {
		f.line(f.paint.green(f.emptyLine()))
		return
	}
	if f.plan.RefreshOnly {
		f.line(f.paint.bold("Plan: " + recordText(f.plan) + "; nothing is sent."))
		return
	}
	f.line(f.paint.bold("Plan: " + f.closingText(cost)))
}

func (f *face) emptyLine() string {
	switch {
	case f.plan.RefreshOnly:
		return "No changes. The state matches the live organisation."
	case f.plan.Destroy:
		return "No changes. The state owns nothing."
	}
	for i := range f.plan.Refresh.Recalls {
		if f.plan.Refresh.Recalls[i].Unusable != "" {
			return "No changes, as far as the live system was read."
		}
	}
	return "No changes. The organisation matches the configuration."
}

// closingText is the closing line behind "Plan: ".
func (f *face) closingText(cost Cost) string {
	clauses := []string{}
	if counts := actionCounts(f.plan); len(counts) > 0 {
		clauses = append(clauses, strings.Join(counts, ", "))
	} else {
		clauses = append(clauses, "no object changes")
	}
	if n := len(f.plan.Outputs); n > 0 {
		clauses = append(clauses, plural(n, "output changes", "outputs change"))
	}
	if n := f.plan.Summary.People; n > 0 {
		clauses = append(clauses, plural(n, "person", "people")+" affected")
	}
	return strings.Join(append(clauses, costText(cost)), "; ") + "."
}

// actionCounts is the number of steps of each action that has any, in words.
func actionCounts(plan *planner.Plan) []string {
	s := &plan.Summary
	var list []string
	for _, c := range []struct {
		n    int
		verb string
	}{
		{s.Create, "create"}, {s.Adopt, "adopt"}, {s.Readdress, "readdress"}, {s.Update, "update"},
		{s.Move, "move"}, {s.Replace, "replace"}, {s.Delete, "delete"}, {s.Forget, "forget"},
	} {
		if c.n > 0 {
			list = append(list, count(c.n)+" to "+c.verb)
		}
	}
	return list
}

func costText(c Cost) string {
	if c.Calls == 0 {
		return "no calls"
	}
	text := plural(c.Calls, "call", "calls") + ", " + about(c.Estimate)
	switch {
	case len(c.Budgets) > 1:
		text += " (" + budgetsText(c.Budgets) + ")"
	case c.Known:
		text += " (" + count(c.Remaining) + " of " + count(c.Limit) + " left)"
	}
	return text
}

// budgetsText says which calls go where.
func budgetsText(budgets []Budget) string {
	clauses := make([]string, len(budgets))
	for i, b := range budgets {
		clauses[i] = clean(b.Provider) + ": " + count(b.Calls)
		if b.Known {
			clauses[i] += ", " + count(b.Remaining) + " of " + count(b.Limit) + " left"
		}
	}
	return strings.Join(clauses, "; ")
}

// unmanaged says what the plan leaves alone, and what reading has cost.
func (f *face) unmanaged(cost Cost) {
	var words [][2]string // those of people once, whatever their types
	counts := map[[2]string]int{}
	for _, typ := range slices.Sorted(maps.Keys(f.plan.Summary.Unmanaged)) {
		if n := f.plan.Summary.Unmanaged[typ]; n > 0 {
			class := schema.ClassOther
			if t := f.Library.Resources[typ]; t != nil {
				class = t.Class
			}
			one, many := f.nouns(typ, class)
			if one == "object" {
				one, many = "object of "+clean(typ), "objects of "+clean(typ)
			}
			word := [2]string{one, many}
			if counts[word] == 0 {
				words = append(words, word)
			}
			counts[word] += n
		}
	}
	if len(words) > 0 {
		clauses := make([]string, len(words))
		for i, word := range words {
			clauses[i] = plural(counts[word], word[0], word[1])
		}
		f.line(f.paint.dim("Not managed here and left alone: " + enumerate(clauses) + "."))
	}
	if cost.ReadCalls > 0 {
		f.line(f.paint.dim("Reading took " + plural(cost.ReadCalls, "call", "calls") + "."))
	}
}
