package motimate

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/block"
)

// options are what the client needs of the settings; they travel from Connect
// to Open in Connection.Private.
type options struct {
	levels               []provider.Level
	memberRole, leadRole string
	formBody             bool
	wholeBody            bool // a change names all texts
	clearsWithNull       bool
	replaces             bool
	patchEmployeeNumber  bool
	paths                map[string]string
}

// Connect checks a provider block. See provider.Provider.
func (Provider) Connect(settings map[string]cty.Value, env func(string) string) (*provider.Connection, []provider.SettingError) {
	b := block.Read(rules(), settings, env)
	o := &options{
		memberRole:          b.TextOr("member_role", defaultMemberRole),
		leadRole:            b.TextOr("lead_role", defaultLeadRole),
		formBody:            b.Choice("create_body", bodyForms) == "form",
		wholeBody:           b.Choice("change_body", changeBodies) == "whole",
		clearsWithNull:      b.Choice("clear", clearings) == "null",
		replaces:            b.Choice("relations", relationModes) == "replace",
		patchEmployeeNumber: b.Flag("patch_employee_number"),
		paths:               paths(b),
		levels:              levels(b),
	}
	if o.memberRole == o.leadRole {
		b.Fail("lead_role", fmt.Sprintf("%q is also the member_role", o.leadRole), "Give the two roles the two words the vendor has for them")
	}
	c := &provider.Connection{
		Provider: providerName,
		Sandbox:  b.Flag("sandbox"),
		Levels:   o.levels,
		ReadLag:  b.Duration("read_lag", defaultLag),
		Removal:  b.Choice("user_removal", removals),
		Private:  o,
	}
	if o.patchEmployeeNumber {
		c.Mutable = map[string][]string{typeUser: {"employee_number"}}
	}
	if c.Sandbox {
		o.paths = defaultPaths()
	} else {
		c.BaseURL = address(b)
		c.Tenant = b.Tenant(c.BaseURL, addressNames...)
		authenticate(b, c, o.paths["token"])
	}
	c.Secrets, c.Settings = b.Secrets(), b.Open()
	if len(b.Problems()) > 0 {
		return nil, b.Problems()
	}
	return c, nil
}

func paths(b *block.Block) map[string]string {
	paths := defaultPaths()
	given, ok := b.Value("paths")
	if !ok {
		return paths
	}
	known := make([]string, 0, len(paths))
	for name := range paths {
		known = append(known, name)
	}
	sort.Strings(known)
	for it := given.ElementIterator(); it.Next(); {
		k, v := it.Element()
		name := k.AsString()
		if !slices.Contains(known, name) {
			b.Fail("paths", fmt.Sprintf("there is no path %q", name), "Take it out, or write one of "+block.QuoteList(known))
			continue
		}
		if v.IsNull() {
			continue
		}
		path := v.AsString()
		if !isPath(path) {
			b.Fail("paths", fmt.Sprintf("%s = %q is not a path", name, block.Presentable(path)), `Write what follows the host, such as "/public_api/users"`)
			continue
		}
		paths[name] = strings.TrimSuffix(path, "/")
	}
	return paths
}

// isPath reports whether text can follow a host.
func isPath(text string) bool {
	u, err := url.Parse(text)
	return err == nil && strings.HasPrefix(text, "/") && strings.Trim(text, "/") != "" && u.Host == "" && !strings.ContainsAny(text, "?# ")
}

func levels(b *block.Block) []provider.Level {
	given, ok := b.Value("kinds")
	if !ok {
		return nil
	}
	if b.Secret("kinds") {
		b.Fail("kinds", "is sensitive, and the names of levels are shown in every plan", "Use values that are not sensitive, or nonsensitive(...)")
		return nil
	}
	var levels []provider.Level
	names, lives := map[string]bool{}, map[string]string{}
	for it := given.ElementIterator(); it.Next(); {
		_, v := it.Element()
		if v.IsNull() || v.GetAttr("name").IsNull() || v.GetAttr("live").IsNull() {
			b.Fail("kinds", "a level has no name, or no live name", "Write each as name = \"Live name\"")
			continue
		}
		level := provider.Level{Name: v.GetAttr("name").AsString(), Live: v.GetAttr("live").AsString()}
		switch {
		case level.Name == "" || level.Live == "":
			b.Fail("kinds", "a level has an empty name", "Write each as name = \"Live name\"")
		case names[level.Name]:
			b.Fail("kinds", fmt.Sprintf("the level %q stands there twice", level.Name), "Keep one of the two")
		case lives[level.Live] != "":
			b.Fail("kinds", fmt.Sprintf("%s and %s both stand for the live level %q", lives[level.Live], level.Name, level.Live), "A live level has one name; keep one of the two")
		default:
			names[level.Name], lives[level.Live] = true, level.Name
			levels = append(levels, level)
		}
	}
	if len(levels) == 0 && len(b.Problems()) == 0 {
		b.Fail("kinds", "names no level", "Name the levels, highest first, or take the setting out")
	}
	return levels
}
