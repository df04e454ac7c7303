package motimate

import (
	"errors"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

type wireGroup struct {
	ID       rest.Text `json:"id"`
	Name     rest.Text `json:"name"`
	Kind     rest.Text `json:"kind"`
	Level    rest.Text `json:"level"`
	ParentID rest.Text `json:"parent_id"`
}

type wirePosition struct {
	ID       rest.Text `json:"id"`
	Name     rest.Text `json:"name"`
	ImportID rest.Text `json:"import_id"`
}

// readGroup reads the one group of a body. The parent is known only where the
// field is there: single reads lack it [swagger].
func (w *wire) readGroup(body []byte, _ bool) (schema.Object, error) {
	g, err := rest.Data[wireGroup](body)
	if err != nil {
		return schema.Object{}, err
	}
	return w.group(&g)
}

func (w *wire) readGroups() func([]byte) ([]schema.Object, error) {
	return func(body []byte) ([]schema.Object, error) {
		page, err := rest.Data[[]wireGroup](body)
		return objectsOf(page, err, "group", w.group)
	}
}

func (w *wire) group(g *wireGroup) (schema.Object, error) {
	id, err := g.ID.ID()
	if err != nil {
		return schema.Object{}, err
	}
	parent, err := g.ParentID.ID()
	if err != nil {
		return schema.Object{}, err
	}
	attrs := emptyAttrs()
	g.Name.Put(attrs, "name")
	g.Level.Put(attrs, "level")
	if g.Kind.Present {
		attrs["kind"] = w.kind(g.Kind)
	}
	if g.ParentID.Present {
		attrs["parent"] = cty.NullVal(cty.String)
		if parent != "" && parent != "0" {
			attrs["parent"] = cty.StringVal(parent)
		}
	}
	return schema.Object{ID: id, Attrs: attrs}, nil
}

// kind gives the configuration's name of a live level; one that kinds does not
// name is kept as it is.
func (w *wire) kind(live rest.Text) cty.Value {
	if name, ok := w.stable[live.Value]; ok {
		return cty.StringVal(name)
	}
	return live.Cty()
}

func (w *wire) readPosition(body []byte, answer bool) (schema.Object, error) {
	p, err := rest.Data[wirePosition](body)
	if err != nil {
		return schema.Object{}, err
	}
	return position(&p, answer)
}

func (w *wire) readPositions() func([]byte) ([]schema.Object, error) {
	return func(body []byte) ([]schema.Object, error) {
		page, err := rest.Data[[]wirePosition](body)
		return objectsOf(page, err, "position", func(p *wirePosition) (schema.Object, error) { return position(p, false) })
	}
}

func position(p *wirePosition, answer bool) (schema.Object, error) {
	id, err := p.ID.ID()
	if err != nil {
		return schema.Object{}, err
	}
	attrs := emptyAttrs()
	p.Name.Put(attrs, "name")
	if p.ImportID.Present || !answer {
		attrs["import_id"] = p.ImportID.Cty()
	}
	return schema.Object{ID: id, Attrs: attrs}, nil
}

// objectsOf turns the items of a page into objects, each of which must have an
// id.
func objectsOf[T any](page []T, err error, noun string, read func(*T) (schema.Object, error)) ([]schema.Object, error) {
	if err != nil {
		return nil, err
	}
	objects := make([]schema.Object, len(page))
	for i := range page {
		if objects[i], err = read(&page[i]); err != nil {
			return nil, err
		}
		if objects[i].ID == "" {
			return nil, errors.New("a " + noun + " in the list has no id")
		}
	}
	return objects, nil
}
