package motimate

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
)

func (w *wire) createGroup(values map[string]cty.Value) (*rest.Body, error) {
	fields := texts(values, "name")
	if kind := nullable(values["kind"]); !kind.IsNull() {
		fields = append(fields, textField("kind", w.liveKind(kind)))
	}
	if parent := nullable(values["parent"]); !parent.IsNull() {
		fields = append(fields, field{"parent_id", idValue(parent.AsString())})
	}
	return w.createBody(fields), nil
}

// updateGroup sends parent_id for a move; that a change takes it is inferred.
func (w *wire) updateGroup(_ string, c provider.Change) (*rest.Body, error) {
	fields := w.changedTexts(c, "name")
	if c.Has("kind") {
		fields = append(fields, textField("kind", w.liveKind(nullable(c.After["kind"]))))
	}
	if c.Has("parent") {
		parent := field{"parent_id", nil}
		if v := nullable(c.After["parent"]); !v.IsNull() && v.AsString() != "" {
			parent.value = idValue(v.AsString())
		}
		fields = append(fields, parent)
	}
	if len(fields) == 0 {
		return nil, nil
	}
	return jsonBody(w.withTheRest(fields, c, "name")), nil
}

func (w *wire) liveKind(kind cty.Value) cty.Value {
	if kind.IsNull() {
		return kind
	}
	if live, ok := w.live[kind.AsString()]; ok {
		return cty.StringVal(live)
	}
	return kind
}

func (w *wire) createPosition(values map[string]cty.Value) (*rest.Body, error) {
	return w.createBody(texts(values, "name", "import_id")), nil
}

func (w *wire) updatePosition(_ string, c provider.Change) (*rest.Body, error) {
	fields := w.changedTexts(c, "name", "import_id")
	if len(fields) == 0 {
		return nil, nil
	}
	return jsonBody(w.withTheRest(fields, c, "name", "import_id")), nil
}
