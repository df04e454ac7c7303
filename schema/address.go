package schema

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// KeyKind says which kind of instance key an address has.
type KeyKind uint8

// The kinds of instance keys.
const (
	NoKey     KeyKind = iota // a single instance
	StringKey                // made by for_each
	IntKey                   // made by count
)

// InstanceKey is the part of an address in brackets. It is comparable; its
// zero value is no key.
type InstanceKey struct {
	Kind KeyKind
	Text string // of a StringKey
	Num  int    // of an IntKey
}

// Value returns the key as the language sees it (each.key, count.index); the
// zero key is cty.NilVal.
func (k InstanceKey) Value() cty.Value {
	switch k.Kind {
	case StringKey:
		return cty.StringVal(k.Text)
	case IntKey:
		return cty.NumberIntVal(int64(k.Num))
	}
	return cty.NilVal
}

// String returns the key with its brackets, or "".
func (k InstanceKey) String() string {
	switch k.Kind {
	case StringKey:
		return "[" + Quote(k.Text) + "]"
	case IntKey:
		return "[" + strconv.Itoa(k.Num) + "]"
	}
	return ""
}

// Quote returns s as a quoted literal of the language, with interpolation
// introducers escaped, so that it parses back to s.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '$', '%':
			b.WriteRune(r)
			if strings.HasPrefix(s[i+1:], "{") {
				b.WriteRune(r)
			}
		default:
			if r < 0x20 || r == 0x7f {
				fmt.Fprintf(&b, `\u%04x`, r)
				continue
			}
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Address names one instance of a resource: acme_group.unit["no"]. It is
// comparable and usable as a map key; its zero value names nothing.
type Address struct {
	Type string
	Name string
	Key  InstanceKey
}

// Resource returns the address without its key.
func (a Address) Resource() Address { return Address{Type: a.Type, Name: a.Name} }

// WithKey returns the address of another instance of the same resource.
func (a Address) WithKey(k InstanceKey) Address { a.Key = k; return a }

// IsZero reports whether a names nothing.
func (a Address) IsZero() bool { return a == Address{} }

// String returns the address as it is written in a configuration.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	return a.Type + "." + a.Name + a.Key.String()
}

// MarshalText writes the address as String does.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText wrote; an empty text is the zero address.
func (a *Address) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Address{}
		return nil
	}
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// Compare orders addresses by type, name and key: no key, then numbers by
// value, then texts byte for byte.
func (a Address) Compare(b Address) int {
	return cmp.Or(
		strings.Compare(a.Type, b.Type),
		strings.Compare(a.Name, b.Name),
		cmp.Compare(keyRank(a.Key.Kind), keyRank(b.Key.Kind)),
		cmp.Compare(a.Key.Num, b.Key.Num),
		strings.Compare(a.Key.Text, b.Key.Text),
	)
}

func keyRank(k KeyKind) int {
	switch k {
	case IntKey:
		return 1
	case StringKey:
		return 2
	}
	return 0
}

// ParseAddress reads an address as String writes it. The error says what was
// expected.
func ParseAddress(s string) (Address, error) {
	if a, ok := parsePlain(s); ok {
		return a, nil
	}
	bad := func() (Address, error) {
		return Address{}, fmt.Errorf("%q is not the address of a resource: write it as type.name, type.name[\"key\"] or type.name[0]", s)
	}
	traversal, diags := hclsyntax.ParseTraversalAbs([]byte(s), "address", hcl.InitialPos)
	if diags.HasErrors() || len(traversal) < 2 || len(traversal) > 3 {
		return bad()
	}
	name, ok := traversal[1].(hcl.TraverseAttr)
	if !ok {
		return bad()
	}
	a := Address{Type: traversal.RootName(), Name: name.Name}
	if len(traversal) == 3 {
		index, ok := traversal[2].(hcl.TraverseIndex)
		if !ok {
			return bad()
		}
		key, err := KeyOf(index.Key)
		if err != nil {
			return bad()
		}
		a.Key = key
	}
	return a, nil
}

// parsePlain is the fast way for the two commonest forms, which need no
// parser; a state of many thousand objects is full of them.
func parsePlain(s string) (Address, bool) {
	head, key, keyed := strings.Cut(s, `["`)
	typ, name, ok := strings.Cut(head, ".")
	if !ok || !hclsyntax.ValidIdentifier(typ) || !hclsyntax.ValidIdentifier(name) {
		return Address{}, false
	}
	a := Address{Type: typ, Name: name}
	if !keyed {
		return a, true
	}
	key, ok = strings.CutSuffix(key, `"]`)
	if !ok || strings.ContainsAny(key, "\"\\$%") {
		return Address{}, false
	}
	a.Key = InstanceKey{Kind: StringKey, Text: key}
	return a, true
}

// KeyOf turns an index value into a key: a known string or a whole number that
// is not negative.
func KeyOf(v cty.Value) (InstanceKey, error) {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return InstanceKey{}, fmt.Errorf("an instance key must be known and not null")
	}
	switch v.Type() {
	case cty.String:
		return InstanceKey{Kind: StringKey, Text: v.AsString()}, nil
	case cty.Number:
		n, acc := v.AsBigFloat().Int64()
		if acc != 0 || n < 0 || int64(int(n)) != n {
			return InstanceKey{}, fmt.Errorf("an instance key must be a whole number of at least 0")
		}
		return InstanceKey{Kind: IntKey, Num: int(n)}, nil
	}
	return InstanceKey{}, fmt.Errorf("an instance key must be a string or a number, not %s", v.Type().FriendlyName())
}
