package schema

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// organisation is a configuration of n people in a tree of 40 units, all from
// tables.
func organisation(n int) string {
	var b strings.Builder
	b.WriteString(`
locals {
  staff     = csvdecode(file("staff.csv"))
  units     = csvdecode(file("units.csv"))
  jobs      = ["Barista", "Cook", "Manager", "Driver"]
  positions = { for name, p in acme_position.job : name => p.id }
  managers  = [for p in local.staff : p.employee_number if p.lead == "yes"]
}
resource "acme_position" "job" {
  for_each = toset(local.jobs)
  name     = each.key
}
resource "acme_group" "unit" {
  for_each = { for u in local.units : u.id => u }
  name     = each.value.name
  parent   = each.value.parent == "" ? null : acme_group.unit[each.value.parent].id
}
resource "acme_user" "staff" {
  for_each = { for p in local.staff : p.employee_number => p }

  employee_number = each.key
  email           = lower(each.value.email)
  first_name      = each.value.first_name
  last_name       = each.value.last_name
  role            = "normal_user"
  groups          = [acme_group.unit[each.value.unit].id]
  leads           = contains(local.managers, each.key) ? [acme_group.unit[each.value.unit].id] : []
  positions       = [lookup(local.positions, each.value.position, null)]
}
-- units.csv --
id,name,parent
`)
	for i := range 40 {
		parent := ""
		if i > 0 {
			parent = fmt.Sprintf("u%d", (i-1)/3)
		}
		fmt.Fprintf(&b, "u%d,Unit %d,%s\n", i, i, parent)
	}
	b.WriteString("-- staff.csv --\nemployee_number,email,first_name,last_name,unit,position,lead\n")
	jobs := []string{"Barista", "Cook", "Manager", "Driver"}
	for i := range n {
		lead := "no"
		if i%20 == 0 {
			lead = "yes"
		}
		fmt.Fprintf(&b, "%d,Person%d@example.org,First%d,Last%d,u%d,%s,%s\n", 100000+i, i, i%500, i, i%40, jobs[i%4], lead)
	}
	return b.String()
}

// BenchmarkInstances evaluates an organisation from its files to its instances.
// The time and the memory for one person must not grow with their number.
func BenchmarkInstances(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := folder(b, organisation(n))
			b.ReportAllocs()
			var kept uint64
			for b.Loop() {
				before := heap()
				c, diags := Load(dir, testLibrary())
				if diags.HasErrors() {
					b.Fatal(report(diags))
				}
				s, _ := c.Scope(ScopeOptions{})
				list, diags := s.Instances()
				if diags.HasErrors() || len(list) < n {
					b.Fatal(report(diags))
				}
				kept = heap() - before
				runtime.KeepAlive(list)
				runtime.KeepAlive(s)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/instance")
			b.ReportMetric(float64(kept)/float64(n), "B-kept/instance")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
