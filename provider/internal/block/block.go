package block

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Rules say what a vendor's provider block can hold.
type Rules struct {
	Attributes []schema.Attribute
	// Apart lists, for a setting, those that stand for another choice than it does:
	// if the block itself holds one of them, the setting is not taken from the
	// environment. Who writes a token in the block is not hindered by a secret there.
	Apart map[string][]string
}

// Block is a provider block being checked: its values with the environment
// filled in, and the mistakes found so far.
type Block struct {
	values   map[string]cty.Value // set ones alone, unmarked, of the attribute's type
	variable map[string]string    // the environment variable that a value comes from
	secret   map[string]bool
	broken   map[string]bool // given, but of no use
	problems []provider.SettingError
}

// Read takes the settings as written and completes them from the environment.
func Read(rules Rules, settings map[string]cty.Value, env func(string) string) *Block {
	b := &Block{values: map[string]cty.Value{}, variable: map[string]string{}, secret: map[string]bool{}, broken: map[string]bool{}}
	for _, attr := range rules.Attributes {
		if v, ok := settings[attr.Name]; ok && v != cty.NilVal {
			b.take(attr, v)
		}
	}
	written := map[string]bool{}
	for name := range b.values {
		written[name] = b.Text(name) != ""
	}
	for _, attr := range rules.Attributes {
		if _, set := b.values[attr.Name]; set || attr.Env == "" || env == nil {
			continue
		}
		text := env(attr.Env)
		if text == "" || slices.ContainsFunc(rules.Apart[attr.Name], func(name string) bool { return written[name] }) {
			continue
		}
		b.variable[attr.Name] = attr.Env
		b.take(attr, cty.StringVal(text))
	}
	return b
}

func (b *Block) take(attr schema.Attribute, v cty.Value) {
	plain, marks := v.UnmarkDeep()
	if attr.Sensitive || len(marks) > 0 {
		b.secret[attr.Name] = true
	}
	if plain.IsNull() {
		return
	}
	if !plain.IsWhollyKnown() {
		b.broken[attr.Name] = true
		b.Fail(attr.Name, "is not known yet", "Use a value that is known before anything is planned")
		return
	}
	converted, err := convert.Convert(plain, attr.Type)
	if err != nil {
		b.broken[attr.Name] = true
		b.Fail(attr.Name, "is not "+article(attr.Type), "Write "+article(attr.Type))
		return
	}
	b.values[attr.Name] = converted
}

func article(t cty.Type) string {
	switch t {
	case cty.Bool:
		return "true or false"
	case cty.String:
		return "a text"
	case cty.Map(cty.String):
		return "a map of texts"
	}
	return `a literal object such as { store = "Store" }, or a list of { name, live } objects`
}

// inQuotes are the values that a message quotes.
var inQuotes = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// Fail notes a mistake; a setting that comes from the environment is named by
// its variable too. What a sensitive one holds is not quoted.
func (b *Block) Fail(setting, problem, remedy string) {
	if b.secret[setting] {
		problem = inQuotes.ReplaceAllString(problem, "(sensitive)")
	}
	if name := b.variable[setting]; name != "" {
		problem += " (it comes from the environment variable " + name + ")"
	}
	b.problems = append(b.problems, provider.SettingError{Setting: setting, Problem: problem, Remedy: remedy})
}

// Problems are the mistakes found so far.
func (b *Block) Problems() []provider.SettingError { return b.problems }

// RefuseEmpty refuses texts that are there and empty, which is a variable that was
// not set more often than it is meant. It reports whether all of these can be used,
// so that what is missing beside a broken one need not be said too.
func (b *Block) RefuseEmpty(names ...string) bool {
	for _, name := range names {
		if v, ok := b.values[name]; ok && v.Type() == cty.String && v.AsString() == "" {
			b.broken[name] = true
			b.Fail(name, "is empty", "Write what it is, or take it out; null is the same as left out")
		}
	}
	return !slices.ContainsFunc(names, func(name string) bool { return b.broken[name] })
}

// Set are those of the names that are set to a text.
func (b *Block) Set(names ...string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return b.Text(name) == "" })
}

// Value returns a setting of any type; ok is false where it is left out or of no use.
func (b *Block) Value(name string) (v cty.Value, ok bool) {
	v, ok = b.values[name]
	return v, ok
}

// Secret reports whether a setting must not be shown.
func (b *Block) Secret(name string) bool { return b.secret[name] }

// Text returns a text setting; "" is the same as left out.
func (b *Block) Text(name string) string {
	v, ok := b.values[name]
	if !ok || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// TextOr is Text with what stands for a setting that is left out.
func (b *Block) TextOr(name, otherwise string) string {
	if text := b.Text(name); text != "" {
		return text
	}
	return otherwise
}

// Flag returns a setting that is true or false; false if it is left out.
func (b *Block) Flag(name string) bool {
	v, ok := b.values[name]
	return ok && v.Type() == cty.Bool && v.True()
}

// Choice returns a setting with a fixed choice; the first is the default.
func (b *Block) Choice(name string, choices []string) string {
	text := b.TextOr(name, choices[0])
	if !slices.Contains(choices, text) {
		b.Fail(name, fmt.Sprintf("%q is none of the values it can have", text), "Write one of "+QuoteList(choices))
		return choices[0]
	}
	return text
}

// Word returns a text without blanks and line ends; noun is the word for such a text.
func (b *Block) Word(name, noun string) string {
	text := b.Text(name)
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		b.Fail(name, "holds a blank or a line end, which no "+noun+" has", "Take it out; of a file, read trimspace(file(...))")
		return ""
	}
	return text
}

// QuoteList is a list in a message, each in quotes.
func QuoteList(list []string) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = fmt.Sprintf("%q", text)
	}
	return strings.Join(quoted, ", ")
}
