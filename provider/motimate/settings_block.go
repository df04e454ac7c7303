package motimate

import (
	"fmt"
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
	written := b.credentials()
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

// shadowed reports whether a credential of the environment belongs to another
// way to authenticate than the one the block chose.
func shadowed(name string, written []string) bool {
	if len(written) == 0 || !slices.Contains(credentialNames, name) {
		return false
	}
	token := slices.Contains(written, "access_token")
	return token != (name == "access_token")
}

var credentialNames = []string{"client_id", "client_secret", "username", "password", "access_token"}

func (b *block) credentials() []string {
	var set []string
	for _, name := range credentialNames {
		if b.text(name) != "" {
			set = append(set, name)
		}
	}
	return set
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

// fail notes a mistake; a setting that comes from the environment is named by
// its variable too.
func (b *block) fail(setting, problem, remedy string) {
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
