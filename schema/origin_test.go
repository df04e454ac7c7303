package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// twoTenants is a configuration of two provider configurations. In acme.two are the
// groups 1 (North) and 2 (South) and their member, in acme the groups 8 (North) and
// 9 (South).
const twoTenants = `
provider "acme" { alias = "two" }
data "acme_groups" "theirs" { provider = acme.two }
data "acme_groups" "ours" {}
data "acme_group" "one" {
  provider = acme.two
  name     = "North"
}
data "acme_member" "member" { provider = acme.two }
data "acme_group" "each" {
  for_each = toset(["North"])
  provider = acme.two
  name     = each.key
}
resource "acme_group" "mine" {
  for_each = toset(["North", "South", "1", "2"])
  name     = each.key
}
resource "acme_user" "other" {
  provider = acme.two
  email    = "other@example.org"
  groups   = ["1"]
}
locals {
  theirs    = { for g in data.acme_groups.theirs.groups : g.name => g.id }
  both      = { two = data.acme_group.one.id, own = "8" }
  merged    = merge({ for g in data.acme_groups.ours.groups : "own/${g.name}" => g.id }, { for g in data.acme_groups.theirs.groups : "two/${g.name}" => g.id })
  translate = { for g in data.acme_groups.theirs.groups : g.id => acme_group.mine[g.name].id }
  named     = { for g in data.acme_groups.theirs.groups : g.id => g.name }
}
`

// readTwoTenants is the data sources of twoTenants.
func readTwoTenants(provider string, typ *Type, args map[string]cty.Value) (map[string]cty.Value, error) {
	ids := map[string]string{"North": "8", "South": "9"}
	if provider == "acme.two" {
		ids = map[string]string{"North": "1", "South": "2"}
	}
	switch typ.Name {
	case "acme_groups":
		var list []cty.Value
		for _, name := range named(ids) {
			list = append(list, cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(ids[name]), "name": cty.StringVal(name), "parent": cty.NullVal(cty.String)}))
		}
		return map[string]cty.Value{"groups": cty.ListVal(list)}, nil
	case "acme_member":
		return map[string]cty.Value{"groups": cty.SetVal([]cty.Value{cty.StringVal("1"), cty.StringVal("2")}), "leads": cty.SetValEmpty(cty.String)}, nil
	}
	return map[string]cty.Value{"id": cty.StringVal(ids[args["name"].AsString()])}, nil
}

func tenantsLibrary() Library {
	lib := testLibrary()
	element := cty.Object(map[string]cty.Type{"id": cty.String, "name": cty.String, "parent": cty.String})
	lib.Data["acme_groups"] = (&Type{Name: "acme_groups", Provider: "acme", Attributes: []Attribute{
		{Name: "parent", Type: cty.String, Refers: "acme_group"},
		{Name: "groups", Type: cty.List(element), Computed: true, IDs: []string{"id", "parent"}},
	}}).Index()
	lib.Data["acme_member"] = (&Type{Name: "acme_member", Provider: "acme", Attributes: []Attribute{
		{Name: "groups", Type: cty.Set(cty.String), Computed: true, Refers: "acme_group"},
		{Name: "leads", Type: cty.Set(cty.String), Computed: true, Refers: "acme_group"},
	}}).Index()
	return lib
}

// tenantsOf evaluates twoTenants with more behind it.
func tenantsOf(t *testing.T, more string, o ScopeOptions) ([]*Instance, hcl.Diagnostics) {
	t.Helper()
	c, diags := Load(folder(t, twoTenants+more), tenantsLibrary())
	if diags.HasErrors() {
		t.Fatalf("load:\n%s", report(diags))
	}
	s, diags := c.Scope(o)
	if diags.HasErrors() {
		t.Fatalf("scope:\n%s", report(diags))
	}
	return s.Instances()
}

// An id of one tenant is refused in another, whatever way it has come.
func TestForeignIDs(t *testing.T) {
	read := ScopeOptions{ReadData: readTwoTenants}
	for _, groups := range []string{
		`[data.acme_group.one.id]`,
		`["8", data.acme_group.one.id]`,
		`[acme_group.mine["North"].id, data.acme_group.one.id]`,
		`[acme_group.mine["North"].id, upper(data.acme_group.one.id)]`,
		`data.acme_groups.theirs.groups[*].id`,
		`[for g in data.acme_groups.theirs.groups : g.id if g.name == "North"]`,
		`[data.acme_group.each["North"].id]`,
		`[for g in data.acme_group.each : g.id]`,
		`[local.theirs["North"]]`,
		`[lookup(local.theirs, "North", null)]`,
		`values(local.theirs)`,
		`[local.both.two]`,
		`[local.merged["two/North"]]`,
		`local.both.own == "8" ? [local.both.two] : []`,
		`concat([acme_group.mine["North"].id], tolist(data.acme_member.member.groups))`,
		`data.acme_member.member.groups`,
		`setunion(["8"], data.acme_member.member.groups)`,
		`[for id in data.acme_member.member.groups : id]`,
		`[for id in data.acme_member.member.groups : trimspace("${id} ")]`,
		`[for id, g in local.named : id]`,
		`keys(local.named)`,
		`acme_user.other.groups`,
		`toset(split(",", join(",", data.acme_groups.theirs.groups[*].id)))`,
		`jsondecode(jsonencode([data.acme_group.one.id]))`,
		`[nonsensitive(sensitive(data.acme_group.one.id))]`,
		`[try(data.acme_group.one.id, "8")]`,
	} {
		_, diags := tenantsOf(t, "resource \"acme_user\" \"u\" {\n  email  = \"u@example.org\"\n  groups = "+groups+"\n}\n", read)
		text := report(diags)
		if !strings.Contains(text, "Id of another tenant") || !strings.Contains(text, `The ids in "groups" are those of provider "acme", and this comes from `) || strings.Count(text, "\n") != 2 {
			t.Errorf("%s: %s", groups, text)
		} else if d := diags[0]; d.Subject == nil || d.Subject.Start.Line < 30 || !strings.Contains(text, ` provider "acme.two"`) {
			t.Errorf("%s: at %v: %s", groups, d.Subject, text)
		}
	}
	for _, each := range []struct{ forEach, groups string }{
		{`data.acme_member.member.groups`, `[each.key]`},
		{`data.acme_member.member.groups`, `[each.value]`},
		{`{ for g in data.acme_groups.theirs.groups : g.name => g }`, `[each.value.id]`},
		{`{ for g in data.acme_groups.theirs.groups : g.id => g }`, `[each.key]`},
		{`local.named`, `[each.key]`},
		{`toset(keys(local.named))`, `[each.key]`},
		{`local.theirs`, `[each.value]`},
		{`{ (data.acme_group.one.id) = 1 }`, `[each.key]`},
	} {
		_, diags := tenantsOf(t, fmt.Sprintf("resource \"acme_user\" \"u\" {\n  for_each = %s\n  email    = \"${each.key}@example.org\"\n  groups   = %s\n}\n", each.forEach, each.groups), read)
		if text := report(diags); !strings.Contains(text, "Id of another tenant") {
			t.Errorf("%v: %s", each, text)
		}
	}
}

// An id that decides or translates has not crossed, nor has a name; ids of the same
// tenant are where they belong.
func TestIDsThatStay(t *testing.T) {
	for _, groups := range []string{
		`[data.acme_groups.ours.groups[0].id]`,
		`data.acme_groups.ours.groups[*].id`,
		`[local.both.own]`,
		`[lookup(local.both, "own", "")]`,
		`[local.merged["own/North"]]`,
		`[for g in data.acme_groups.theirs.groups : acme_group.mine[g.name].id]`,
		`[for g in data.acme_groups.theirs.groups : "8" if g.id == "1"]`,
		`[for g in data.acme_groups.theirs.groups : "8" if contains(data.acme_member.member.groups, g.id)]`,
		`[for id in data.acme_member.member.groups : local.translate[id]]`,
		`[for id in data.acme_member.member.groups : lookup(local.translate, id, null)]`,
		`[for id in data.acme_member.member.groups : acme_group.mine[id].id]`,
		`[for id, name in local.named : acme_group.mine[name].id]`,
		`values(local.translate)`,
		`data.acme_group.one.id == "1" ? ["8"] : ["9"]`,
		`length(data.acme_member.member.groups) > 1 ? [acme_group.mine["North"].id] : []`,
		`[for i in range(length(data.acme_member.member.groups)) : "8"]`,
		`[{ x = data.acme_group.one.id, y = "8" }.y]`,
		`setunion(["8"], data.acme_member.member.leads)`,
	} {
		list, diags := tenantsOf(t, "resource \"acme_user\" \"u\" {\n  email = \"u@example.org\"\n  first_name = data.acme_group.one.id\n  groups = "+groups+"\n}\n", ScopeOptions{ReadData: readTwoTenants})
		if diags.HasErrors() {
			t.Errorf("%s: %s", groups, report(diags))
		}
		for _, in := range list {
			for name, v := range in.Values {
				if v.IsKnown() && Marked(v.Value) {
					t.Errorf("%s: %s of %s is marked", groups, name, in.Address)
				}
			}
		}
	}
	list, diags := tenantsOf(t, `
resource "acme_group" "copy" {
  for_each = { for g in data.acme_groups.theirs.groups : g.id => g }
  name     = each.value.name
  note     = each.key
  parent   = local.translate[each.key]
}`, ScopeOptions{ReadData: readTwoTenants})
	if diags.HasErrors() || len(list) != 7 {
		t.Error(len(list), report(diags))
	}
}

// An id is refused before it is read, where the reference says so, and as an
// argument of a data source.
func TestForeignIDsElsewhere(t *testing.T) {
	_, diags := tenantsOf(t, "resource \"acme_user\" \"u\" {\n  email  = \"u@example.org\"\n  groups = [data.acme_group.one.id]\n}\n", ScopeOptions{})
	if text := report(diags); strings.Count(text, "Id of another tenant") != 1 {
		t.Error(text)
	}
	_, diags = tenantsOf(t, "data \"acme_groups\" \"below\" {\n  parent = data.acme_group.one.id\n}\n", ScopeOptions{ReadData: readTwoTenants})
	if text := report(diags); !strings.Contains(text, `The ids in "parent" are those of provider "acme", and this comes from data.acme_group.one`) {
		t.Error(text)
	}
	list, diags := tenantsOf(t, `
resource "acme_user" "u" {
  email      = "u@example.org"
  first_name = upper("${acme_group.mine["North"].id}${data.acme_group.one.id}${local.both.two}")
}
output "theirs" { value = local.theirs }
`, ScopeOptions{ReadData: readTwoTenants})
	if diags.HasErrors() {
		t.Fatal(report(diags))
	}
	for _, in := range list {
		if v := in.Values["first_name"]; v.Pending != nil {
			for _, v := range v.Pending.Expr.Vars {
				if Marked(v) {
					t.Errorf("%#v is marked", v)
				}
			}
		}
	}
}
