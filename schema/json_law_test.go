package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// twin is a value or an expression in both syntaxes.
type twin struct {
	hcl  string
	json any
}

// properties is a JSON object that keeps its order.
type properties []struct {
	key   string
	value any
}

func (o properties) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(p.key)
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:%s", key, value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

func (o *properties) add(key string, value any) {
	*o = append(*o, struct {
		key   string
		value any
	}{key, value})
}

// anyText are strings with what is special in one of the syntaxes or in both.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOf(rapid.SampledFrom([]rune("abæ \"\\$%{}~\n\t'é日"))),
		rapid.SampledFrom([]string{"", "$${x}", "${", "%{if}", "$$", "a$", "\\n", "null", "true", "1e3"}),
	)
}

// textTwin is a plain text: in JSON its template sequences are escaped too.
func textTwin(s string) twin {
	quoted := Quote(s)
	escaped := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
	return twin{quoted, escaped}
}

func expressionTwin(e string) twin { return twin{e, "${" + e + "}"} }

func textAttr() *rapid.Generator[twin] {
	return rapid.Custom(func(t *rapid.T) twin {
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			return textTwin(anyText().Draw(t, "text"))
		case 1:
			return expressionTwin(rapid.SampledFrom([]string{
				`upper(local.name)`, `local.name`, `acme_group.root.id`, `local.list[0]`, `join("-", local.list)`,
				`local.flag ? "yes" : acme_group.root.id`, `lower(acme_group.root.id)`, `"${local.name}!"`,
			}).Draw(t, "expression"))
		case 2:
			s := rapid.StringOf(rapid.SampledFrom([]rune("ab -"))).Draw(t, "prefix")
			text := s + "${acme_group.root.id}/${local.name}"
			return twin{`"` + text + `"`, text}
		}
		return twin{"null", nil}
	})
}

func listAttr() *rapid.Generator[twin] {
	return rapid.Custom(func(t *rapid.T) twin {
		var native []string
		items := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			e := textAttr().Filter(func(e twin) bool { return e.json != nil }).Draw(t, "element")
			native = append(native, e.hcl)
			items = append(items, e.json)
		}
		return twin{"[" + strings.Join(native, ", ") + "]", items}
	})
}

// Two folders that say the same in the two syntaxes give the same instances.
func TestSyntaxesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var native strings.Builder
		users := properties{}
		native.WriteString(`
locals {
  name = "N"
  flag = true
  list = ["p", "q"]
}
provider "acme" {
  kinds = { z = "Z", a = "A" }
}
resource "acme_group" "root" {
  name = "Root"
  group "inner" {
    name = "Inner"
    lifecycle {
      prevent_destroy = true
      ignore_changes  = [kind]
    }
  }
}
moved {
  from = acme_group.old["k"]
  to   = acme_group.root
}
`)
		for i := range rapid.IntRange(1, 4).Draw(t, "users") {
			name := fmt.Sprintf("u%d", i)
			body := properties{}
			fmt.Fprintf(&native, "resource \"acme_user\" %q {\n", name)
			put := func(attr string, v twin) {
				fmt.Fprintf(&native, "  %s = %s\n", attr, v.hcl)
				body.add(attr, v.json)
			}
			put("email", textTwin("x@example.org"))
			put("first_name", textAttr().Draw(t, "first_name"))
			put("groups", listAttr().Draw(t, "groups"))
			put("age", twin{"41.5", 41.5})
			if rapid.Bool().Draw(t, "repeated") {
				put("for_each", twin{`{ a = "x", b = "y" }`, properties{{"a", "x"}, {"b", "y"}}})
				put("last_name", twin{`"${each.key}-${each.value}"`, "${each.key}-${each.value}"})
			}
			if rapid.Bool().Draw(t, "waits") {
				put("depends_on", twin{"[acme_group.inner]", []any{"acme_group.inner"}})
			}
			native.WriteString("}\n")
			users.add(name, body)
		}
		config := properties{}
		config.add("//", "a comment")
		config.add("locals", properties{{"name", "N"}, {"flag", true}, {"list", []any{"p", "q"}}})
		config.add("provider", properties{{"acme", properties{{"kinds", properties{{"z", "Z"}, {"a", "A"}}}}}})
		config.add("resource", []any{
			properties{{"acme_group", properties{{"root", properties{
				{"name", "Root"},
				{"group", properties{{"inner", properties{
					{"name", "Inner"},
					{"lifecycle", properties{{"prevent_destroy", true}, {"ignore_changes", []any{"kind"}}}},
				}}}},
			}}}}},
			properties{{"acme_user", users}},
		})
		config.add("moved", properties{{"from", `acme_group.old["k"]`}, {"to", "acme_group.root"}})
		text, err := json.MarshalIndent(config, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		want := everything(t, map[string]string{"main.org.hcl": native.String()})
		got := everything(t, map[string]string{"main.org.json": string(text)})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-hcl +json)\n%s\n%s\n%s", diff, native.String(), text)
		}
	})
}

// everything is what a folder evaluates to, without places.
func everything(t *rapid.T, files map[string]string) string {
	c, diags := loadText(t, files)
	s, scopeDiags := c.Scope(ScopeOptions{})
	providers, providerDiags := s.Providers()
	list, instanceDiags := s.Instances()
	if all := MergeDiagnostics(diags, scopeDiags, providerDiags, instanceDiags); len(all) > 0 {
		for _, text := range files {
			t.Log(text)
		}
		t.Fatalf("%s", report(all))
	}
	var b strings.Builder
	for _, p := range providers {
		b.WriteString("provider " + p.Key + " " + templateText(Known(p.Settings["kinds"])) + "\n")
	}
	for _, in := range list {
		b.WriteString(instanceText(in))
	}
	for _, m := range c.Moved() {
		fmt.Fprintf(&b, "moved %s -> %s\n", m.From, m.To)
	}
	return b.String()
}
