package cli

import (
	"context"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// seekStanding reads the objects of standing types that the configuration names by what
// is known without the live system. The evaluation would do it one by one.
func (p *project) seekStanding(ctx context.Context, snapshot *state.Snapshot, read *survey, parallelism int) error {
	for _, r := range p.config.Resources() {
		if typ := p.app.types(r.Address.Type); typ != nil && typ.Standing {
			instances, _ := p.scope.Instances() // whose mistakes the evaluation tells
			return p.seekWanted(ctx, instances, snapshot, read, parallelism)
		}
	}
	return nil
}

// seeker looks for live objects while the configuration is evaluated.
type seeker struct {
	p        *project
	ctx      context.Context
	snapshot *state.Snapshot
	read     *survey
	trust    bool  // the state is believed
	failed   error // the first reading that did not work out; none is tried after it
}

// find returns the object that an instance names, and reads it if nothing has shown
// it yet.
func (s *seeker) find(in *schema.Instance, name string) (schema.Object, bool) {
	table := s.read.live[in.Provider][in.Type.Name]
	if table == nil || s.failed != nil {
		return schema.Object{}, false
	}
	if o, ok := table.Named(name); ok {
		return o, true
	}
	o := sought{provider: in.Provider, typ: in.Type.Name, name: name}
	if s.read.absent[o.key()] {
		return schema.Object{}, false
	}
	s.failed = s.p.explainAny(s.p.seek(s.ctx, []sought{o}, s.read, 1))
	return table.Named(name)
}

// more reads an object alone, for what its list does not carry.
func (s *seeker) more(in *schema.Instance, o schema.Object) (schema.Object, bool) {
	table := s.read.live[in.Provider][in.Type.Name]
	if in.Type.Lookup == "" || table == nil || s.trust || s.failed != nil {
		return schema.Object{}, false
	}
	var known map[string]cty.Value
	if rec := s.record(in.Address); rec != nil {
		known = rec.Attrs
	}
	whole, err := s.p.providers[in.Provider].client.Read(s.ctx, in.Type.Name, o.ID, known)
	if err != nil {
		if provider.KindOf(err) != provider.NotFound { // of that the plan tells
			s.failed = s.p.explain(s.p.providers[in.Provider], err)
		}
		return schema.Object{}, false
	}
	table.Fill(whole)
	return table.Find(o.ID)
}

func (s *seeker) record(a schema.Address) *state.Record {
	if s.snapshot == nil {
		return nil
	}
	return s.snapshot.Records[a]
}
