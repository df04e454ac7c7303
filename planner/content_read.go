package planner

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Lists may leave out what an object is known by: the text of a post. Of those that
// are equal in all that is told the rest has to be read before it is decided what
// is meant. These functions say which, and change nothing; the caller reads them
// and fills the tables.

// sought is the content of an object that may be live.
type sought struct {
	provider string
	typ      *schema.Type
	want     getter
	as       writing
	later    []string // content that is not known yet
}

// ToRead lists the live objects that have to be read one by one before NewMatch,
// since an instance without a live object of its own, or a call of an earlier run
// that was not answered, may mean one of them.
func ToRead(in Input) []ObjectID {
	var list []sought
	for _, inst := range in.Instances {
		if rec := in.State.Records[inst.Address]; in.Destroy || !knownByContent(inst.Type) || rec != nil && in.isLive(rec) {
			continue
		}
		n := &node{inst: inst, values: inst.Values}
		list = append(list, sought{inst.Provider, inst.Type, n.known, nearly, n.later()})
	}
	for _, i := range in.State.Intents {
		if typ := in.Types[i.Address.Type]; typ != nil && knownByContent(typ) && i.makes() {
			list = append(list, sought{i.Provider, typ, attrsGetter(i.Wanted), widely, nil})
		}
	}
	return in.lacking(list)
}

// ToSettle is ToRead for creates whose answers never came, before Settle.
func ToSettle(in Input, lookups []Lookup) []ObjectID {
	var list []sought
	for _, l := range lookups {
		if typ := in.Types[l.Step.Address.Type]; typ != nil && knownByContent(typ) {
			list = append(list, sought{l.Step.Provider, typ, attrsGetter(l.Values), widely, nil})
		}
	}
	return in.lacking(list)
}

// ToVerify is ToRead for what a saved plan is to make, before Verify.
func ToVerify(in Input, p *Plan) []ObjectID {
	var list []sought
	for i := range p.Steps {
		s := &p.Steps[i]
		if typ := in.Types[s.Address.Type]; s.Action == Create && typ != nil && knownByContent(typ) && s.settled(typ) {
			list = append(list, sought{s.Provider, typ, s.known, nearly, nil})
		}
	}
	return in.lacking(list)
}

// known gives a value that a step sends, if it is known by now.
func (s *Step) known(name string) (cty.Value, bool) {
	t, ok := s.After[name]
	return t.Value, ok && t.IsKnown()
}

// settled reports whether all of the content that a step sends is known.
func (s *Step) settled(typ *schema.Type) bool {
	return !slices.ContainsFunc(typ.Content, func(name string) bool { t, sent := s.After[name]; return sent && !t.IsKnown() })
}

// later names the content of an instance that waits for what is not known yet, such
// as the id of a group.
func (n *node) later() []string {
	var names []string
	for _, name := range n.inst.Type.Content {
		if t, ok := n.values[name]; ok && !t.IsKnown() {
			names = append(names, name)
		}
	}
	return names
}

// isLive reports whether the object of a record is there, as far as a list shows.
func (in *Input) isLive(rec *Record) bool {
	_, listed := in.Live[rec.Provider][rec.Address.Type].Find(rec.ID)
	return listed || rec.writtenWithin(in.Now, in.Providers[rec.Provider].ReadLag)
}

// lacking lists the strangers that are equal to something sought in all that they
// tell of it, and do not tell all.
func (in *Input) lacking(list []sought) []ObjectID {
	if len(list) == 0 {
		return nil
	}
	owned := in.ownedIDs()
	indices, out := map[*Table]*contents{}, map[ObjectID]bool{}
	for _, s := range list {
		t := in.Live[s.provider][s.typ.Name]
		if t == nil {
			continue
		}
		if indices[t] == nil {
			indices[t] = newContents(t)
		}
		for _, i := range indices[t].like(s.want) {
			id := ObjectID{s.provider, s.typ.Name, t.objects[i].ID}
			told := attrsGetter(t.objects[i].Attrs)
			like := compareContent(s.typ, s.want, told, s.as)
			if !owned[id] && (like == untold || like != unlike && slices.ContainsFunc(s.later, func(name string) bool { _, ok := told(name); return !ok })) {
				out[id] = true
			}
		}
	}
	ids := make([]ObjectID, 0, len(out))
	for id := range out {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ObjectID) int {
		return strings.Compare(a.Provider+"\x00"+a.Type+"\x00"+a.ID, b.Provider+"\x00"+b.Type+"\x00"+b.ID)
	})
	return ids
}

// ownedIDs are the live objects that are ours, and those that were and that we have
// deleted.
func (in *Input) ownedIDs() map[ObjectID]bool {
	out := make(map[ObjectID]bool, len(in.State.Records))
	for addr, rec := range in.State.Records {
		out[ObjectID{rec.Provider, addr.Type, rec.ID}] = true
		for _, id := range rec.Deposed {
			out[ObjectID{rec.Provider, addr.Type, id}] = true
		}
	}
	for id := range in.State.Deleted {
		out[id] = true
	}
	return out
}
