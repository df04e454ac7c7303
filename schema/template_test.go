package schema

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// anyValue makes known values of all kinds that an attribute can have.
func anyValue(depth int) *rapid.Generator[cty.Value] {
	return rapid.Custom(func(t *rapid.T) cty.Value {
		most := 8
		if depth == 0 {
			most = 4
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return cty.StringVal(anyText().Draw(t, "text"))
		case 1:
			return cty.NumberIntVal(rapid.Int64().Draw(t, "number"))
		case 2:
			return cty.MustParseNumberVal(rapid.StringMatching(`-?[0-9]{1,20}\.[0-9]{1,20}`).Draw(t, "decimal"))
		case 3:
			return cty.BoolVal(rapid.Bool().Draw(t, "bool"))
		case 4:
			return cty.NullVal(rapid.SampledFrom([]cty.Type{cty.String, cty.Number, cty.DynamicPseudoType, cty.Set(cty.String)}).Draw(t, "null"))
		case 5:
			return maybeSecret(t, cty.TupleVal(rapid.SliceOfN(anyValue(depth-1), 0, 3).Draw(t, "tuple")))
		case 6:
			return maybeSecret(t, cty.ObjectVal(rapid.MapOfN(rapid.StringMatching(`[a-zæ $"]{0,4}`), anyValue(depth-1), 0, 3).Draw(t, "object")))
		case 7:
			texts := rapid.SliceOfN(anyText(), 0, 3).Draw(t, "set")
			if len(texts) == 0 {
				return cty.SetValEmpty(cty.String)
			}
			var list []cty.Value
			for _, s := range texts {
				list = append(list, cty.StringVal(s))
			}
			return maybeSecret(t, cty.SetVal(list))
		}
		values := map[string]cty.Value{}
		for _, key := range rapid.SliceOfN(anyText(), 1, 3).Draw(t, "map") {
			values[key] = maybeSecret(t, cty.StringVal(key))
		}
		return cty.MapVal(values)
	})
}

func maybeSecret(t *rapid.T, v cty.Value) cty.Value {
	if rapid.IntRange(0, 4).Draw(t, "secret") == 0 {
		return v.Mark(Sensitive)
	}
	return v
}

func anyAddress() *rapid.Generator[Address] {
	return rapid.Custom(func(t *rapid.T) Address {
		a := Address{Type: "acme_group", Name: rapid.SampledFrom([]string{"a", "oslo-1", "æ"}).Draw(t, "name")}
		switch rapid.IntRange(0, 2).Draw(t, "key") {
		case 1:
			a.Key = InstanceKey{Kind: StringKey, Text: anyText().Draw(t, "text")}
		case 2:
			a.Key = InstanceKey{Kind: IntKey, Num: rapid.IntRange(0, 1000).Draw(t, "number")}
		}
		return a
	})
}

func anyTemplate(depth int) *rapid.Generator[Template] {
	return rapid.Custom(func(t *rapid.T) Template {
		kind := rapid.IntRange(0, 4).Draw(t, "form")
		if kind == 0 {
			return Known(maybeSecret(t, anyValue(2).Draw(t, "value")))
		}
		p := &Pending{Sensitive: rapid.Bool().Draw(t, "secret")}
		p.Type = rapid.SampledFrom([]cty.Type{cty.NilType, cty.DynamicPseudoType, cty.String, cty.Set(cty.String), cty.Object(map[string]cty.Type{"a": cty.Number})}).Draw(t, "type")
		if depth == 0 && kind < 3 {
			kind += 2
		}
		switch kind {
		case 1:
			p.List = rapid.SliceOfN(anyTemplate(depth-1), 0, 3).Draw(t, "list")
		case 2:
			p.Text = rapid.SliceOfN(anyTemplate(depth-1), 0, 3).Draw(t, "text")
		case 3:
			p.Ref = &Ref{Address: anyAddress().Draw(t, "address"), Attr: "id"}
		default:
			pos := rapid.Custom(func(t *rapid.T) hcl.Pos {
				n := rapid.IntRange(0, 10_000)
				return hcl.Pos{Line: n.Draw(t, "line"), Column: n.Draw(t, "column"), Byte: n.Draw(t, "byte")}
			})
			p.Expr = &Expr{
				Source: anyText().Draw(t, "source"),
				Range:  hcl.Range{Filename: "a b.org.hcl", Start: pos.Draw(t, "start"), End: pos.Draw(t, "end")},
			}
			if rapid.Bool().Draw(t, "vars") {
				p.Expr.Vars = map[string]cty.Value{"each": maybeSecret(t, anyValue(2).Draw(t, "each")), "var": anyValue(1).Draw(t, "var")}
				p.Expr.Uses = rapid.SliceOfN(anyAddress(), 1, 3).Draw(t, "uses")
			}
		}
		return Template{Pending: p}
	})
}

// A template comes back from JSON exactly as it was, and is written the same
// again.
func TestTemplateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := anyTemplate(2).Draw(t, "template")
		after := roundTrip(t, before)
		first, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(after)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Fatalf("written differently\n%s\n%s", first, second)
		}
	})
}

// Values, references and lists resolve step by step as they do at once.
func TestResolveStepByStep(t *testing.T) {
	ref := func(name string) Template {
		return Template{Pending: &Pending{Type: cty.String, Ref: &Ref{Address: Address{Type: "acme_group", Name: name}, Attr: "id"}}}
	}
	list := Template{Pending: &Pending{Type: cty.Set(cty.String), Sensitive: true, List: []Template{ref("a"), ref("b"), Known(cty.StringVal("3")), ref("a")}}}
	knows := func(names ...string) Resolver {
		return Resolver{Look: func(r Ref) (cty.Value, bool) {
			for _, name := range names {
				if r.Address.Name == name {
					return cty.StringVal("id-" + name), true
				}
			}
			return cty.NilVal, false
		}}
	}
	once, diags := list.Resolve(knows("a", "b"))
	if diags.HasErrors() || !once.IsKnown() {
		t.Fatal(report(diags))
	}
	half, _ := list.Resolve(knows("a"))
	if half.IsKnown() || len(half.Refs()) != 1 || len(list.Refs()) != 2 || len(half.Uses()) != 1 {
		t.Fatalf("half resolved: %s", templateText(half))
	}
	twice, diags := half.Resolve(knows("b"))
	if diags.HasErrors() {
		t.Fatal(report(diags))
	}
	if diff := cmp.Diff(once, twice, ctyEqual); diff != "" {
		t.Errorf("(-at once +step by step)\n%s", diff)
	}
	if !IsSensitive(once.Value) || !once.Value.Type().Equals(cty.Set(cty.String)) {
		t.Errorf("resolved to %#v", once.Value)
	}
}

func TestResolveErrors(t *testing.T) {
	at := hcl.Range{Filename: "main.org.hcl", Start: hcl.Pos{Line: 7}}
	oslo := Address{Type: "acme_group", Name: "oslo"}
	resolver := Resolver{
		Functions: Functions(t.TempDir(), nil),
		Look:      func(Ref) (cty.Value, bool) { return cty.NullVal(cty.String), true },
		Object: func(Address) (map[string]cty.Value, bool) {
			return map[string]cty.Value{"id": cty.StringVal("x")}, true
		},
	}
	for name, tmpl := range map[string]Template{
		"null in a text": {Pending: &Pending{Type: cty.String, Text: []Template{{Pending: &Pending{Ref: &Ref{Address: oslo, Attr: "note"}}}}}},
		"wrong type":     {Pending: &Pending{Type: cty.Number, Expr: &Expr{Source: "upper(acme_group.oslo.id)", Range: at, Uses: []Address{oslo}}}},
		"syntax":         {Pending: &Pending{Type: cty.String, Expr: &Expr{Source: "upper(", Range: at}}},
		"no attribute":   {Pending: &Pending{Type: cty.String, Expr: &Expr{Source: "acme_group.oslo.nope", Range: at, Uses: []Address{oslo}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := tmpl.Resolve(resolver)
			if !diags.HasErrors() {
				t.Fatalf("no error, and %s", templateText(got))
			}
			for _, d := range diags {
				if tmpl.Pending.Expr != nil && (d.Subject == nil || d.Subject.Start.Line != 7) {
					t.Errorf("the error is not placed: %s", report(diags))
				}
			}
		})
	}
}

func TestTemplateDecoderRefuses(t *testing.T) {
	for _, text := range []string{
		``, `null`, `{}`, `[]`, `7`, `{"value":{}}`, `{"value":{"type":"strng","value":1}}`,
		`{"value":{"type":"number","value":"x"}}`, `{"pending":{}}`, `{"pending":{"ref":{"address":"","attr":"id"}}}`,
		`{"pending":{"ref":{"address":"a.b","attr":"id"},"list":[]}}`, `{"pending":{"text":[7]}}`, `{"value":{"type":"string","value":"x"},"new":1}`,
		`{"value":{"type":"string","value":"x","sensitive":[[{"attr":"a"}]]}}`, `{"value":{"type":["set","string"],"value":["x"],"sensitive":[[{"index":0}]]}}`,
	} {
		var got Template
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s was read as %s", text, templateText(got))
		}
	}
}
