package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
)

// What stands between words, and at the end of one.
const (
	between = " \n\t\"',;()[]<>"
	stops   = ".:!?"
)

// phrases are texts that name people.
type phrases struct {
	first map[string][]phrase // by the first word in small letters
	known map[string]bool
}

// phrase is such a text with what is said instead.
type phrase struct{ text, instead string }

// add adds a text, with what is said in its place; of two of these the first holds.
func (p phrases) add(text, instead string) {
	text = strings.Trim(text, between+stops)
	if text == "" || p.known[text] {
		return
	}
	first := firstWord(text)
	p.known[text], p.first[first] = true, append(p.first[first], phrase{text, instead})
}

// firstWord is the first word of a text, as phrases are found by it.
func firstWord(text string) string {
	if end := strings.IndexAny(text, between); end >= 0 {
		text = text[:end]
	}
	return strings.ToLower(strings.TrimRight(text, stops))
}

// without returns a text with other words in the place of each phrase that stands
// in it for itself; of several the longest.
func (p phrases) without(text string) string {
	if len(p.known) == 0 {
		return text
	}
	var b strings.Builder
	for text != "" {
		if found := p.at(text); found != nil {
			b.WriteString(found.instead)
			text = text[len(found.text):]
			continue
		}
		next := strings.IndexAny(text, between) + 1
		if next == 0 {
			next = len(text)
		}
		b.WriteString(text[:next])
		text = text[next:]
	}
	return b.String()
}

// at is the longest phrase that a text begins with; nil for none.
func (p phrases) at(text string) *phrase {
	var found *phrase
	list := p.first[firstWord(text)]
	for i := range list {
		x := &list[i]
		if len(x.text) > len(text) || !strings.EqualFold(text[:len(x.text)], x.text) || found != nil && len(found.text) >= len(x.text) {
			continue
		}
		after, _ := utf8.DecodeRuneInString(text[len(x.text):])
		if !unicode.IsLetter(after) && !unicode.IsDigit(after) {
			found = x
		}
	}
	return found
}

// personPhrases are the texts by which the plan knows people, each with what may be
// said instead.
func (n *names) personPhrases() phrases {
	p, common := phrases{map[string][]phrase{}, map[string]bool{}}, map[string]map[string]bool{}
	for label, a := range n.labels() {
		instead := anybody
		if n.People == PeopleAddresses {
			instead = a.String()
		}
		p.add(label, instead)
	}
	for i := range n.whole.Steps {
		step := &n.whole.Steps[i]
		if !n.shielded(step) {
			continue
		}
		words := common[step.Address.Type]
		if words == nil {
			words = n.commonWords(step.Address.Type)
			common[step.Address.Type] = words
		}
		for _, text := range textsOf(step) {
			if utf8.RuneCountInString(text) > 2 && !words[text] {
				p.add(text, notShown)
			}
		}
	}
	for i := range n.whole.Drift {
		if d := &n.whole.Drift[i]; n.personal(d.Address.Type) && d.Refers == "" {
			for _, v := range []cty.Value{d.Before, d.After} {
				if s, ok := plainText(v); ok && utf8.RuneCountInString(s) > 2 {
					p.add(s, notShown)
				}
			}
		}
	}
	return p
}

// commonWords are the texts that attributes of a type have for everybody, such as a role.
func (n *names) commonWords(typ string) map[string]bool {
	out := map[string]bool{}
	if t := n.Library.Resources[typ]; t != nil {
		for i := range t.Attributes {
			for _, word := range t.Attributes[i].Enum {
				out[word] = true
			}
		}
	}
	return out
}

// textsOf are the texts that a step knows of its object: its label, and the values of
// its attributes before and after, but for ids of others.
func textsOf(step *planner.Step) []string {
	var out []string
	add := func(v cty.Value) {
		if s, ok := plainText(v); ok && s != "" {
			out = append(out, s)
		}
	}
	if step.Label != "" {
		out = append(out, step.Label)
	}
	for i := range step.Changes {
		if c := &step.Changes[i]; c.Refers == "" {
			add(c.Before)
			add(c.After.Value)
		}
	}
	for _, values := range []map[string]cty.Value{step.Before, step.Kept} {
		for _, v := range values {
			add(v)
		}
	}
	for _, t := range step.After {
		add(t.Value)
	}
	return out
}
