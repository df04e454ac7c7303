package planner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// A unit that is deleted takes with it whatever the server still keeps below it.
// So it is not deleted as long as it is only taken for granted that what was
// below it has moved: where no answer has shown that, a list has to. One that is
// behind, since it does not show what was surely kept either, says nothing.

// Behind reports whether a list does not show all that we surely wrote. The
// input's state is the one as it is now.
func Behind(in Input, provider, typ string) bool {
	return bound(in).evidenceOf(provider, typ).behind
}

// leave notes a live unit that our unconfirmed write has taken out from below
// another, while the list still shows it there.
func (m *Match) leave(typ *schema.Type, rec *Record, attr string, w Write) {
	from, ok := text(w.Before)
	if !ok || from == "" || attr != single(typ, schema.PurposeParent) {
		return
	}
	if m.leaving == nil {
		m.leaving = map[ObjectID][]string{}
	}
	id := ObjectID{rec.Provider, typ.Name, from}
	m.leaving[id] = append(m.leaving[id], rec.ID)
}

// holdsOn reports whether a unit that is to be deleted may still have a wanted one
// below it, and warns of that.
func (m *Match) holdsOn(rec *Record) bool {
	typ := m.in.Types[rec.Address.Type]
	table := m.table(rec.Provider, typ.Name)
	if m.evidenceOf(rec.Provider, typ.Name).behind {
		return false // it does not show what was surely kept either
	}
	var names []string
	for _, id := range m.leaving[ObjectID{rec.Provider, typ.Name, rec.ID}] {
		if i, ok := table.byID[id]; ok && table.claim[i] != nil {
			names = append(names, m.labelOf(table.claim[i], table.claim[i].inst.Address))
		}
	}
	if len(names) == 0 {
		return false
	}
	m.plan.Warnings = append(m.plan.Warnings, Warning{
		Summary: fmt.Sprintf("A %s is not deleted yet", typ.Noun[0]),
		Detail: fmt.Sprintf("%s (%s) is no longer wanted, but the server still lists %s below it. That was moved away, and no answer has shown that it was kept. It is deleted when the list shows the move; if that is not so in %s, the move is planned again.",
			rec.Address, label(typ, attrsGetter(rec.Attrs), rec.ID), strings.Join(names, ", "), m.in.Providers[rec.Provider].ReadLag),
		Address: rec.Address,
	})
	return true
}

// leavers lists, by the unit they leave, the steps that move units elsewhere.
func leavers(p *Plan, types map[string]*schema.Type) map[ObjectID][]int {
	out := map[ObjectID][]int{}
	for i := range p.Steps {
		s := &p.Steps[i]
		typ := types[s.Address.Type]
		if s.Class != schema.ClassUnit || s.ID == "" || typ == nil || !s.moves(typ) {
			continue
		}
		if from, ok := text(s.Before[single(typ, schema.PurposeParent)]); ok && from != "" {
			id := ObjectID{s.Provider, s.Address.Type, from}
			out[id] = append(out[id], i)
		}
	}
	return out
}

// emptied makes sure, before a unit is deleted, that the server shows what this run
// has moved out from below it elsewhere.
func (r *run) emptied(ctx context.Context, s *Step) error {
	var doubtful []string
	var since time.Time
	r.mu.Lock()
	for _, i := range r.leavers[ObjectID{s.Provider, s.Address.Type, s.ID}] {
		mover := &r.plan.Steps[i]
		parent := single(r.o.Types[mover.Address.Type], schema.PurposeParent)
		if o := r.results[i]; o != nil && o.layers[len(o.layers)-1][parent] == cty.NilVal {
			doubtful = append(doubtful, mover.ID)
			if r.ended[i].After(since) {
				since = r.ended[i]
			}
		}
	}
	r.mu.Unlock()
	if len(doubtful) == 0 {
		return nil
	}
	below, err := r.target.Below(ctx, s, doubtful, since)
	switch {
	case err != nil:
		return fmt.Errorf("it is not deleted, because it could not be read whether what was moved away from it has left: %w", err)
	case len(below) > 0:
		return fmt.Errorf("it is not deleted, because the server still lists below it what it answered was moved away (id %s). Run again when it shows the move", strings.Join(below, ", "))
	}
	return nil
}
