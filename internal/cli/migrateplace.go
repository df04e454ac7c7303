package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/all"
)

// place is a backend that a flag of migrate names, or the configuration's, with the
// block that leads there.
func (p *project) place(flag, text string, options ...state.Option) (state.Backend, string, error) {
	if text == "" {
		return p.backend, "", nil
	}
	kind, values, err := parsePlace(text)
	if err != nil {
		return nil, "", fmt.Errorf("-%s does not give a place: %w", flag, err)
	}
	backend, errs := p.openState(kind, values, options...)
	for n := range errs {
		errs[n] = fmt.Errorf("-%s cannot be used: %w", flag, errs[n])
	}
	if len(errs) > 0 {
		return nil, "", errors.Join(errs...)
	}
	return backend, blockText(kind, values), nil
}

// settingName is how settings and kinds are named. What looks otherwise may be a part of a
// secret.
var settingName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// parsePlace reads KIND,SETTING=VALUE,... Errors repeat no more of it than the kind.
func parsePlace(text string) (kind string, values map[string]cty.Value, err error) {
	const quoting = "A value that holds a comma or a quotation mark is written in quotation marks, as a cell of a CSV file is: 'http,\"address=...\"'"
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return "", nil, errors.New("its quotation marks cannot be understood. " + quoting)
	}
	kind = fields[0]
	if !settingName.MatchString(kind) {
		return "", nil, errors.New("it does not begin with a kind. Write it as KIND,SETTING=VALUE,... such as file,path=copy.json")
	}
	values = map[string]cty.Value{}
	for n, field := range fields[1:] {
		name, value, ok := strings.Cut(field, "=")
		if !ok || !settingName.MatchString(name) {
			return "", nil, fmt.Errorf("part %d behind the kind %q should be SETTING=VALUE. %s", n+1, kind, quoting)
		}
		values[name] = cty.StringVal(value)
	}
	return kind, values, nil
}

// blockText is the state block that leads to a place. What is secret stays out of it.
func blockText(kind string, values map[string]cty.Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "espalier {\n  state %q {\n", kind)
	kinds := all.Kinds()
	settings := kinds[slices.IndexFunc(kinds, func(k state.Kind) bool { return k.Name == kind })].Settings
	for _, name := range slices.Sorted(maps.Keys(values)) {
		line := fmt.Sprintf("%s = %s", name, strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(values[name].AsString())))
		for _, attr := range settings {
			switch {
			case attr.Name != name:
			case attr.Sensitive:
				line = fmt.Sprintf("# %s is secret: give it as %s in the environment", name, attr.Env)
			case attr.Type != cty.String:
				line = fmt.Sprintf("%s = %s", name, values[name].AsString())
			}
		}
		fmt.Fprintf(&b, "    %s\n", line)
	}
	b.WriteString("  }\n}\n")
	if tidy, diags := schema.Format([]byte(b.String()), "state"); !diags.HasErrors() {
		return strings.TrimSpace(string(tidy))
	}
	return strings.TrimSpace(b.String())
}
