package schema

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/zclconf/go-cty/cty"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden runs every archive in testdata: a folder of configuration, with the
// files
//
//	args    arguments -var x=y and -var-file f, and environment NAME=value, a line each
//	known   lines of an address, a space, and the id of its live object
//	offline its being there says that no data source can be read
//	want    what comes of it; written by go test -update
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := runArchive(t, archive)
			want := ""
			kept := archive.Files[:0]
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				kept = append(kept, f)
			}
			if *update {
				archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func runArchive(t *testing.T, archive *txtar.Archive) string {
	dir := t.TempDir()
	var o ScopeOptions
	o.ReadData = readTestData
	for _, f := range archive.Files {
		switch f.Name {
		case "want":
		case "args":
			o.Vars, o.Environ = parseArgs(string(f.Data))
		case "known":
			o.Known = parseKnown(string(f.Data))
		case "offline":
			o.ReadData = nil
		default:
			path := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return strings.ReplaceAll(evaluateAll(dir, o), dir, "DIR")
}

// evaluateAll does everything that can be done with a folder, and writes down
// what comes of it.
func evaluateAll(dir string, o ScopeOptions) string {
	c, diags := Load(dir, testLibrary())
	s, scopeDiags := c.Scope(o)
	state, stateDiags := s.State()
	encryption, encryptionDiags := s.Encryption()
	guards, guardDiags := s.Guards()
	providers, providerDiags := s.Providers()
	instances, instanceDiags := s.Instances()
	outputs, outputDiags := s.Outputs()
	all := MergeDiagnostics(diags, scopeDiags, stateDiags, encryptionDiags, guardDiags, providerDiags, instanceDiags, outputDiags)
	var b strings.Builder
	b.WriteString(report(all))
	if all.HasErrors() {
		return b.String()
	}
	if state.Range != (hcl.Range{}) {
		fmt.Fprintf(&b, "state %q\n", state.Type)
		writeValues(&b, state.Values)
	}
	if encryption.Demanded() {
		b.WriteString("encryption\n")
		writeValues(&b, encryption.Values)
	}
	if len(guards.Values) > 0 {
		b.WriteString("guard\n")
		writeValues(&b, guards.Values)
	}
	for _, p := range providers {
		fmt.Fprintf(&b, "provider %s\n", p.Key)
		for name, v := range p.Settings {
			if v.IsNull() {
				delete(p.Settings, name)
			}
		}
		writeValues(&b, p.Settings)
	}
	for _, in := range instances {
		b.WriteString(instanceText(in))
	}
	for _, out := range outputs {
		fmt.Fprintf(&b, "output %s = %s\n", out.Name, templateText(out.Value))
	}
	for _, m := range c.Moved() {
		fmt.Fprintf(&b, "moved %s -> %s\n", m.From, m.To)
	}
	return b.String()
}

func writeValues(b *strings.Builder, values map[string]cty.Value) {
	for _, name := range named(values) {
		fmt.Fprintf(b, "  %s = %s\n", name, templateText(Known(values[name])))
	}
}

// instanceText writes an instance in the words of the language.
func instanceText(in *Instance) string {
	var b strings.Builder
	b.WriteString(in.Address.String())
	if in.Provider != "acme" {
		b.WriteString(" (" + in.Provider + ")")
	}
	if in.Block.PreventDestroy {
		b.WriteString(" prevent_destroy")
	}
	if in.Block.IgnoreAll {
		b.WriteString(" ignore all")
	}
	if len(in.Block.IgnoreChanges) > 0 {
		b.WriteString(" ignore " + strings.Join(in.Block.IgnoreChanges, ","))
	}
	b.WriteString("\n")
	for _, name := range named(in.Values) {
		fmt.Fprintf(&b, "  %s = %s\n", name, templateText(in.Values[name]))
	}
	for _, a := range in.Needs {
		fmt.Fprintf(&b, "  needs %s\n", a)
	}
	return b.String()
}

func templateText(t Template) string {
	secret := ""
	if t.Pending != nil && t.Pending.Sensitive || t.Pending == nil && IsSensitive(t.Value) {
		secret = "sensitive "
	}
	parts := func(list []Template) string {
		var out []string
		for _, part := range list {
			out = append(out, templateText(part))
		}
		return strings.Join(out, ", ")
	}
	switch p := t.Pending; {
	case p == nil:
		bare, _ := t.Value.UnmarkDeep()
		return secret + valueText(bare)
	case p.Ref != nil:
		return secret + "<" + p.Ref.Address.String() + "." + p.Ref.Attr + ">"
	case p.List != nil:
		return secret + "list(" + parts(p.List) + ")"
	case p.Text != nil:
		return secret + "text(" + parts(p.Text) + ")"
	case p.Expr != nil:
		vars := ""
		if len(p.Expr.Vars) > 0 {
			bare, _ := cty.ObjectVal(p.Expr.Vars).UnmarkDeep()
			vars = " with " + valueText(bare)
		}
		return fmt.Sprintf("%sexpr(%s%s) uses %v", secret, p.Expr.Source, vars, p.Expr.Uses)
	}
	return "unknown"
}

func valueText(v cty.Value) string {
	t := v.Type()
	switch {
	case v.IsNull():
		return "null"
	case t == cty.String:
		return Quote(v.AsString())
	case t.IsPrimitiveType():
		return strings.TrimPrefix(shown(v), "the number ")
	}
	var out []string
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		if t.IsObjectType() || t.IsMapType() {
			out = append(out, key.AsString()+" = "+valueText(e))
		} else {
			out = append(out, valueText(e))
		}
	}
	if t.IsObjectType() || t.IsMapType() {
		return "{" + strings.Join(out, ", ") + "}"
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func parseArgs(text string) (vars []VarSource, environ []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if v, ok := strings.CutPrefix(line, "-var "); ok {
			vars = append(vars, VarSource{Var: v})
		} else if f, ok := strings.CutPrefix(line, "-var-file "); ok {
			vars = append(vars, VarSource{File: f})
		} else {
			environ = append(environ, line)
		}
	}
	return vars, environ
}

func parseKnown(text string) KnownFunc {
	live := map[string]string{}
	for line := range strings.Lines(text) {
		if addr, id, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			live[addr] = id
		}
	}
	return func(a Address) (Object, bool) {
		id, ok := live[a.String()]
		return Object{ID: id, Attrs: map[string]cty.Value{"note": cty.StringVal("live note of " + id)}}, ok
	}
}

func readTestData(provider string, typ *Type, args map[string]cty.Value) (map[string]cty.Value, error) {
	name := "me"
	if v, ok := args["name"]; ok && !v.IsNull() {
		name = v.AsString()
	}
	if name == "Nowhere" {
		return nil, errors.New("list groups: HTTP 404: no such group. Check the name")
	}
	return map[string]cty.Value{
		"id": cty.StringVal(provider + ":" + name), "email": cty.StringVal(name + "@example.org"),
		"members": cty.ListVal([]cty.Value{cty.StringVal("u1"), cty.StringVal("u2")}),
	}, nil
}
