package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// ScopeOptions are what an evaluation needs beside the files.
type ScopeOptions struct {
	// Vars are the values from the command line, in its order.
	Vars []VarSource
	// Environ is the environment as os.Environ returns it: ESPALIER_VAR_name, and
	// what env() reads.
	Environ []string
	// Known and ReadData are as for Observe; either may be nil.
	Known    KnownFunc
	ReadData ReadDataFunc
}

// KnownFunc returns the live object of an instance that surely exists: its id,
// and the attributes that expressions may read where the configuration does not
// set them.
type KnownFunc func(Address) (Object, bool)

// ReadDataFunc reads a data source through the provider configuration of that
// key. args holds every argument, null where left out; the result holds the
// attributes that were read.
type ReadDataFunc func(provider string, typ *Type, args map[string]cty.Value) (map[string]cty.Value, error)

// Scope evaluates a configuration with the values of its variables. Evaluation
// is lazy and done once. The diagnostics of each method are complete for what
// it returns; see MergeDiagnostics. A Scope is not for several goroutines.
type Scope struct {
	config    *Config
	functions map[string]function.Function
	// variables are the values by name; one that is missing was refused.
	variables map[string]cty.Value
	secrets   []string // the texts in sensitive variables
	known     KnownFunc
	found     FindFunc
	more      MoreFunc
	readData  ReadDataFunc
	uploads   *uploads

	// several says that there is more than one provider configuration: see origin.
	several bool

	program
	root       *hcl.EvalContext
	stack      []*frame
	references []reference
	sets       depSets
}

// program is a compiled configuration.
type program struct {
	locals          map[string]*localValue
	resources, data map[Address]*resource
	order           []*resource
	outputs         []*output
	// instances and diags are the answer of Instances, once it was asked for.
	arranged  bool
	instances []*Instance
	diags     hcl.Diagnostics
}

// Scope evaluates and checks the variables, and returns what evaluates the rest.
// The Scope is never nil.
func (c *Config) Scope(o ScopeOptions) (*Scope, hcl.Diagnostics) {
	s := &Scope{config: c, known: o.Known, readData: o.ReadData, functions: Functions(c.Dir, o.Environ), uploads: newUploads(c.Dir)}
	given, diags := c.gather(o)
	diags = append(diags, s.setVariables(given)...)
	s.secrets = secretsOf(s.variables)
	s.compile()
	diags = append(diags, s.validateVariables()...)
	return s, s.redact(MergeDiagnostics(plain(diags)))
}

// Observe sets what is known of the live world, once providers are connected:
// providers are evaluated before anything can be read from them. Values that
// were evaluated before are forgotten.
func (s *Scope) Observe(known KnownFunc, readData ReadDataFunc) {
	s.known, s.readData = known, readData
	s.compile()
}

// FindFunc returns the live object that an instance of a standing type names by its
// lookup attribute (see Type.Standing and Type.Lookup).
type FindFunc func(in *Instance, name string) (Object, bool)

// MoreFunc returns all that can be learnt of the live object of an instance, of which
// o is known; false if there is no more.
type MoreFunc func(in *Instance, o Object) (Object, bool)

// Seek sets how live objects are looked for while values are worked out: found, instead
// of Observe's known, for those of standing types; more where something is referred to
// that neither told. Each is asked once for an instance at most.
func (s *Scope) Seek(found FindFunc, more MoreFunc) { s.found, s.more = found, more }

// program compiles the configuration for its diagnostics.
func (c *Config) program() (*Scope, hcl.Diagnostics) {
	s := &Scope{config: c, functions: Functions(c.Dir, nil), uploads: newUploads(c.Dir)}
	return s, s.compile()
}

// compile makes the program anew. Its diagnostics are those of Load.
func (s *Scope) compile() hcl.Diagnostics {
	c := s.config
	s.several = c.severalProviders()
	s.root = &hcl.EvalContext{Functions: s.functions, Variables: map[string]cty.Value{}}
	s.program = program{
		locals:    make(map[string]*localValue, len(c.locals)),
		resources: make(map[Address]*resource, len(c.resources)),
		data:      make(map[Address]*resource, len(c.data)),
	}
	s.stack, s.references, s.sets = nil, nil, depSets{}
	s.declare()
	var diags hcl.Diagnostics
	for _, name := range named(s.locals) {
		l := s.locals[name]
		cc := compiler{scope: s}
		l.expr, _ = cc.compile(l.decl.expr.expr)
		diags = append(diags, cc.diags...)
	}
	for _, r := range s.order {
		diags = append(diags, r.compile()...)
	}
	for _, o := range s.outputs {
		diags = append(diags, o.compile()...)
	}
	return append(diags, s.compileSettings()...)
}

// declare enters all names before anything is compiled, for they may refer to one
// another in any order.
func (s *Scope) declare() {
	c := s.config
	for name, decl := range c.locals {
		l := &localValue{scope: s, decl: decl}
		l.owner = l
		s.locals[name] = l
	}
	for _, decl := range c.order {
		r := newResource(s, decl)
		if decl.data {
			s.data[decl.addr] = r
		} else {
			s.resources[decl.addr] = r
		}
		s.order = append(s.order, r)
	}
	for _, r := range s.order {
		if r.decl.parent != nil {
			r.parent = s.resources[r.decl.parent.addr]
		}
	}
	for _, decl := range c.outputs {
		o := &output{scope: s, decl: decl}
		o.owner = o
		s.outputs = append(s.outputs, o)
	}
}

// compileSettings checks the references of provider, state, encryption, guard and validation
// blocks; their expressions are compiled again when they are evaluated, for they
// are few and evaluated once.
func (s *Scope) compileSettings() hcl.Diagnostics {
	var diags hcl.Diagnostics
	check := func(e hclsyntax.Expression, only string) {
		cc := compiler{scope: s, only: only}
		cc.compile(e)
		diags = append(diags, cc.diags...)
	}
	for _, key := range named(s.config.providers) {
		for _, setting := range s.config.providers[key].settings {
			check(setting.expr, "")
		}
	}
	for _, block := range []*hclsyntax.Block{s.config.state, s.config.encryption, s.config.guard} {
		if block != nil {
			for _, setting := range settingsOf(block.Body) {
				check(setting.expr, "")
			}
		}
	}
	for _, name := range named(s.config.variables) {
		for _, v := range s.config.variables[name].validations {
			check(v.condition.expr, "The condition of a validation")
			check(v.message.expr, "The error message of a validation")
		}
	}
	return diags
}

// localValue is a local value, evaluated when it is first asked for.
type localValue struct {
	vertex
	scope *Scope
	decl  *localDecl
	expr  hclsyntax.Expression
	value cty.Value
}

func (l *localValue) String() string   { return "local." + l.decl.name }
func (l *localValue) place() hcl.Range { return l.decl.expr.nameRange }

func (l *localValue) evaluate(s *Scope) {
	v, diags := l.expr.Value(s.root)
	l.diags = plain(diags)
	if diags.HasErrors() {
		v = cty.DynamicVal
		l.muted = true
	}
	l.value = v
}

// Eval evaluates one expression, as the console does. What is not known stays
// unknown.
func (s *Scope) Eval(source string) (cty.Value, hcl.Diagnostics) {
	e, diags := hclsyntax.ParseExpression([]byte(source), "expression", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.DynamicVal, plain(diags)
	}
	v, f, diags := s.evaluate(e, "")
	return untag(v), s.redact(MergeDiagnostics(diags, gatherDiags(f.deps)))
}

// evaluate compiles an expression and evaluates it outside any block.
func (s *Scope) evaluate(e hclsyntax.Expression, only string) (cty.Value, *frame, hcl.Diagnostics) {
	cc := compiler{scope: s, only: only}
	compiled, _ := cc.compile(e)
	var v cty.Value
	var diags hcl.Diagnostics
	f := s.collect(func() { v, diags = compiled.Value(s.root) })
	v = withoutOrigin(v)
	if diags.HasErrors() {
		v = cty.DynamicVal
	}
	return v, f, plain(diags)
}
