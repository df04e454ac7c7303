package schema

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// VarSource is one value or file of values from the command line: exactly one of
// the two is set.
type VarSource struct {
	Var  string // "name=value", of -var
	File string // a file of variables, of -var-file; relative to the folder
}

// given is a value for a variable and where it comes from. A nil value was
// refused, which is told already.
type given struct {
	value cty.Value
	// from says it in words: "espalier.orgvars:3", "-var".
	from string
	rng  *hcl.Range // where it is written; nil outside files
}

const envPrefix = "ESPALIER_VAR_"

// gather collects the values given for variables, later sources over earlier
// ones: environment, espalier.orgvars, *.auto.orgvars by name, and the command
// line in its order.
func (c *Config) gather(o ScopeOptions) (map[string]given, hcl.Diagnostics) {
	all := map[string]given{}
	diags := c.gatherEnvironment(o.Environ, all)
	for _, name := range c.automaticFiles() {
		diags = append(diags, c.gatherFile(name, all)...)
	}
	for _, source := range o.Vars {
		if source.File != "" {
			diags = append(diags, c.gatherFile(source.File, all)...)
			continue
		}
		diags = append(diags, c.gatherArgument(source.Var, all)...)
	}
	return all, diags
}

func (c *Config) gatherEnvironment(environ []string, all map[string]given) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		name, ours := strings.CutPrefix(name, envPrefix)
		v := c.variables[name]
		if !ours || v == nil {
			// An environment is shared with other folders.
			continue
		}
		diags = append(diags, c.gatherText(v, text, "the environment variable "+envPrefix+name, all)...)
	}
	return diags
}

func (c *Config) gatherArgument(argument string, all map[string]given) hcl.Diagnostics {
	name, text, ok := strings.Cut(argument, "=")
	name = strings.TrimSpace(name)
	at := hcl.Range{Filename: "-var " + name}
	if !ok || name == "" {
		return hcl.Diagnostics{problem(at, "Unreadable -var", "-var takes a name and a value: -var 'name=value'.")}
	}
	v := c.variables[name]
	if v == nil {
		return hcl.Diagnostics{problem(at, "Unknown variable "+quoted(name), c.unknownVariable(name))}
	}
	return c.gatherText(v, text, "-var", all)
}

func (c *Config) gatherText(v *variableDecl, text, from string, all map[string]given) hcl.Diagnostics {
	value, diags := v.fromText(text)
	if diags.HasErrors() {
		all[v.name] = given{value: cty.NilVal, from: from}
		return hcl.Diagnostics{problem(v.rng, "Unreadable value for var."+v.name,
			"The value that %s gives cannot be read as %s (%s). Numbers, true and false are written as they are, a list as [\"a\", \"b\"], with single quotes around the whole to keep the shell from taking the double ones.",
			from, typeName(v.typ), firstLine(diags))}
	}
	all[v.name] = given{value: value, from: from}
	return nil
}

// automaticFiles lists the files of variables that are read without being named.
func (c *Config) automaticFiles() []string {
	var fixed, auto []string
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case entry.IsDir():
		case name == "espalier.orgvars" || name == "espalier.orgvars.json":
			fixed = append(fixed, name)
		case strings.HasSuffix(name, ".auto.orgvars") || strings.HasSuffix(name, ".auto.orgvars.json"):
			auto = append(auto, name)
		}
	}
	slices.Sort(fixed)
	slices.Sort(auto)
	return append(fixed, auto...)
}

func (c *Config) gatherFile(name string, all map[string]given) hcl.Diagnostics {
	if rel, err := filepath.Rel(c.Dir, name); err == nil && filepath.IsAbs(name) && !strings.HasPrefix(rel, "..") {
		name = rel
	}
	src, diags := c.readFile(name)
	if diags.HasErrors() {
		return diags
	}
	c.Files[name] = &hcl.File{Bytes: src}
	values, diags := parseVariables(src, name)
	for _, s := range values {
		v := c.variables[s.name]
		if v == nil {
			diags = append(diags, caution(s.nameRange, "Unknown variable "+quoted(s.name), c.unknownVariable(s.name)))
			continue
		}
		value, valueDiags := s.expr.Value(nil)
		for _, d := range valueDiags {
			d.Detail += " A file of variables holds plain values: no references and no functions."
		}
		diags = append(diags, plain(valueDiags)...)
		if valueDiags.HasErrors() {
			value = cty.NilVal
		}
		all[s.name] = given{value: value, from: place(s.rng), rng: s.rng.Ptr()}
	}
	return diags
}

// parseVariables reads a file of variables: attributes and nothing else. In JSON
// strings are taken as they are.
func parseVariables(src []byte, name string) ([]setting, hcl.Diagnostics) {
	if strings.HasSuffix(name, ".json") {
		return parseVariablesJSON(src, name)
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, diags
	}
	for _, block := range body.Blocks {
		diags = append(diags, problem(block.TypeRange, "Unexpected block "+quoted(block.Type),
			"A file of variables holds values only, name = value. Blocks belong in a file named *.org.hcl."))
	}
	return settingsOf(body), diags
}

func parseVariablesJSON(src []byte, name string) ([]setting, hcl.Diagnostics) {
	root, diags := hcljson.ParseExpression(src, name)
	if diags.HasErrors() {
		return nil, diags
	}
	pairs, mapDiags := hcl.ExprMap(root)
	if mapDiags.HasErrors() {
		return nil, append(diags, problem(root.Range(), "Not a JSON object", `The file must hold one JSON object: {"name": value}.`))
	}
	var list []setting
	for _, pair := range pairs {
		key, _ := pair.Key.Value(nil)
		value, _ := pair.Value.Value(nil)
		if key.Type() != cty.String || !key.IsKnown() || key.IsNull() || key.AsString() == "//" {
			continue
		}
		list = append(list, setting{
			name: key.AsString(), expr: &hclsyntax.LiteralValueExpr{Val: value, SrcRange: pair.Value.Range()},
			rng: pair.Value.Range(), nameRange: pair.Key.Range(),
		})
	}
	return list, diags
}

// firstLine is the first of some errors in a few words.
func firstLine(diags hcl.Diagnostics) string {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return strings.TrimSuffix(strings.ToLower(d.Summary[:1])+d.Summary[1:], ".")
		}
	}
	return "unreadable"
}
