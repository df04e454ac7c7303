package state

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/espalier-dev/espalier/schema"
)

// Kind is one way to keep a state: what a configuration names in its state block.
type Kind struct {
	Name string
	// Doc is one or two sentences for the reference page.
	Doc string
	// Settings are the attributes of the block. Those that are Sensitive are not
	// written to saved plans. The environment stands in for those that name a variable.
	Settings []schema.Attribute
	// Open makes the backend. It touches nothing outside the process; it returns every
	// mistake in the settings, a *SettingError where one of them alone is wrong.
	Open func(s Settings, types func(typeName string) *schema.Type, writer string, options ...Option) (Backend, []error)
}

// Settings are those of a state block, as a Kind's Open is given them: known, of the
// right type, and null where nothing gives them.
type Settings struct {
	Values map[string]cty.Value
	// Dir is the configuration's folder, to which paths are relative.
	Dir string
	// Environ looks an environment variable up; "" is one that is not set.
	Environ func(name string) string
}

// Text returns a setting that is text; "" for one that is not given.
func (s Settings) Text(name string) string {
	v := s.Values[name]
	if v == cty.NilVal || v.IsNull() {
		return ""
	}
	return v.AsString()
}

// Bool returns a setting that is true or false, and what holds where it is not given.
func (s Settings) Bool(name string, otherwise bool) bool {
	v := s.Values[name]
	if v == cty.NilVal || v.IsNull() {
		return otherwise
	}
	return v.True()
}

// Int returns a setting that is a number, without its fraction, and what holds where it
// is not given.
func (s Settings) Int(name string, otherwise int) int {
	v := s.Values[name]
	if v == cty.NilVal || v.IsNull() {
		return otherwise
	}
	n, _ := v.AsBigFloat().Int64()
	return int(n)
}

// Has reports whether a setting is given.
func (s Settings) Has(name string) bool {
	v := s.Values[name]
	return v != cty.NilVal && !v.IsNull()
}

// SettingError is a mistake in one setting of a state block.
type SettingError struct {
	Name string // of the setting
	Err  error  // what is wrong, with the name in it
}

func (e *SettingError) Error() string { return e.Err.Error() }

func (e *SettingError) Unwrap() error { return e.Err }

// Open returns the backend that a configuration asks for: kind is the label of its
// state block ("file" where there is none), values are the block's attributes. It
// touches nothing; all mistakes are returned.
func Open(kinds []Kind, kind string, s Settings, types func(typeName string) *schema.Type, writer string, options ...Option) (Backend, []error) {
	n := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == kind })
	if n < 0 {
		var names []string
		for _, k := range kinds {
			names = append(names, k.Name)
		}
		text := fmt.Sprintf("there is no kind of state %q; the kinds are: %s", kind, quoteList(names))
		if near := schema.Suggest(kind, names); near != "" {
			text += fmt.Sprintf(". Did you mean %q?", near)
		}
		return nil, []error{fmt.Errorf("%s", text)}
	}
	values, errs := kinds[n].read(s)
	if len(errs) > 0 {
		return nil, errs
	}
	s.Values = values
	return kinds[n].Open(s, types, writer, options...)
}

// read gives every setting its type, and those left out what the environment has.
func (k Kind) read(s Settings) (map[string]cty.Value, []error) {
	var errs []error
	fail := func(name, format string, args ...any) {
		errs = append(errs, &SettingError{name, fmt.Errorf(format, args...)})
	}
	out := map[string]cty.Value{}
	var names []string
	for _, attr := range k.Settings {
		names = append(names, attr.Name)
		v, given := s.Values[attr.Name]
		if given && v != cty.NilVal {
			v, _ = v.UnmarkDeep()
		}
		switch {
		case !given || v == cty.NilVal || v.IsKnown() && v.IsNull():
			v = cty.NullVal(attr.Type)
			if text := s.environ(attr.Env); text != "" {
				v = cty.StringVal(text)
			}
		case !v.IsWhollyKnown():
			fail(attr.Name, "the setting %q of the state must be known from the start; it cannot depend on a resource", attr.Name)
			continue
		}
		typed, err := convert.Convert(v, attr.Type)
		switch {
		case err != nil:
			fail(attr.Name, "the setting %q of the state is not right: %w", attr.Name, err)
		case typed.IsNull() && attr.Required:
			errs = append(errs, fmt.Errorf("a state of kind %q needs the setting %q%s", k.Name, attr.Name, orEnv(attr.Env)))
		}
		out[attr.Name] = typed
	}
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		if !slices.Contains(names, name) {
			fail(name, "a state of kind %q has no setting %s", k.Name, hint(name, names))
		}
	}
	return out, errs
}

func (s Settings) environ(name string) string {
	if name == "" || s.Environ == nil {
		return ""
	}
	return s.Environ(name)
}

func orEnv(name string) string {
	if name == "" {
		return ""
	}
	return ", or " + name + " in the environment"
}

// hint names an unknown setting, and what may have been meant.
func hint(name string, names []string) string {
	if near := schema.Suggest(name, names); near != "" {
		return fmt.Sprintf("%q. Did you mean %q?", name, near)
	}
	return fmt.Sprintf("%q; it has %s", name, quoteList(names))
}
