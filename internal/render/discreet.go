package render

import (
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// anybody stands for a person who is not to be shown.
const anybody = "(a person)"

// discreet returns a free text without what would name a person, where people
// are not to be shown by name: labels of people in the plan become addresses,
// and other e-mail addresses go.
func (n *names) discreet(text string) string {
	if n.People == PeopleNames || text == "" {
		return text
	}
	labels := n.labels()
	var b strings.Builder
	for text != "" {
		end := strings.IndexAny(text, " \n\t\"',;()[]<>")
		word := text
		if end >= 0 {
			word = text[:end]
		}
		b.WriteString(n.discreetWord(word, labels))
		if end < 0 {
			break
		}
		b.WriteByte(text[end])
		text = text[end+1:]
	}
	return b.String()
}

func (n *names) discreetWord(word string, labels map[string]schema.Address) string {
	core := strings.TrimRight(word, ".:!?")
	tail := word[len(core):]
	if a, ok := labels[core]; ok && n.People == PeopleAddresses {
		return a.String() + tail
	} else if ok || strings.Contains(core, "@") {
		return anybody + tail
	}
	return word
}

// personLabels maps the labels of the people in the plan to their addresses.
func (n *names) personLabels() map[string]schema.Address {
	labels := map[string]schema.Address{}
	for i := range n.plan.Steps {
		if step := &n.plan.Steps[i]; step.Label != "" && n.shielded(step) {
			labels[step.Label] = step.Address
		}
	}
	for i := range n.plan.Drift {
		if d := &n.plan.Drift[i]; d.Label != "" && n.person(d.Address.Type) {
			labels[d.Label] = d.Address
		}
	}
	return labels
}

// discreetNames returns names as they may be shown. Where people are not to be
// shown by name, those are left that surely name something else, and addresses
// where these may be shown.
func (n *names) discreetNames(list []string) []string {
	var shown []string
	if n.People == PeopleNames {
		for _, name := range list {
			shown = append(shown, clean(name))
		}
		return shown
	}
	labels := n.labels()
	harmless := map[string]bool{}
	for i := range n.plan.Steps {
		if step := &n.plan.Steps[i]; !n.shielded(step) {
			harmless[step.Label], harmless[step.Address.String()] = true, true
		}
	}
	for _, name := range list {
		a, person := labels[name]
		parsed, err := schema.ParseAddress(name)
		switch {
		case n.People == PeopleAddresses && person:
			shown = append(shown, clean(a.String()))
		case harmless[name] && !person, err == nil && (n.People == PeopleAddresses || !n.person(parsed.Type)):
			shown = append(shown, clean(name))
		}
	}
	return shown
}
