package laws

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// form is a way to write an organisation down.
type form string

const (
	flat   form = "flat"   // HCL, a block for each thing
	nested form = "nested" // HCL, groups in groups
	inJSON form = "json"   // HCL's JSON syntax
	table  form = "table"  // HCL, groups by for_each, people from a CSV file
)

const settings = `
espalier {
  guard {
    max_delete  = "100%%"
    max_missing = "100%%"
  }
}
provider "motimate" {
  base_url     = %q
  client_id    = "sandbox"
  user_removal = "delete"
  kinds = {
    organization = "Organization"
    country      = "Country"
    region       = "Region"
    store        = "Store"
  }
}
`

// write writes the organisation into the folder, in place of what was there.
func write(t fataler, dir, url string, o *org, f form) {
	t.Helper()
	for _, name := range []string{"main.org.hcl", "org.org.hcl", "org.org.json", "people.csv"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	files := map[string]string{"main.org.hcl": fmt.Sprintf(settings, url)}
	switch f {
	case inJSON:
		files["org.org.json"] = o.json(t)
	case table:
		files["org.org.hcl"], files["people.csv"] = o.tables(t)
	default:
		files["org.org.hcl"] = o.hcl(f == nested)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func refs(typ string, labels []string) string {
	out := make([]string, len(labels))
	for i, label := range labels {
		out[i] = typ + "." + label + ".id"
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (o *org) hcl(nest bool) string {
	var b strings.Builder
	for _, p := range o.positions {
		fmt.Fprintf(&b, "resource \"motimate_position\" %q {\n  name = %s\n", p.label, schema.Quote(p.name))
		if p.importID != "" {
			fmt.Fprintf(&b, "  import_id = %q\n", p.importID)
		}
		b.WriteString("}\n")
	}
	for _, g := range o.groups {
		if nest && g.parent != "" {
			continue
		}
		fmt.Fprintf(&b, "resource \"motimate_group\" %q {\n", g.label)
		if g.parent != "" {
			fmt.Fprintf(&b, "  parent = motimate_group.%s.id\n", g.parent)
		}
		o.body(&b, g, nest)
		b.WriteString("}\n")
	}
	for _, p := range o.people {
		fmt.Fprintf(&b, `resource "motimate_user" %q {
  employee_number = %q
  email = %q
  phone_number = %q
  first_name = %s
  last_name = %s
  groups = %s
  leads = %s
  positions = %s
}
`, p.label, p.number, p.email, p.phone, schema.Quote(p.first), schema.Quote(p.last), refs("motimate_group", p.groups), refs("motimate_group", p.leads), refs("motimate_position", p.positions))
	}
	return b.String()
}

func (o *org) body(b *strings.Builder, g group, nest bool) {
	fmt.Fprintf(b, "  name = %s\n  kind = %q\n", schema.Quote(g.name), g.kind)
	for _, child := range o.groups {
		if nest && child.parent == g.label {
			fmt.Fprintf(b, "group %q {\n", child.label)
			o.body(b, child, nest)
			b.WriteString("}\n")
		}
	}
}

// escape keeps a text in the JSON syntax from being a template.
func escape(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
}

func (o *org) json(t fataler) string {
	type object = map[string]any
	ids := func(typ string, labels []string) []string {
		out := []string{}
		for _, label := range labels {
			out = append(out, "${"+typ+"."+label+".id}")
		}
		return out
	}
	groups, positions, people := object{}, object{}, object{}
	for _, g := range o.groups {
		body := object{"name": escape(g.name), "kind": g.kind}
		if g.parent != "" {
			body["parent"] = "${motimate_group." + g.parent + ".id}"
		}
		groups[g.label] = body
	}
	for _, p := range o.positions {
		body := object{"name": escape(p.name)}
		if p.importID != "" {
			body["import_id"] = p.importID
		}
		positions[p.label] = body
	}
	for _, p := range o.people {
		people[p.label] = object{"employee_number": p.number, "email": p.email, "phone_number": p.phone, "first_name": escape(p.first), "last_name": escape(p.last),
			"groups": ids("motimate_group", p.groups), "leads": ids("motimate_group", p.leads), "positions": ids("motimate_position", p.positions)}
	}
	resources := object{}
	for typ, all := range map[string]object{"motimate_group": groups, "motimate_position": positions, "motimate_user": people} {
		if len(all) > 0 {
			resources[typ] = all
		}
	}
	text, err := json.Marshal(object{"resource": resources})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tables writes the groups as one for_each, a tree from a table, and the people
// as a CSV file.
func (o *org) tables(t fataler) (hcl, people string) {
	var b strings.Builder
	b.WriteString("locals {\n  groups = {\n")
	for _, g := range o.groups {
		fmt.Fprintf(&b, "    %q = { name = %s, kind = %q, parent = %q }\n", g.label, schema.Quote(g.name), g.kind, g.parent)
	}
	b.WriteString("  }\n  positions = {\n")
	for _, p := range o.positions {
		fmt.Fprintf(&b, "    %q = { name = %s, import_id = %q }\n", p.label, schema.Quote(p.name), p.importID)
	}
	b.WriteString(`  }
  people = csvdecode(file("people.csv"))
}
resource "motimate_group" "unit" {
  for_each = local.groups
  name     = each.value.name
  kind     = each.value.kind
  parent   = each.value.parent == "" ? null : motimate_group.unit[each.value.parent].id
}
resource "motimate_position" "held" {
  for_each  = local.positions
  name      = each.value.name
  import_id = each.value.import_id == "" ? null : each.value.import_id
}
resource "motimate_user" "staff" {
  for_each        = { for p in local.people : p.label => p }
  employee_number = each.value.number
  email           = each.value.email
  phone_number    = each.value.phone
  first_name      = each.value.first
  last_name       = each.value.last
  groups          = [for g in split(" ", each.value.groups) : motimate_group.unit[g].id if g != ""]
  leads           = [for g in split(" ", each.value.leads) : motimate_group.unit[g].id if g != ""]
  positions       = [for p in split(" ", each.value.positions) : motimate_position.held[p].id if p != ""]
}
`)
	var rows strings.Builder
	w := csv.NewWriter(&rows)
	records := [][]string{{"label", "number", "email", "phone", "first", "last", "groups", "leads", "positions"}}
	for _, p := range o.people {
		records = append(records, []string{p.label, p.number, p.email, p.phone, p.first, p.last,
			strings.Join(p.groups, " "), strings.Join(p.leads, " "), strings.Join(p.positions, " ")})
	}
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return b.String(), rows.String()
}
