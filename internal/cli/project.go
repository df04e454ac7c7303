package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/all"
)

// project is a loaded configuration with its variables, its guards and its
// state's place. Nothing in it has touched a network.
type project struct {
	app     *app
	config  *schema.Config
	scope   *schema.Scope
	backend state.Backend
	encryption
	limits planner.Limits
	// providers are the configurations by key, in the order of the keys.
	providers map[string]*configured
	keys      []string
	// maxCalls is how many calls the run may make in all; 0 is any number. The
	// providers share the allowance, which is nil then.
	maxCalls  int
	allowance *transport.Allowance
	// unset is what no provider can be reached without.
	unset hcl.Diagnostics
}

// variables are the flags -var and -var-file in the order they were given.
type variables struct{ list []schema.VarSource }

func (v *variables) flags(cmd *cobra.Command) {
	cmd.Flags().Var(&varFlag{v, false}, "var", "set a variable: `name=value`; may be repeated")
	cmd.Flags().Var(&varFlag{v, true}, "var-file", "take variables from a `file`; may be repeated")
}

// varFlag collects both flags in one list, since their order counts.
type varFlag struct {
	v    *variables
	file bool
}

func (f *varFlag) String() string { return "" }
func (f *varFlag) Type() string   { return "string" }
func (f *varFlag) Set(s string) error {
	if f.file {
		f.v.list = append(f.v.list, schema.VarSource{File: s})
	} else {
		f.v.list = append(f.v.list, schema.VarSource{Var: s})
	}
	return nil
}

// load reads the configuration and evaluates what does not need the live
// system: variables, guards, the place of the state, the providers' settings.
// All mistakes found on the way are returned together.
func (a *app) load(vars variables) (*project, error) {
	if info, err := os.Stat(a.dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no folder %q. Give the folder of the configuration with -chdir=DIR", a.dir)
	}
	config, diags := a.parsed()
	a.config = config
	scope, more := config.Scope(schema.ScopeOptions{Vars: vars.list, Environ: a.Environ})
	p := &project{app: a, config: config, scope: scope, providers: map[string]*configured{}}
	diags = append(diags, config.CheckVersion(Version)...)
	diags = append(diags, more...)
	diags = append(diags, p.readGuards()...)
	diags = append(diags, p.readEncryption()...)
	diags = append(diags, p.readState()...)
	diags = append(diags, p.readProviders()...)
	if diags.HasErrors() {
		return nil, schema.MergeDiagnostics(diags, p.check())
	}
	return p, a.check(diags)
}

// parsed is the configuration of the folder, which is read once.
func (a *app) parsed() (*schema.Config, hcl.Diagnostics) {
	if a.source == nil {
		a.source, a.wrongs = schema.Load(a.dir, a.library)
	}
	return a.source, a.wrongs
}

func (p *project) readGuards() hcl.Diagnostics {
	block, diags := p.scope.Guards()
	limits, more := planner.ReadLimits(block)
	p.limits = limits
	return append(diags, more...)
}

func (p *project) readState() hcl.Diagnostics {
	block, diags := p.scope.State()
	if diags.HasErrors() {
		return diags
	}
	backend, errs := p.openState(block.Type, block.Values)
	for _, err := range errs {
		at := block.Range
		if wrong, ok := errors.AsType[*state.SettingError](err); ok && block.Ranges[wrong.Name].Filename != "" {
			at = block.Ranges[wrong.Name]
		}
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "The state block cannot be used", Detail: err.Error()}
		if at.Filename != "" {
			d.Subject = &at
		}
		diags = append(diags, d)
	}
	p.backend = backend
	return diags
}

// openState makes the backend of a state block, encrypted as the project wants it; all
// mistakes in it are returned.
func (p *project) openState(kind string, values map[string]cty.Value, options ...state.Option) (state.Backend, []error) {
	settings := state.Settings{Values: values, Dir: p.app.dir, Environ: p.app.env}
	list := slices.Clone(p.app.State)
	if p.cipher != nil {
		list = append(list, state.WithCipher(p.cipher))
	}
	return state.Open(all.Kinds(), kind, settings, p.app.types, Version, append(list, options...)...)
}

// file makes a path given on the command line one relative to the working
// folder, which -chdir changes.
func (a *app) file(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(a.dir, path)
}

// functions are those of the language, for values that are worked out after the
// configuration has been evaluated.
func (p *project) functions() map[string]function.Function {
	return schema.Functions(p.app.dir, p.app.Environ)
}
