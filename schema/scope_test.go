package schema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Providers are evaluated before anything is read; what is read afterwards takes
// the place of what was unknown.
func TestObserve(t *testing.T) {
	s := open(t, `
provider "acme" { base_url = local.url }
locals {
  url = "https://example.org"
  id  = acme_group.g.id
}
data "acme_group" "d" { name = "D" }
resource "acme_group" "g" { name = "G" }
resource "acme_user" "u" {
  email  = "u@example.org"
  groups = [local.id, data.acme_group.d.id]
}`, ScopeOptions{})
	providers, diags := s.Providers()
	if diags.HasErrors() || len(providers) != 1 {
		t.Fatal(report(diags))
	}
	groups := func() string {
		list, diags := s.Instances()
		if diags.HasErrors() {
			t.Fatal(report(diags))
		}
		v, ok := list[len(list)-1].Values["groups"]
		if !ok {
			return "left out"
		}
		return templateText(v)
	}
	if got := groups(); got != "left out" {
		t.Errorf("before a data source is read: %s", got)
	}
	s.Observe(allKnown, readTestData)
	if got, want := groups(), `["acme:D", "id:acme_group.g"]`; got != want {
		t.Errorf("after: %s, want %s", got, want)
	}
}

// Asking twice gives the same answer, mistakes included.
func TestAskingTwice(t *testing.T) {
	s := open(t, `
locals { bad = tonumber("x") }
resource "acme_group" "g" { name = local.bad }
output "o" { value = local.bad }
`, ScopeOptions{})
	first, firstDiags := s.Instances()
	second, secondDiags := s.Instances()
	if diff := cmp.Diff(report(firstDiags), report(secondDiags)); diff != "" || len(first) != len(second) || len(firstDiags) != 1 {
		t.Errorf("(-first +second)\n%s\n%s", diff, report(firstDiags))
	}
	_, outputDiags := s.Outputs()
	if merged := MergeDiagnostics(firstDiags, outputDiags); len(merged) != 1 {
		t.Errorf("one mistake is told %d times:\n%s", len(merged), report(merged))
	}
}

// A secret is in no message, whatever goes wrong with it.
func TestSecretsAreNotTold(t *testing.T) {
	const secret = "s3cr3t-\"value\""
	dir := folder(t, `
variable "secret" {
  sensitive = true
  validation {
    condition     = length(var.secret) < 3
    error_message = "Not ${var.secret}."
  }
}
locals {
  number = tonumber(var.secret)
  lookup = lookup({ a = 1 }, var.secret)
  file   = file(var.secret)
  index  = { a = 1 }[var.secret]
  regex  = regex(var.secret, "x")
  twice  = { for k in ["a", "b"] : var.secret => k }
  json   = jsondecode(var.secret)
  date   = formatdate(var.secret, "2024")
  call   = parseint(var.secret, 10)
}
resource "acme_user" "u" {
  email = [var.secret]
  role  = var.secret
  age   = var.secret
}
resource "acme_group" "g" {
  for_each = var.secret
  name     = "g"
}
resource "acme_group" "k" {
  name   = "k"
  parent = acme_group.h[var.secret].id
}
resource "acme_group" "h" {
  for_each = toset(["x"])
  name     = "h"
}
output "o" { value = var.secret }
provider "acme" {
  sandbox = var.secret
  kinds   = var.secret
}
espalier {
  state "file" { path = tonumber(var.secret) }
}
`)
	got := evaluateAll(dir, ScopeOptions{Environ: []string{"ESPALIER_VAR_secret=" + secret}, ReadData: readTestData})
	if !strings.Contains(got, "refused") || !strings.Contains(got, "(sensitive)") {
		t.Errorf("the mistakes are not told:\n%s", got)
	}
	for line := range strings.Lines(got) {
		if strings.Contains(line, "s3cr3t") {
			t.Errorf("told: %s", line)
		}
	}
}

func TestLoadFolders(t *testing.T) {
	empty := t.TempDir()
	unreadable := folder(t, "-- a.org.hcl --\nlocals { a = 1 }\n")
	if err := os.Symlink("nowhere", filepath.Join(unreadable, "b.org.hcl")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ dir, want string }{
		"missing":    {filepath.Join(empty, "nope"), "Folder cannot be read"},
		"empty":      {empty, "No configuration here"},
		"unreadable": {unreadable, "File cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			config, diags := Load(c.dir, testLibrary())
			if config == nil || !strings.Contains(report(diags), c.want) {
				t.Errorf("want %q, got\n%s", c.want, report(diags))
			}
			s, _ := config.Scope(ScopeOptions{})
			if list, _ := s.Instances(); len(list) != 0 {
				t.Errorf("instances of nothing: %v", list)
			}
		})
	}
}

// Places are names of files as a user knows them, and every file is kept for its
// snippets.
func TestFilesAreKept(t *testing.T) {
	dir := folder(t, "-- a.org.hcl --\nvariable \"v\" {}\nlocals {\n  a = local.b\n}\n-- b.org.json --\n{}\n-- x.auto.orgvars --\nv = 1\nw = 2\n-- .hidden.org.hcl --\n{{{\n")
	c, diags := Load(dir, testLibrary())
	if len(diags) != 1 || diags[0].Subject.Filename != "a.org.hcl" || diags[0].Subject.Start.Line != 3 {
		t.Errorf("diagnostics:\n%s", report(diags))
	}
	_, diags = c.Scope(ScopeOptions{})
	if len(diags) != 1 || diags[0].Severity != hcl.DiagWarning || diags[0].Subject.Filename != "x.auto.orgvars" {
		t.Errorf("diagnostics:\n%s", report(diags))
	}
	if diff := cmp.Diff([]string{"a.org.hcl", "b.org.json", "x.auto.orgvars"}, named(c.Files)); diff != "" {
		t.Error(diff)
	}
}

func TestCheckVersion(t *testing.T) {
	for _, c := range []struct {
		constraint, version string
		ok                  bool
	}{
		{">= 0.1.0, < 2", "1.9.9", true}, {">= 0.1.0, < 2", "2.0.0", false}, {">= 0.1.0", "0.0.9", false},
		{"= 1.2.3", "v1.2.3", true}, {"1.2.3", "1.2.4", false}, {"!= 1.2.3", "1.2.3", false}, {"> 1", "1.0.1", true}, {"<= 1.2", "1.2.0", true},
		{"~> 1.2.3", "1.2.9", true}, {"~> 1.2.3", "1.3.0", false}, {"~> 1.2", "1.9.0", true}, {"~> 1.2", "2.0.0", false},
		{">= 9", "devel", true}, {">= 1.0.0", "1.0.0-rc1", false},
	} {
		config := &Config{Settings: Settings{RequiredVersion: c.constraint}}
		if got := !config.CheckVersion(c.version).HasErrors(); got != c.ok {
			t.Errorf("%s with version %s: %v, want %v", c.constraint, c.version, got, c.ok)
		}
	}
}

func TestVariableDecls(t *testing.T) {
	c, diags := Load(folder(t, `
variable "b" {
  type        = list(string)
  description = "The second."
}
variable "a" {
  default   = 1
  sensitive = true
}`), testLibrary())
	if diags.HasErrors() {
		t.Fatal(report(diags))
	}
	decls := c.VariableDecls()
	if len(decls) != 2 || decls[0].Name != "a" || decls[0].Required || !decls[0].Sensitive || !decls[1].Required ||
		decls[1].Description != "The second." || !decls[1].Type.Equals(cty.List(cty.String)) {
		t.Errorf("%+v", decls)
	}
}
