package block

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Tenant is what the state records of an address: the address, or its digest if one of
// the settings that it comes from must not be shown.
func (b *Block) Tenant(address string, settings ...string) string {
	if address == "" || !slices.ContainsFunc(settings, b.Secret) {
		return address
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(address)))
}

// Duration returns a setting that is a length of time.
func (b *Block) Duration(name, otherwise string) time.Duration {
	text := b.TextOr(name, otherwise)
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		b.Fail(name, fmt.Sprintf("%q is not a duration", text), `Write a number and a unit, such as "30m" or "1h"`)
		return 0
	}
	return d
}

// Secrets are the values that must not be shown, also as they stand in an address.
func (b *Block) Secrets() []string {
	var list []string
	for name := range b.secret {
		for _, text := range textsIn(b.values[name]) {
			list = append(list, text, url.QueryEscape(text))
			if u, err := url.Parse(text); err == nil && u.Host != "" {
				list = append(list, u.Host, u.Hostname(), u.EscapedPath())
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(slices.DeleteFunc(list, func(text string) bool { return text == "" || text == "/" }))
}

// textsIn are the texts of a setting.
func textsIn(v cty.Value) []string {
	switch {
	case v == cty.NilVal || v.IsNull():
		return nil
	case v.Type() == cty.String:
		return []string{v.AsString()}
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

// Open are the settings that may be shown and kept in a saved plan.
func (b *Block) Open() map[string]cty.Value {
	settings := map[string]cty.Value{}
	for name, v := range b.values {
		if !b.secret[name] {
			settings[name] = v
		}
	}
	return settings
}
