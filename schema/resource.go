package schema

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// resource is a resource or data block in a program. As a vertex it is all of
// its instances together.
type resource struct {
	vertex
	scope  *Scope
	decl   *resourceDecl
	parent *resource // of a nested block
	// attrs are the attributes that are set, in the order written, and configured
	// tells them by name.
	attrs      []attribute
	configured map[string]bool
	dependsOn  []*refNode

	expansion expansion
	value     cty.Value // of all instances together
}

// attribute is an attribute of a block with its compiled expression.
type attribute struct {
	*Attribute
	expr   hclsyntax.Expression
	rng    hcl.Range
	traits traits
	// An attribute that is the same for all instances is evaluated once: done
	// says that it was, once is its value, and null that it has none.
	done, null bool
	once       *Template
}

// expansion is the set of a resource's instances.
type expansion struct {
	vertex
	res       *resource
	forEach   hclsyntax.Expression // nil, or the one of the two that the block has
	count     hclsyntax.Expression
	instances []*instance
	byKey     map[InstanceKey]*instance
	misses    int // how many keys were asked for that are not there
	// keysFrom are the origins of the keys of a for_each.
	keysFrom cty.ValueMarks
	// unread says that the instances cannot be known, for a reason told elsewhere.
	unread bool
}

// instance is one instance of a resource or data source.
type instance struct {
	vertex
	res    *resource
	parent *instance // of a nested block
	// each is the value of each.value.
	each cty.Value
	out  Instance
	// failed names the attributes whose evaluation failed.
	failed []string
	tags   map[string]cty.Value
	// live is what is known of the live object; looked says that it was asked for.
	live          Object
	exists, asked bool
	learnt        bool // more was asked of the live object
	// read are the attributes of a data source.
	read map[string]cty.Value
}

func newResource(s *Scope, decl *resourceDecl) *resource {
	r := &resource{scope: s, decl: decl, configured: map[string]bool{}}
	r.owner = r
	r.expansion.owner = &r.expansion
	r.expansion.res = r
	return r
}

func (r *resource) String() string    { return r.decl.String() }
func (r *resource) place() hcl.Range  { return r.decl.rng }
func (x *expansion) place() hcl.Range { return x.res.decl.rng }
func (in *instance) place() hcl.Range { return in.res.decl.rng }

func (x *expansion) String() string {
	if x.count != nil {
		return "the count of " + x.res.decl.String()
	}
	return "the for_each of " + x.res.decl.String()
}

func (in *instance) String() string {
	if in.res.decl.data {
		return "data." + in.out.Address.String()
	}
	return in.out.Address.String()
}

// compile compiles the expressions of the block.
func (r *resource) compile() hcl.Diagnostics {
	d := r.decl
	outside := compiler{scope: r.scope}
	if d.forEach != nil {
		r.expansion.forEach, _ = outside.compile(d.forEach.expr)
	} else if d.count != nil {
		r.expansion.count, _ = outside.compile(d.count.expr)
	}
	for _, t := range d.dependsOn {
		e := &hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: t.SourceRange()}
		compiled, _ := outside.compile(e)
		if ref, ok := compiled.(*refNode); ok && len(ref.rest) == 0 {
			r.dependsOn = append(r.dependsOn, ref)
		} else if !outside.diags.HasErrors() {
			outside.diags = append(outside.diags, problem(t.SourceRange(), "Not a resource",
				"An element of depends_on is the address of a resource, without an attribute: type.name, or type.name[\"key\"] for one of its instances."))
		}
	}
	inside := compiler{scope: r.scope}
	if above := d.repeats(); above != nil {
		inside.each, inside.count, inside.repeated = above.forEach != nil, above.forEach == nil, true
	}
	r.attrs = make([]attribute, 0, len(d.settings))
	for _, s := range d.settings {
		e, t := inside.compile(s.expr)
		r.attrs = append(r.attrs, attribute{Attribute: d.typ.Attribute(s.name), expr: e, rng: s.rng, traits: t})
		r.configured[s.name] = true
	}
	if r.parent != nil {
		r.configured[d.typ.Nest.Parent] = true
	}
	if up := d.typ.Upload; up != nil && r.configured[up.Source] {
		for _, name := range up.derived() {
			r.configured[name] = true
		}
	}
	return append(outside.diags, inside.diags...)
}

// find returns the instance of that key. Without one and without a diagnostic,
// the instances are not known.
func (s *Scope) find(r *resource, key InstanceKey, at hcl.Range) (*instance, *hcl.Diagnostic) {
	x := &r.expansion
	if d := s.force(&x.vertex, at); d != nil {
		s.depend(&x.vertex)
		return nil, d
	}
	if x.unread {
		s.mute()
		return nil, nil
	}
	if in := x.byKey[key]; in != nil {
		return in, nil
	}
	if key.Kind == NoKey && len(x.instances) == 1 {
		return x.instances[0], nil
	}
	return nil, x.missing(key, at)
}

// missing says that there is no instance of a key, and which are close.
func (x *expansion) missing(key InstanceKey, at hcl.Range) *hcl.Diagnostic {
	const summary = "No such instance"
	if len(x.instances) == 0 {
		return problem(at, summary, "There is no %s%s: the for_each or count of %s is empty.", x.res.decl, key, x.res.decl)
	}
	if key.Kind == IntKey {
		return problem(at, summary, "There is no %s%s: there are %s, counted from 0.", x.res.decl, key, plural(len(x.instances), "instance", "instances"))
	}
	have := plural(len(x.instances), "instance", "instances")
	if x.misses++; x.misses > hintedMisses {
		return problem(at, summary, "There is no %s%s; %s has %s.", x.res.decl, key, x.res.decl, have)
	}
	keys := make(map[string]bool, len(x.instances))
	for _, in := range x.instances {
		keys[in.out.Address.Key.Text] = true
	}
	var near []string
	for _, k := range nearKeys(key.Text, maps.Keys(keys), 3) {
		near = append(near, Quote(k))
	}
	hint := didYouMean(key.Text, maps.Keys(keys))
	return problem(at, summary, "There is no %s%s; %s has %s.%s The nearest keys are %s.",
		x.res.decl, key, x.res.decl, have, hint, sentence(near))
}
