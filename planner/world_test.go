package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The tests speak of an invented vendor, Acme, as data.

var now = time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)

func acmeTypes() map[string]*schema.Type {
	ids := cty.Set(cty.String)
	id := schema.Attribute{Name: "id", Type: cty.String, Computed: true}
	list := []*schema.Type{
		{Name: "acme_position", Provider: "acme", Class: schema.ClassRole, Noun: [2]string{"position", "positions"},
			Keys: [][]string{{"import_id"}, {"name"}},
			Attributes: []schema.Attribute{
				{Name: "name", Type: cty.String, Required: true, Purpose: schema.PurposeName},
				{Name: "import_id", Type: cty.String}, id}},
		{Name: "acme_group", Provider: "acme", Class: schema.ClassUnit, Noun: [2]string{"group", "groups"},
			Keys: [][]string{{"name", "parent"}}, Nest: &schema.Nesting{Block: "group", Parent: "parent", Level: "kind"},
			Attributes: []schema.Attribute{
				{Name: "name", Type: cty.String, Required: true, Purpose: schema.PurposeName},
				{Name: "kind", Type: cty.String, Purpose: schema.PurposeLevel},
				{Name: "parent", Type: cty.String, Purpose: schema.PurposeParent, Refers: "acme_group"},
				{Name: "note", Type: cty.String}, id}},
		{Name: "acme_user", Provider: "acme", Class: schema.ClassPerson, Noun: [2]string{"person", "people"},
			Keys: [][]string{{"number"}, {"email"}, {"phone"}}, AnyOf: [][]string{{"email", "phone"}},
			Attributes: []schema.Attribute{
				{Name: "email", Type: cty.String, Compare: schema.CompareFold},
				{Name: "phone", Type: cty.String, Compare: schema.ComparePhone},
				{Name: "number", Type: cty.String, CreateOnly: true},
				{Name: "first", Type: cty.String},
				{Name: "pin", Type: cty.String, Sensitive: true},
				{Name: "rank", Type: cty.String, Purpose: schema.PurposeAdmin, Admin: "chief"},
				{Name: "groups", Type: ids, Purpose: schema.PurposeMembership, Refers: "acme_group"},
				{Name: "leads", Type: ids, Purpose: schema.PurposeLead, Refers: "acme_group"},
				{Name: "positions", Type: ids, Purpose: schema.PurposeMembership, Refers: "acme_position"},
				{Name: "mode", Type: cty.String, Purpose: schema.PurposeMode, Enum: []string{"exact", "include"}}, id}},
		{Name: "acme_file", Provider: "acme", Noun: [2]string{"file", "files"},
			Attributes: []schema.Attribute{{Name: "source", Type: cty.String, Forces: true}, {Name: "title", Type: cty.String}, id}},
	}
	types := map[string]*schema.Type{}
	for _, t := range list {
		types[t.Name] = t.Index()
	}
	return types
}

// world is what one decision is made from, put together step by step.
type world struct {
	t    testing.TB
	in   Input
	live map[string][]schema.Object
}

func newWorld(t testing.TB) *world {
	return &world{t: t, live: map[string][]schema.Object{}, in: Input{
		Types: acmeTypes(), Blocks: map[schema.Address]*schema.Block{},
		State:     State{Lineage: "lineage", Serial: 1, Records: map[schema.Address]*Record{}, Digest: digestOf},
		Providers: map[string]Provider{"acme": {Removal: RemovalDelete, ReadLag: time.Hour, Levels: []string{"organization", "country", "region", "store"}}},
		Guards:    Limits{MaxDelete: Limit{Number: 1000, Absolute: true}, MaxMissing: Limit{Number: 1000, Absolute: true}, MaxPeopleAffected: Limit{Number: 1000, Absolute: true}},
		Now:       now,
	}}
}

func digestOf(v cty.Value) string {
	sum := sha256.Sum256([]byte(plain(v).GoString()))
	return hex.EncodeToString(sum[:])
}

func (w *world) provider(change func(*Provider)) {
	p := w.in.Providers["acme"]
	change(&p)
	w.in.Providers["acme"] = p
}

// attrs are attributes in a short form: a text, nil for null, a ref, a list of
// texts and refs, a cty.Value or a template.
type attrs map[string]any

// ref stands for the id of another instance, and "address.attr" for any other
// attribute of one.
type ref string

func address(t testing.TB, text string) schema.Address {
	t.Helper()
	if !strings.Contains(strings.SplitN(text, "[", 2)[0], ".") {
		t.Fatalf("%q is no address", text)
	}
	a, err := schema.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) template(typ *schema.Attribute, v any) schema.Template {
	pending := func(r ref) schema.Template {
		addr, attr := string(r), "id"
		if parts := strings.Split(addr, "."); len(parts) == 3 {
			addr, attr = parts[0]+"."+parts[1], parts[2]
		}
		return schema.Template{Pending: &schema.Pending{Type: cty.String, Ref: &schema.Ref{Address: address(w.t, addr), Attr: attr}}}
	}
	switch v := v.(type) {
	case string:
		return schema.Known(cty.StringVal(v))
	case nil:
		return schema.Known(cty.NullVal(typ.Type))
	case cty.Value:
		return schema.Known(v)
	case schema.Template:
		return v
	case ref:
		return pending(v)
	case []string:
		return schema.Known(setOf(v))
	case []any:
		if len(v) == 0 {
			return schema.Known(setOf(nil))
		}
		var list []schema.Template
		for _, e := range v {
			list = append(list, w.template(&schema.Attribute{Type: cty.String}, e))
		}
		return schema.Template{Pending: &schema.Pending{Type: cty.Set(cty.String), List: list}}
	}
	w.t.Fatalf("%s: no form for %T", typ.Name, v)
	return schema.Template{}
}

func (w *world) values(typ string, a attrs) map[string]cty.Value {
	out := map[string]cty.Value{}
	for name, v := range a {
		attr := w.in.Types[typ].Attribute(name)
		if attr == nil {
			w.t.Fatalf("%s has no %s", typ, name)
		}
		out[name] = w.template(attr, v).Value
	}
	return out
}

// want adds a wanted instance. What it refers to must have been added before.
func (w *world) want(addr string, a attrs) *schema.Instance {
	w.t.Helper()
	at := address(w.t, addr)
	block := w.in.Blocks[at.Resource()]
	if block == nil {
		block = &schema.Block{Address: at.Resource(), Range: hcl.Range{Filename: "main.org.hcl", Start: hcl.Pos{Line: len(w.in.Blocks) + 1}}}
		w.in.Blocks[at.Resource()] = block
	}
	inst := &schema.Instance{Address: at, Type: w.in.Types[at.Type], Provider: "acme", Block: block, Values: map[string]schema.Template{}}
	needs := map[schema.Address]bool{}
	for name, v := range a {
		attr := inst.Type.Attribute(name)
		if attr == nil {
			w.t.Fatalf("%s has no %s", at.Type, name)
		}
		t := w.template(attr, v)
		for _, use := range t.Uses() {
			needs[use] = true
		}
		if v != nil {
			inst.Values[name] = t
		}
	}
	inst.Needs = slices.SortedFunc(maps.Keys(needs), schema.Address.Compare)
	w.in.Instances = append(w.in.Instances, inst)
	return inst
}

// own adds a record.
func (w *world) own(addr, id string, a attrs) *Record {
	w.t.Helper()
	at := address(w.t, addr)
	rec := &Record{Address: at, Provider: "acme", ID: id, Attrs: w.values(at.Type, a)}
	w.in.State.Records[at] = rec
	return rec
}

// stands adds a live object.
func (w *world) stands(typ, id string, a attrs) {
	w.t.Helper()
	w.live[typ] = append(w.live[typ], schema.Object{ID: id, Attrs: w.values(typ, a)})
}

// owned adds a live object and its record.
func (w *world) owned(addr, id string, a attrs) *Record {
	w.t.Helper()
	w.stands(address(w.t, addr).Type, id, a)
	return w.own(addr, id, a)
}

func (w *world) tables() map[string]map[string]*Table {
	tables := map[string]*Table{}
	for name, typ := range w.in.Types {
		objects := make([]schema.Object, len(w.live[name]))
		for i, o := range w.live[name] {
			objects[i] = schema.Object{ID: o.ID, Attrs: maps.Clone(o.Attrs)}
		}
		tables[name] = NewTable(typ, objects)
	}
	return map[string]map[string]*Table{"acme": tables}
}

// plan decides. Errors are returned, not fatal.
func (w *world) plan() (*Plan, hcl.Diagnostics) {
	w.in.Live = w.tables()
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		return nil, diags
	}
	p, more := m.Plan()
	if more.HasErrors() {
		return p, append(diags, more...)
	}
	return p, diags
}

func (w *world) mustPlan() *Plan {
	w.t.Helper()
	p, diags := w.plan()
	if diags.HasErrors() {
		w.t.Fatalf("plan: %s", diags.Error())
	}
	return p
}

// lines says every step in one line: sign, address, from, id, what changes.
func lines(p *Plan) []string {
	out := []string{}
	for i := range p.Steps {
		out = append(out, line(&p.Steps[i]))
	}
	return out
}

func line(s *Step) string {
	text := s.Action.Sign() + " " + s.Address.String()
	if !s.From.IsZero() {
		text += " from " + s.From.String()
	}
	for _, c := range s.Changes {
		text += " " + c.Attr + "=" + said(c.After)
	}
	return text
}

func said(t schema.Template) string {
	if t.Pending == nil {
		if s, ok := text(t.Value); ok {
			return fmt.Sprintf("%q", s)
		}
		if plain(t.Value).IsNull() {
			return "null"
		}
		return fmt.Sprint(elements(t.Value))
	}
	switch p := t.Pending; {
	case p.Ref != nil && p.Ref.Attr == "id":
		return "<" + p.Ref.Address.String() + ">"
	case p.Ref != nil:
		return "<" + p.Ref.Address.String() + "." + p.Ref.Attr + ">"
	case p.Expr != nil:
		return "(" + p.Expr.Source + ")"
	default:
		var parts []string
		for _, e := range append(slices.Clone(p.List), p.Text...) {
			parts = append(parts, said(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
}

// expect holds a plan's steps against lines, in their order.
func (w *world) expect(want ...string) *Plan {
	w.t.Helper()
	p := w.mustPlan()
	if diff := cmp.Diff(append([]string{}, want...), lines(p)); diff != "" {
		w.t.Errorf("steps (-want +got):\n%s", diff)
	}
	checkShape(w.t, p)
	return p
}

// refused expects an error whose text has all the words.
func (w *world) refused(words ...string) {
	w.t.Helper()
	_, diags := w.plan()
	if !diags.HasErrors() {
		w.t.Fatalf("no error; want one with %q", words)
	}
	var all strings.Builder
	for _, d := range diags {
		all.WriteString(d.Summary + ": " + d.Detail + "\n")
	}
	for _, word := range words {
		if !strings.Contains(all.String(), word) {
			w.t.Errorf("the error does not say %q:\n%s", word, all.String())
		}
	}
}

func warnings(p *Plan) []string {
	out := []string{}
	for _, warning := range p.Warnings {
		out = append(out, warning.Summary)
	}
	return out
}

// checkShape holds what is true of every plan.
func checkShape(t testing.TB, p *Plan) {
	t.Helper()
	calls := 0
	for i, s := range p.Steps {
		calls += s.Calls
		for _, need := range s.Needs {
			if need >= i || need < 0 {
				t.Errorf("step %d (%s) needs step %d, which does not come before it", i, line(&s), need)
			}
			if p.Steps[need].Last && !s.Last {
				t.Errorf("%s waits for %s, which is left for last", line(&s), line(&p.Steps[need]))
			}
		}
		if s.Action == None {
			t.Errorf("a step that does nothing: %s", s.Address)
		}
	}
	if calls != p.Summary.Calls {
		t.Errorf("the summary says %d calls, the steps %d", p.Summary.Calls, calls)
	}
	for _, a := range []Action{Forget, Readdress} {
		for _, s := range p.Steps {
			if s.Action == a && s.Calls != 0 {
				t.Errorf("%s spends %d calls", line(&s), s.Calls)
			}
		}
	}
}

// object is a person as a single read shows it.
func (w *world) object(id string, a attrs) schema.Object {
	return schema.Object{ID: id, Attrs: w.values("acme_user", a)}
}

func contains(diags hcl.Diagnostics, words string) bool {
	return slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return strings.Contains(d.Summary+": "+d.Detail, words) })
}
