package motimate

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

func pickUser(object schema.Object) map[string]cty.Value {
	values := pick(object, userFields...)
	for _, name := range userSets {
		values[name] = cty.NullVal(idSet)
		if v, ok := object.Attrs[name]; ok {
			values[name] = v
		}
	}
	return values
}

// pick returns the id and the named texts, null where they are not known.
func pick(object schema.Object, names ...string) map[string]cty.Value {
	values := map[string]cty.Value{"id": cty.StringVal(object.ID)}
	for _, name := range names {
		values[name] = cty.NullVal(cty.String)
		if v, ok := object.Attrs[name]; ok {
			values[name] = v
		}
	}
	return values
}

func pickPosition(object schema.Object) map[string]cty.Value { return pick(object, positionFields...) }
