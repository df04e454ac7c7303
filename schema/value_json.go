package schema

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// jsonValue is a known value with its type and the places that are sensitive.
type jsonValue struct {
	Type      json.RawMessage `json:"type"`
	Value     json.RawMessage `json:"value"`
	Sensitive [][]jsonStep    `json:"sensitive,omitempty"`
}

// jsonStep is one step of a path: an attribute, or an index.
type jsonStep struct {
	Attr  *string `json:"attr,omitempty"`
	Key   *string `json:"key,omitempty"`
	Index *int    `json:"index,omitempty"`
}

func valueToJSON(v cty.Value) (*jsonValue, error) {
	if v == cty.NilVal {
		return nil, errors.New("a value that is not there cannot be written")
	}
	bare, marked := v.UnmarkDeepWithPaths()
	if !bare.IsWhollyKnown() {
		return nil, errors.New("a value that is not wholly known cannot be written")
	}
	typ, err := ctyjson.MarshalType(bare.Type())
	if err != nil {
		return nil, fmt.Errorf("the type of a value cannot be written: %w", err)
	}
	raw, err := ctyjson.Marshal(bare, bare.Type())
	if err != nil {
		return nil, fmt.Errorf("a value cannot be written: %w", err)
	}
	out := &jsonValue{Type: typ, Value: raw}
	for _, m := range marked {
		if _, secret := m.Marks[Sensitive]; !secret {
			continue
		}
		path, err := pathToJSON(m.Path)
		if err != nil {
			return nil, err
		}
		out.Sensitive = append(out.Sensitive, path)
	}
	return out, nil
}

func pathToJSON(path cty.Path) ([]jsonStep, error) {
	steps := make([]jsonStep, 0, len(path))
	for _, step := range path {
		switch step := step.(type) {
		case cty.GetAttrStep:
			name := step.Name
			steps = append(steps, jsonStep{Attr: &name})
		case cty.IndexStep:
			key, err := KeyOf(step.Key)
			switch {
			case err != nil:
				return nil, fmt.Errorf("the place of a sensitive value cannot be written: %w", err)
			case key.Kind == StringKey:
				steps = append(steps, jsonStep{Key: &key.Text})
			default:
				steps = append(steps, jsonStep{Index: &key.Num})
			}
		default:
			return nil, errors.New("the place of a sensitive value cannot be written")
		}
	}
	return steps, nil
}

// value reads what valueToJSON wrote.
func (j *jsonValue) value() (v cty.Value, err error) {
	if j == nil || len(j.Type) == 0 || len(j.Value) == 0 {
		return cty.NilVal, errors.New("a value needs \"type\" and \"value\"")
	}
	typ, err := typeFromJSON(j.Type)
	if err != nil {
		return cty.NilVal, err
	}
	v, err = ctyjson.Unmarshal(j.Value, typ)
	if err != nil {
		return cty.NilVal, fmt.Errorf("a value does not fit its type: %w", err)
	}
	if !v.IsWhollyKnown() {
		return cty.NilVal, errors.New("a value must be known")
	}
	var places []cty.PathValueMarks
	for _, steps := range j.Sensitive {
		path, err := pathFromJSON(steps)
		if err != nil {
			return cty.NilVal, err
		}
		if !throughCollections(path, v) {
			return cty.NilVal, errors.New("the place of a sensitive value is not in the value")
		}
		places = append(places, cty.PathValueMarks{Path: path, Marks: cty.NewValueMarks(Sensitive)})
	}
	return v.MarkWithPaths(places), nil
}

// throughCollections reports whether the path leads somewhere in v. An element
// of a set has no mark of its own.
func throughCollections(path cty.Path, v cty.Value) bool {
	for _, step := range path {
		if v.IsNull() || v.Type().IsSetType() {
			return false
		}
		next, err := step.Apply(v)
		if err != nil {
			return false
		}
		v = next
	}
	return true
}

func pathFromJSON(steps []jsonStep) (cty.Path, error) {
	var path cty.Path
	for _, step := range steps {
		switch {
		case step.Attr != nil:
			path = path.GetAttr(*step.Attr)
		case step.Key != nil:
			path = path.IndexString(*step.Key)
		case step.Index != nil && *step.Index >= 0:
			path = path.IndexInt(*step.Index)
		default:
			return nil, errors.New("a step of a path is an attribute, a key or an index")
		}
	}
	return path, nil
}

// typeFromJSON reads a type.
func typeFromJSON(raw json.RawMessage) (cty.Type, error) {
	typ, err := ctyjson.UnmarshalType(raw)
	if err != nil {
		return cty.NilType, fmt.Errorf("this is not a type: %w", err)
	}
	return typ, nil
}
