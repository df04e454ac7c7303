package planner

import "github.com/espalier-dev/espalier/schema"

// ToPlace lists the live units that have to be read one by one before NewMatch: their
// list does not tell what they stand under, and they have the name of a wanted unit
// that has no live one of its own. With no answer from a single read either it is
// refused to guess.
func ToPlace(in Input) []ObjectID {
	wanted := map[ObjectID]bool{} // the name in the place of the id
	for _, inst := range in.Instances {
		parent, name := single(inst.Type, schema.PurposeParent), single(inst.Type, schema.PurposeName)
		if rec := in.State.Records[inst.Address]; inst.Type.Class != schema.ClassUnit || parent == "" || in.Destroy || rec != nil && in.isLive(rec) {
			continue
		}
		if s, ok := text(inst.Values[name].Value); ok {
			wanted[ObjectID{inst.Provider, inst.Type.Name, s}] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var out []ObjectID
	for provider, types := range in.Live {
		for typ, t := range types {
			parent, name := single(t.typ, schema.PurposeParent), single(t.typ, schema.PurposeName)
			for i := range t.objects {
				if _, told := t.objects[i].Attrs[parent]; told || t.recorded || t.objects[i].ID == "" {
					continue
				}
				if s, ok := text(t.objects[i].Attrs[name]); ok && wanted[ObjectID{provider, typ, s}] {
					out = append(out, ObjectID{provider, typ, t.objects[i].ID})
				}
			}
		}
	}
	return out
}
