package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// planFlags are the flags of every command that makes a plan.
type planFlags struct {
	variables
	destroy     bool
	refreshOnly bool
	refresh     string
	targets     []string
	allow       []string
	parallelism int
	input       bool
	lockTimeout time.Duration
	keeps       bool // the run keeps what it reads
}

// mode is the way to read; true is another word for the default.
func (f *planFlags) mode() string {
	if f.refresh == "true" {
		return planner.RefreshIncremental
	}
	return f.refresh
}

func (f *planFlags) register(cmd *cobra.Command) {
	f.variables.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&f.refresh, "refresh", planner.RefreshIncremental, "`how` to read the live system: incremental, by lists, and one by one only what they do not\ncarry and may have changed; full, all that is managed, believing no write that an answer\nhas not confirmed; false, to trust the state")
	fs.Lookup("refresh").NoOptDefVal = "true"
	fs.BoolVar(&f.refreshOnly, "refresh-only", false, "send nothing; show and record in the state what is live")
	fs.StringArrayVar(&f.targets, "target", nil, "plan only this `address` and what it needs; a group stands for all groups below it; may be repeated")
	fs.StringArrayVar(&f.allow, "allow", nil, "let exactly up to N through a guard, once: `guard=N`; may be repeated")
	fs.BoolVar(&f.input, "input", true, "ask for what is not given; false fails instead")
	fs.IntVar(&f.parallelism, "parallelism", 10, "`number` of calls under way at once to each provider configuration")
}

// options checks the flags that are more than a text.
func (f *planFlags) options() (targets []schema.Address, allow map[string]int, trust bool, err error) {
	switch f.mode() {
	case planner.RefreshFull, planner.RefreshIncremental:
	case planner.RefreshNone:
		trust = true
	default:
		return nil, nil, false, fmt.Errorf("-refresh=%s is not known. Use incremental, which is the default, full to read everything that is managed, or false to trust the state", f.refresh)
	}
	if f.parallelism < 1 {
		return nil, nil, false, fmt.Errorf("-parallelism=%d makes no sense: at least one call must be under way", f.parallelism)
	}
	if f.destroy && f.refreshOnly {
		return nil, nil, false, fmt.Errorf("-destroy and -refresh-only contradict each other")
	}
	if trust && f.refreshOnly {
		return nil, nil, false, fmt.Errorf("-refresh-only and -refresh=false contradict each other")
	}
	for _, t := range f.targets {
		addr, err := schema.ParseAddress(t)
		if err != nil {
			return nil, nil, false, fmt.Errorf("-target: %w", err)
		}
		targets = append(targets, addr)
	}
	allow = map[string]int{}
	for _, arg := range f.allow {
		name, number, ok := strings.Cut(arg, "=")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 {
			return nil, nil, false, fmt.Errorf("-allow %s: write it as -allow %s=12, with the number the refusal names", arg, name)
		}
		if !known(planner.Allowable(), name) {
			return nil, nil, false, fmt.Errorf("-allow %s: there is no such guard to open. There are %s", arg, strings.Join(planner.Allowable(), ", "))
		}
		allow[name] = max(allow[name], n)
	}
	return targets, allow, trust, nil
}

func known(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// planned is a plan with all that an apply needs beside it.
type planned struct {
	plan *planner.Plan
	// leftover is what an unfinished run had left when the state was read.
	leftover string
	match    *planner.Match // who is who, as the plan found it
	survey   *survey
	// calls were spent to make it.
	calls int
	// each is how long one of them took on average.
	each time.Duration
	// hidden names the attributes with sensitive values, where there are any.
	hidden map[schema.Address][]string
	// parallelism is the number of calls an apply will have under way at once.
	parallelism int
	// believed are the attributes of owned objects, by address, that the reading
	// has shown as they were written, or changed since.
	believed map[schema.Address][]string
	// refreshed is how what the lists do not carry was read.
	refreshed *refreshed
	// marks are the server times up to which it will be known what has changed, when
	// the plan is carried out and its reading kept, by provider configuration and type.
	marks map[[2]string]time.Time
}

// plan reads the live system and decides. The snapshot is nil where there is no
// state yet.
func (p *project) plan(ctx context.Context, f *planFlags, snapshot *state.Snapshot) (*planned, error) {
	snapshot, _ = p.app.inOurTime(snapshot)
	targets, allow, trust, err := f.options()
	if err != nil {
		return nil, err
	}
	if len(p.unset) > 0 {
		return nil, schema.MergeDiagnostics(p.unset, p.check())
	}
	if p.checksFirst() { // what is wrong by itself is said before any call
		if diags := p.check(); diags.HasErrors() {
			return nil, diags
		}
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	if err := p.checkTenants(snapshot); err != nil {
		return nil, err
	}
	types := p.typesByProvider(snapshot)
	if err := p.findSelves(ctx, types); err != nil {
		return nil, err
	}
	var read *survey
	if trust {
		read = p.recorded(snapshot, types, &survey{})
	} else if read, err = p.read(ctx, types); err != nil {
		return nil, err
	} else if err := p.lookForMissing(ctx, snapshot, read, f.parallelism); err != nil {
		return nil, err
	}
	if !trust {
		if err := p.seekOwned(ctx, snapshot, read, f.parallelism); err != nil {
			return nil, err
		}
		if err := p.seekStanding(ctx, snapshot, read, f.parallelism); err != nil {
			return nil, err
		}
	}
	instances, outputs, err := p.evaluate(ctx, snapshot, read, trust)
	if err != nil {
		return nil, err
	}
	if trust {
		listed, err := p.read(ctx, unrecorded(instances, snapshot))
		if err != nil {
			return nil, err
		}
		read = p.recorded(snapshot, types, listed)
	}
	if err := p.seekWanted(ctx, instances, snapshot, read, f.parallelism); err != nil {
		return nil, err
	}
	in := planner.Input{
		Types: p.app.library.Resources, Instances: instances, Blocks: p.blocks(), Moved: p.config.Moved(), Outputs: outputs,
		State: planState(snapshot), Live: read.live, Providers: p.planProviders(), Guards: p.limits, Allow: allow,
		Full: f.mode() == planner.RefreshFull, Destroy: f.destroy, RefreshOnly: f.refreshOnly, Targets: targets, Functions: p.functions(), Now: p.app.Now(),
	}
	if p.cipher != nil {
		in.State.Kept = keptOutputs(snapshot)
	}
	if err := p.readLacking(ctx, append(planner.ToRead(in), planner.ToPlace(in)...), in.Live, f.parallelism); err != nil {
		return nil, err
	}
	match, diags := planner.NewMatch(in)
	if diags.HasErrors() {
		return nil, diags
	}
	reading := refreshing{p: p, match: match, read: read, snapshot: snapshot, mode: f.mode(), keeps: f.keeps, parallelism: f.parallelism}
	fresh, err := reading.refresh(ctx)
	if err != nil {
		return nil, err
	}
	plan, more := match.Plan()
	if err := p.app.check(append(diags, more...)); err != nil {
		return nil, err
	}
	plan.Refresh = fresh.Refresh
	return &planned{plan: plan, match: match, refreshed: fresh, marks: fresh.marks, survey: read, calls: p.callsSpent(), each: read.each, parallelism: f.parallelism, hidden: sensitive(instances), believed: match.Believed()}, nil
}

// checksFirst reports whether the configuration is held against itself before
// anything is read: where something wanted is made of local files, or is about
// objects that are there already, to be changed by words that the vendor lists.
func (p *project) checksFirst() bool {
	return slices.ContainsFunc(p.config.Resources(), func(r schema.Resource) bool {
		t := p.app.types(r.Address.Type)
		return t != nil && (t.Upload != nil || t.Standing)
	})
}

// evaluate turns the configuration into wanted instances, now that ids are known
// and data sources can be read.
func (p *project) evaluate(ctx context.Context, snapshot *state.Snapshot, read *survey, trust bool) ([]*schema.Instance, []schema.OutputValue, error) {
	known := func(addr schema.Address) (schema.Object, bool) {
		if snapshot == nil {
			return schema.Object{}, false
		}
		rec := snapshot.Records[addr]
		if rec == nil || planner.Replaceable(p.app.types(addr.Type)) { // whose id may become another
			return schema.Object{}, false
		}
		return read.live[rec.Provider][addr.Type].Find(rec.ID)
	}
	p.scope.Observe(known, func(key string, typ *schema.Type, args map[string]cty.Value) (map[string]cty.Value, error) {
		c := p.providers[key]
		if c == nil {
			return nil, fmt.Errorf("provider %q is not configured", key)
		}
		return c.client.Data(ctx, typ.Name, args)
	})
	s := seeker{p: p, ctx: ctx, snapshot: snapshot, read: read, trust: trust}
	p.scope.Seek(s.find, s.more)
	instances, diags := p.scope.Instances()
	outputs, more := p.scope.Outputs()
	if s.failed != nil {
		return nil, nil, s.failed
	}
	if err := p.app.check(schema.MergeDiagnostics(diags, more)); err != nil {
		return nil, nil, err
	}
	return instances, outputs, nil
}

// sensitive lists the instances that have sensitive attributes, with their names.
func sensitive(instances []*schema.Instance) map[schema.Address][]string {
	out := map[schema.Address][]string{}
	for _, inst := range instances {
		if names := inst.Sensitive(); len(names) > 0 {
			out[inst.Address] = names
		}
	}
	return out
}

// unrecorded lists the types of which something wanted is not owned yet, or about
// which an earlier run left calls open, which must be looked for even where the
// state is trusted.
func unrecorded(instances []*schema.Instance, snapshot *state.Snapshot) map[string][]string {
	out := map[string][]string{}
	add := func(provider, typ string) {
		if !known(out[provider], typ) {
			out[provider] = append(out[provider], typ)
		}
	}
	for _, inst := range instances {
		if snapshot == nil || snapshot.Records[inst.Address] == nil {
			add(inst.Provider, inst.Type.Name)
		}
	}
	if snapshot != nil {
		for _, i := range snapshot.Pending {
			add(i.Provider, i.Address.Type)
		}
	}
	return out
}

func (p *project) callsSpent() int {
	n := 0
	for _, c := range p.providers {
		if c.meter != nil {
			n += c.meter.Snapshot().Calls
		}
	}
	return n
}

// planState is the state as the planner sees it.
func planState(s *state.Snapshot) planner.State {
	out := planner.State{Records: map[schema.Address]*planner.Record{}, Outputs: map[string]cty.Value{}, Hidden: map[string]bool{}}
	if s == nil {
		return out
	}
	for _, i := range s.Pending {
		intent := planner.Intent{Address: i.Address, Provider: i.Provider, ID: i.ID, Wanted: i.Wanted, At: i.At, Accepted: i.Accepted}
		_ = intent.Action.UnmarshalText([]byte(i.Action)) // an unknown word is no create
		out.Intents = append(out.Intents, intent)
	}
	if s.Serial > 0 { // else it has never been written: there is none yet
		out.Lineage, out.Serial = s.Lineage, s.Serial
	}
	if s.Serial > 0 || len(s.Records) > 0 { // else its key is of this run alone
		out.Digest = s.Digest
	}
	out.Records = make(map[schema.Address]*planner.Record, len(s.Records))
	for addr, rec := range s.Records {
		r := &planner.Record{Address: addr, Provider: rec.Provider, ID: rec.ID, Attrs: rec.Attrs, Digests: rec.Digests, Needs: rec.Needs, Deposed: rec.Deposed, Read: rec.Read, Written: rec.Written}
		if len(rec.Writes) > 0 {
			r.Writes = make(map[string]planner.Write, len(rec.Writes))
			for name, w := range rec.Writes {
				r.Writes[name] = planWrite(w)
			}
		}
		out.Records[addr] = r
	}
	for name, o := range s.Outputs {
		if o.Sensitive {
			out.Hidden[name] = true
		} else {
			out.Outputs[name] = o.Value
		}
	}
	out.Deleted = make(map[planner.ObjectID]time.Time, len(s.Deleted))
	for owner, at := range s.Deleted {
		out.Deleted[planner.ObjectID(owner)] = at
	}
	return out
}

func planWrite(w state.Write) planner.Write {
	out := planner.Write{Before: w.Before, Sent: w.Sent, Answer: w.Answer, At: w.At}
	for _, f := range w.Earlier {
		out.Earlier = append(out.Earlier, planner.Former(f))
	}
	return out
}

// blocks are the resource blocks by address, those without an instance
// included.
func (p *project) blocks() map[schema.Address]*schema.Block {
	out := map[schema.Address]*schema.Block{}
	for _, r := range p.config.Resources() {
		out[r.Address] = r.Block
	}
	return out
}

// check holds the configuration against itself, without the live system.
func (p *project) check() hcl.Diagnostics {
	instances, diags := p.scope.Instances()
	_, more := p.scope.Outputs()
	diags = schema.MergeDiagnostics(diags, more)
	_, more = planner.NewMatch(planner.Input{Types: p.app.library.Resources, Instances: instances, Providers: p.planProviders(), Functions: p.functions(), Now: p.app.Now()})
	return schema.MergeDiagnostics(diags, more)
}
