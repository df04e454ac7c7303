package motimate

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
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
	b := readBlock(settings, env)
	o := &options{
		memberRole:          b.textOr("member_role", defaultMemberRole),
		leadRole:            b.textOr("lead_role", defaultLeadRole),
		formBody:            b.choice("create_body", bodyForms) == "form",
		wholeBody:           b.choice("change_body", changeBodies) == "whole",
		clearsWithNull:      b.choice("clear", clearings) == "null",
		replaces:            b.choice("relations", relationModes) == "replace",
		patchEmployeeNumber: b.flag("patch_employee_number"),
		paths:               b.paths(),
		levels:              b.levels(),
	}
	if o.memberRole == o.leadRole {
		b.fail("lead_role", fmt.Sprintf("%q is also the member_role", o.leadRole), "Give the two roles the two words the vendor has for them")
	}
	c := &provider.Connection{
		Provider: providerName,
		Sandbox:  b.flag("sandbox"),
		Levels:   o.levels,
		ReadLag:  b.lag(),
		Removal:  b.choice("user_removal", removals),
		Private:  o,
	}
	if o.patchEmployeeNumber {
		c.Mutable = map[string][]string{typeUser: {"employee_number"}}
	}
	if c.Sandbox {
		o.paths = defaultPaths()
	} else {
		c.BaseURL = b.address()
		c.Tenant = b.tenant(c.BaseURL)
		b.authenticate(c, o.paths["token"])
	}
	c.Secrets, c.Settings = b.secrets(), b.open()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return c, nil
}

func (b *block) lag() time.Duration {
	text := b.textOr("read_lag", defaultLag)
	lag, err := time.ParseDuration(text)
	if err != nil || lag < 0 {
		b.fail("read_lag", fmt.Sprintf("%q is not a duration", text), `Write a number and a unit, such as "30m" or "1h"`)
		return 0
	}
	return lag
}

func (b *block) paths() map[string]string {
	paths := defaultPaths()
	given, ok := b.values["paths"]
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
			b.fail("paths", fmt.Sprintf("there is no path %q", name), "Take it out, or write one of "+quoteList(known))
			continue
		}
		if v.IsNull() {
			continue
		}
		path := v.AsString()
		if !isPath(path) {
			b.fail("paths", fmt.Sprintf("%s = %q is not a path", name, presentable(path)), `Write what follows the host, such as "/public_api/users"`)
			continue
		}
		paths[name] = strings.TrimSuffix(path, "/")
	}
	return paths
}

// tenant is what the state records of an address: the address, or its digest if it
// must not be shown.
func (b *block) tenant(address string) string {
	if address == "" || !b.secret["base_url"] && !b.secret["subdomain"] {
		return address
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(address)))
}

// isPath reports whether text can follow a host.
func isPath(text string) bool {
	u, err := url.Parse(text)
	return err == nil && strings.HasPrefix(text, "/") && strings.Trim(text, "/") != "" && u.Host == "" && !strings.ContainsAny(text, "?# ")
}

func (b *block) levels() []provider.Level {
	given, ok := b.values["kinds"]
	if !ok {
		return nil
	}
	if b.secret["kinds"] {
		b.fail("kinds", "is sensitive, and the names of levels are shown in every plan", "Use values that are not sensitive, or nonsensitive(...)")
		return nil
	}
	var levels []provider.Level
	names, lives := map[string]bool{}, map[string]string{}
	for it := given.ElementIterator(); it.Next(); {
		_, v := it.Element()
		if v.IsNull() || v.GetAttr("name").IsNull() || v.GetAttr("live").IsNull() {
			b.fail("kinds", "a level has no name, or no live name", "Write each as name = \"Live name\"")
			continue
		}
		level := provider.Level{Name: v.GetAttr("name").AsString(), Live: v.GetAttr("live").AsString()}
		switch {
		case level.Name == "" || level.Live == "":
			b.fail("kinds", "a level has an empty name", "Write each as name = \"Live name\"")
		case names[level.Name]:
			b.fail("kinds", fmt.Sprintf("the level %q stands there twice", level.Name), "Keep one of the two")
		case lives[level.Live] != "":
			b.fail("kinds", fmt.Sprintf("%s and %s both stand for the live level %q", lives[level.Live], level.Name, level.Live), "A live level has one name; keep one of the two")
		default:
			names[level.Name], lives[level.Live] = true, level.Name
			levels = append(levels, level)
		}
	}
	if len(levels) == 0 && len(b.problems) == 0 {
		b.fail("kinds", "names no level", "Name the levels, highest first, or take the setting out")
	}
	return levels
}

// secrets are the values that must not be shown, also as they stand in a URL.
func (b *block) secrets() []string {
	var list []string
	for name := range b.secret {
		for _, text := range textsIn(b.values[name]) {
			list = append(list, text)
			if escaped := url.QueryEscape(text); escaped != text {
				list = append(list, escaped)
			}
		}
	}
	if u, err := url.Parse(b.text("base_url")); err == nil && b.secret["base_url"] {
		list = append(list, u.Host, u.Hostname(), u.EscapedPath())
	}
	sort.Strings(list)
	return slices.Compact(slices.DeleteFunc(list, func(text string) bool { return text == "" || text == "/" }))
}

// textsIn are the texts of a setting that are not empty.
func textsIn(v cty.Value) []string {
	switch {
	case v == cty.NilVal || v.IsNull():
		return nil
	case v.Type() == cty.String:
		return slices.DeleteFunc([]string{v.AsString()}, func(text string) bool { return text == "" })
	case !v.CanIterateElements():
		return nil
	}
	var list []string
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		list = append(list, textsIn(element)...)
	}
	return list
}

// open are the settings that may be shown and kept in a saved plan.
func (b *block) open() map[string]cty.Value {
	settings := map[string]cty.Value{}
	for name, v := range b.values {
		if !b.secret[name] {
			settings[name] = v
		}
	}
	return settings
}
