package motimate

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

// block is a provider block being checked: its values with the environment
// filled in, and the mistakes found so far.
type block struct {
	values   map[string]cty.Value // set ones alone, unmarked, of the attribute's type
	fromEnv  map[string]bool
	secret   map[string]bool
	broken   map[string]bool // given, but of no use
	problems []provider.SettingError
}

func environmentName(setting string) string { return "MOTIMATE_" + strings.ToUpper(setting) }

// readBlock takes the settings as written and completes them from the
// environment. The block goes before the environment, also as a whole way to
// authenticate: who writes a token in the block is not hindered by a password in
// the environment.
func readBlock(settings map[string]cty.Value, env func(string) string) *block {
	b := &block{values: map[string]cty.Value{}, fromEnv: map[string]bool{}, secret: map[string]bool{}, broken: map[string]bool{}}
	attributes := settingAttributes()
	for _, attr := range attributes {
		if v, ok := settings[attr.Name]; ok && v != cty.NilVal {
			b.take(attr, v)
		}
	}
	written := b.written(credentialNames, addressNames)
	for _, attr := range attributes {
		if _, set := b.values[attr.Name]; set || attr.Env == "" || env == nil {
			continue
		}
		text := env(attr.Env)
		if text == "" || shadowed(attr.Name, written) {
			continue
		}
		b.fromEnv[attr.Name] = true
		b.take(attr, cty.StringVal(text))
	}
	return b
}

// shadowed reports whether a setting of the environment belongs to another way to
// authenticate, or to another address, than the one the block chose.
func shadowed(name string, written []string) bool {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(written, name) })
	}
	switch name {
	case "base_url", "subdomain":
		return has(addressNames...)
	case "access_token":
		return has("client_id", "client_secret", "username", "password")
	case "client_secret":
		return has("access_token", "username", "password")
	case "username", "password":
		return has("access_token", "client_secret")
	case "client_id":
		return has("access_token")
	}
	return false
}

var (
	credentialNames = []string{"client_id", "client_secret", "username", "password", "access_token"}
	addressNames    = []string{"base_url", "subdomain"}
)

func (b *block) credentials() []string { return b.written(credentialNames) }

// written are those of the names that are set.
func (b *block) written(names ...[]string) []string {
	var set []string
	for _, name := range slices.Concat(names...) {
		if b.text(name) != "" {
			set = append(set, name)
		}
	}
	return set
}

// refuseEmpty refuses texts that are there and empty, which is a variable that was
// not set more often than it is meant.
func (b *block) refuseEmpty(names ...string) {
	for _, name := range names {
		if v, ok := b.values[name]; ok && v.Type() == cty.String && v.AsString() == "" {
			b.broken[name] = true
			b.fail(name, "is empty", "Write what it is, or take it out; null is the same as left out")
		}
	}
}

func (b *block) take(attr schema.Attribute, v cty.Value) {
	plain, marks := v.UnmarkDeep()
	if attr.Sensitive || len(marks) > 0 {
		b.secret[attr.Name] = true
	}
	if plain.IsNull() {
		return
	}
	if !plain.IsWhollyKnown() {
		b.broken[attr.Name] = true
		b.fail(attr.Name, "is not known yet", "Use a value that is known before anything is planned")
		return
	}
	converted, err := convert.Convert(plain, attr.Type)
	if err != nil {
		b.broken[attr.Name] = true
		b.fail(attr.Name, "is not "+article(attr.Type), "Write "+article(attr.Type))
		return
	}
	b.values[attr.Name] = converted
}

// anyBroken reports whether one of these was given in a way that is of no use:
// that it is missing need not be said too.
func (b *block) anyBroken(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return b.broken[name] })
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

// fail notes a mistake; a setting that comes from the environment is named by
// its variable too. What a sensitive one holds is not quoted.
func (b *block) fail(setting, problem, remedy string) {
	if b.secret[setting] {
		problem = inQuotes.ReplaceAllString(problem, "(sensitive)")
	}
	if b.fromEnv[setting] {
		problem += " (it comes from the environment variable " + environmentName(setting) + ")"
	}
	b.problems = append(b.problems, provider.SettingError{Setting: setting, Problem: problem, Remedy: remedy})
}

// text returns a text setting; "" is the same as left out.
func (b *block) text(name string) string {
	v, ok := b.values[name]
	if !ok || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

func (b *block) textOr(name, otherwise string) string {
	if text := b.text(name); text != "" {
		return text
	}
	return otherwise
}

func (b *block) flag(name string) bool {
	v, ok := b.values[name]
	return ok && v.Type() == cty.Bool && v.True()
}

// choice returns a setting with a fixed choice; the first is the default.
func (b *block) choice(name string, choices []string) string {
	text := b.textOr(name, choices[0])
	if !slices.Contains(choices, text) {
		b.fail(name, fmt.Sprintf("%q is none of the values it can have", text), "Write one of "+quoteList(choices))
		return choices[0]
	}
	return text
}

func quoteList(list []string) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = fmt.Sprintf("%q", text)
	}
	return strings.Join(quoted, ", ")
}
