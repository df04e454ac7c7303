package schema

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Config is a folder of configuration, parsed and checked, before any value is
// known. It may be evaluated several times, but not from several goroutines.
type Config struct {
	// Dir is the folder; paths in the configuration are relative to it.
	Dir string
	// Files holds every file that was read, by the name that ranges carry: its
	// path relative to Dir. Scope adds the files of variables.
	Files    map[string]*hcl.File
	Settings Settings

	lib       Library
	variables map[string]*variableDecl
	locals    map[string]*localDecl
	providers map[string]*providerDecl
	// resources and data are by address without key; order is that of the files.
	resources, data map[Address]*resourceDecl
	order           []*resourceDecl
	outputs         []*outputDecl
	moved           []Move
	// state, guard and encryption are the blocks in the espalier block, nil where
	// there is none.
	state, guard, encryption *hclsyntax.Block
	// broken says that a file could not be parsed, so that what is missing says
	// nothing.
	broken bool
}

// Settings are what the espalier block says that needs no evaluation; the blocks in
// it may use variables, see Scope.State, Scope.Encryption and Scope.Guards.
type Settings struct {
	// RequiredVersion is a version constraint or empty; see CheckVersion.
	RequiredVersion      string
	RequiredVersionRange hcl.Range
	// Range is the block's header; its zero value says that there is no block.
	Range hcl.Range
}

// Load parses every *.org.hcl and *.org.json in dir and checks all that can be
// checked without values. All mistakes are returned at once, by file and line.
// The Config is never nil: its Files are needed to print the diagnostics.
func Load(dir string, lib Library) (*Config, hcl.Diagnostics) {
	c := newConfig(dir, lib)
	bodies, diags := c.parse()
	if diags.HasErrors() {
		// What did not parse declares nothing, and every use of it would be
		// reported as a mistake.
		c.broken = true
		return c, MergeDiagnostics(diags)
	}
	for _, body := range bodies {
		diags = append(diags, c.read(body)...)
	}
	diags = append(diags, c.checkProviders()...)
	diags = append(diags, c.checkMoves()...)
	_, compileDiags := c.program()
	diags = append(diags, compileDiags...)
	return c, MergeDiagnostics(plain(diags))
}

func newConfig(dir string, lib Library) *Config {
	return &Config{
		Dir: dir, lib: lib, Files: map[string]*hcl.File{},
		variables: map[string]*variableDecl{}, locals: map[string]*localDecl{}, providers: map[string]*providerDecl{},
		resources: map[Address]*resourceDecl{}, data: map[Address]*resourceDecl{},
	}
}

// parse reads the files in the order of their names.
func (c *Config) parse() ([]*hclsyntax.Body, hcl.Diagnostics) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil, hcl.Diagnostics{problem(hcl.Range{Filename: c.Dir}, "Folder cannot be read",
			"The configuration folder cannot be read: %s. Check the path, or give another with -chdir.", reason(err))}
	}
	var bodies []*hclsyntax.Body
	var diags hcl.Diagnostics
	shape := configShape(c.lib)
	for _, entry := range entries {
		name := entry.Name()
		native := strings.HasSuffix(name, ".org.hcl")
		if entry.IsDir() || strings.HasPrefix(name, ".") || !native && !strings.HasSuffix(name, ".org.json") {
			continue
		}
		src, readDiags := c.readFile(name)
		diags = append(diags, readDiags...)
		if readDiags.HasErrors() {
			c.Files[name] = &hcl.File{}
			continue
		}
		body, parseDiags := parseSource(src, name, native, shape)
		diags = append(diags, parseDiags...)
		c.Files[name] = &hcl.File{Body: body, Bytes: src}
		bodies = append(bodies, body)
	}
	if len(c.Files) == 0 {
		diags = append(diags, problem(hcl.Range{Filename: c.Dir}, "No configuration here",
			"The folder %s has no file named *.org.hcl or *.org.json. Change to the folder of the configuration, or name it with -chdir=DIR.", c.Dir))
	}
	return bodies, diags
}

func parseSource(src []byte, name string, native bool, shape *blockShape) (*hclsyntax.Body, hcl.Diagnostics) {
	if !native {
		return parseJSON(src, name, shape)
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		return body, diags
	}
	return &hclsyntax.Body{}, diags
}

func (c *Config) readFile(name string) ([]byte, hcl.Diagnostics) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.Dir, name)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, hcl.Diagnostics{problem(hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}, "File cannot be read",
			"%s cannot be read: %s. Check its name and who may read it.", name, reason(err))}
	}
	return src, nil
}

// reason is the cause of a failed file operation without the path, which the
// message already names.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// read takes in the blocks of one file.
func (c *Config) read(body *hclsyntax.Body) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, s := range settingsOf(body) {
		diags = append(diags, problem(s.nameRange, "Argument outside a block",
			"%q is not expected at the top of a file. Put it in a locals block to give a value a name, or in the block it belongs to.", s.name))
	}
	kinds := blockKinds()
	for _, block := range body.Blocks {
		kind, known := kinds[block.Type]
		if !known {
			diags = append(diags, problem(block.TypeRange, "Unknown block "+quoted(block.Type),
				"There is no block of type %q. The blocks are %s.%s", block.Type, "data, espalier, locals, moved, output, provider, resource and variable", didYouMean(block.Type, maps.Keys(kinds))))
			continue
		}
		if labelDiags := checkLabels(block, kind.labels); labelDiags.HasErrors() {
			diags = append(diags, labelDiags...)
			continue
		}
		diags = append(diags, kind.read(c, block)...)
	}
	return diags
}

// blockKind is one type of block at the top of a file.
type blockKind struct {
	labels []string
	read   func(*Config, *hclsyntax.Block) hcl.Diagnostics
}

// blockKinds are the types of blocks at the top of a file.
func blockKinds() map[string]blockKind {
	return map[string]blockKind{
		"espalier": {nil, (*Config).readSettings},
		"provider": {[]string{"name"}, (*Config).readProvider},
		"variable": {[]string{"name"}, (*Config).readVariable},
		"locals":   {nil, (*Config).readLocals},
		"data":     {[]string{"type", "name"}, (*Config).readData},
		"resource": {[]string{"type", "name"}, (*Config).readResource},
		"output":   {[]string{"name"}, (*Config).readOutput},
		"moved":    {nil, (*Config).readMoved},
		"import":   {nil, notYet("Use the command espalier import ADDRESS ID instead.")},
		"removed":  {nil, notYet("Use the command espalier state rm ADDRESS to let go of an object without deleting it.")},
		"check":    {[]string{"name"}, notYet("Use validation in a variable block to check what goes in.")},
		"module":   {[]string{"name"}, notYet("Put the module's files into this folder instead.")},
	}
}

// notYet reads a block that a later version will know.
func notYet(remedy string) func(*Config, *hclsyntax.Block) hcl.Diagnostics {
	return func(_ *Config, block *hclsyntax.Block) hcl.Diagnostics {
		return hcl.Diagnostics{problem(block.DefRange(), "Block not supported yet",
			"A block of type %q is not supported yet in this version. %s", block.Type, remedy)}
	}
}

// checkLabels checks that a block has the labels it needs, and that they are
// names.
func checkLabels(block *hclsyntax.Block, want []string) hcl.Diagnostics {
	shape := block.Type
	for _, label := range want {
		shape += ` "` + strings.ToUpper(label) + `"`
	}
	if len(block.Labels) != len(want) {
		return hcl.Diagnostics{problem(block.DefRange(), "Wrong number of labels",
			"A block of type %q has %s: write it as %s { ... }.", block.Type, plural(len(want), "label", "labels"), shape)}
	}
	var diags hcl.Diagnostics
	for i, label := range block.Labels {
		if !hclsyntax.ValidIdentifier(label) {
			diags = append(diags, problem(block.LabelRanges[i], "Not a name",
				"%q cannot be a name: use letters, digits, _ and -, and start with a letter.", label))
		}
	}
	return diags
}
