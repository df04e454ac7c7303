package schema

import (
	"fmt"
	"strings"
	"testing"
)

// A chain through ids and a chain through values may be ten thousand long.
func TestDeepChains(t *testing.T) {
	const n = 10_000
	var rows strings.Builder
	rows.WriteString("id,above\n0,\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&rows, "%d,%d\n", i, i-1)
	}
	for name, attribute := range map[string]string{
		"ids":    `parent = each.value.above == "" ? null : acme_group.unit[each.value.above].id`,
		"values": `note = each.value.above == "" ? "0" : acme_group.unit[each.value.above].note`,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, `
resource "acme_group" "unit" {
  for_each = { for u in csvdecode(file("units.csv")) : u.id => u }
  name     = each.key
  `+attribute+`
}
-- units.csv --
`+rows.String(), ScopeOptions{})
			list, diags := s.Instances()
			if diags.HasErrors() || len(list) != n {
				t.Fatalf("%d instances\n%s", len(list), report(diags))
			}
			for i, in := range list {
				if in.Address.Key.Text != fmt.Sprint(i) {
					t.Fatalf("position %d holds %s", i, in.Address)
				}
			}
		})
	}
}

// A mistake that a hundred instances share is told a few times and counted.
func TestSharedMistakeIsFolded(t *testing.T) {
	s := open(t, `
resource "acme_group" "unit" {
  for_each = { for i in range(100) : "k${i}" => { name = "x" } }
  name     = each.value.name
  note     = each.value.nmae
}`, ScopeOptions{})
	_, diags := s.Instances()
	if len(diags) != shownAlike {
		t.Fatalf("%d diagnostics, want %d", len(diags), shownAlike)
	}
	if last := diags[len(diags)-1].Detail; !strings.Contains(last, "95 more instances") {
		t.Errorf("the last does not count the rest: %s", last)
	}
}
