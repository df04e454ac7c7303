package planner

import (
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// aftermath is the object of a step as it is afterwards. What a later layer has
// holds; they are joined for those few steps alone that others ask for.
type aftermath struct {
	id     string
	layers [3]map[string]cty.Value
}

// attr is one attribute; false where nothing is known of it: what is not known must
// not be sent as nothing.
func (o *aftermath) attr(name string) (cty.Value, bool) {
	if name == "id" {
		return cty.StringVal(o.id), true
	}
	for i := len(o.layers) - 1; i >= 0; i-- {
		if v, ok := o.layers[i][name]; ok {
			return v, true
		}
	}
	return cty.NilVal, false
}

// attrs are all attributes and the id.
func (o *aftermath) attrs() map[string]cty.Value {
	attrs := map[string]cty.Value{}
	for _, layer := range o.layers {
		maps.Copy(attrs, layer)
	}
	attrs["id"] = cty.StringVal(o.id)
	return attrs
}

// look gives an attribute of an instance as it is after its step.
func (r *run) look(ref schema.Ref) (cty.Value, bool) {
	if i, ok := r.at[ref.Address]; ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.results[i] == nil {
			return cty.NilVal, false
		}
		return r.results[i].attr(ref.Attr)
	}
	attrs, ok := r.object(ref.Address)
	if !ok {
		return cty.NilVal, false
	}
	v, ok := attrs[ref.Attr]
	return v, ok
}

func (r *run) object(addr schema.Address) (map[string]cty.Value, bool) {
	i, ok := r.at[addr]
	if !ok {
		if r.o.Objects == nil {
			return nil, false
		}
		return r.o.Objects(addr)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.results[i] == nil {
		return nil, false
	}
	return r.results[i].attrs(), true
}
