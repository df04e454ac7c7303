package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// The JSON form of a Template, kept in saved plans. A known text without a mark,
// by far the most common, is a JSON string; everything else is an object.
//
//	"text"
//	{"value": {"type": ..., "value": ..., "sensitive": [path, ...]}}
//	{"pending": {"type": ..., "ref"|"list"|"text"|"expr": ..., "sensitive": true}}

type jsonTemplate struct {
	Value   *jsonValue   `json:"value,omitempty"`
	Pending *jsonPending `json:"pending,omitempty"`
}

type jsonPending struct {
	Type      json.RawMessage `json:"type,omitempty"`
	Ref       *jsonRef        `json:"ref,omitempty"`
	List      *[]Template     `json:"list,omitempty"`
	Text      *[]Template     `json:"text,omitempty"`
	Expr      *jsonExpr       `json:"expr,omitempty"`
	Sensitive bool            `json:"sensitive,omitempty"`
}

type jsonRef struct {
	Address Address `json:"address"`
	Attr    string  `json:"attr"`
}

type jsonExpr struct {
	Source string                `json:"source"`
	Range  jsonRange             `json:"range"`
	Vars   map[string]*jsonValue `json:"vars,omitempty"`
	Uses   []Address             `json:"uses,omitempty"`
}

// jsonRange is a file and two positions of line, column and byte.
type jsonRange struct {
	File  string `json:"file"`
	Start [3]int `json:"start"`
	End   [3]int `json:"end"`
}

func rangeToJSON(r hcl.Range) jsonRange {
	at := func(p hcl.Pos) [3]int { return [3]int{p.Line, p.Column, p.Byte} }
	return jsonRange{File: r.Filename, Start: at(r.Start), End: at(r.End)}
}

func (r jsonRange) rng() hcl.Range {
	at := func(p [3]int) hcl.Pos { return hcl.Pos{Line: p[0], Column: p[1], Byte: p[2]} }
	return hcl.Range{Filename: r.File, Start: at(r.Start), End: at(r.End)}
}

// MarshalJSON writes t so that UnmarshalJSON gives it back exactly, with types,
// marks and places.
func (t Template) MarshalJSON() ([]byte, error) {
	if t.Pending == nil {
		if v := t.Value; v != cty.NilVal && v.Type() == cty.String && !v.IsMarked() && v.IsKnown() && !v.IsNull() {
			return json.Marshal(v.AsString())
		}
		value, err := valueToJSON(t.Value)
		if err != nil {
			return nil, err
		}
		return json.Marshal(jsonTemplate{Value: value})
	}
	pending, err := t.Pending.toJSON()
	if err != nil {
		return nil, err
	}
	return json.Marshal(jsonTemplate{Pending: pending})
}

func (p *Pending) toJSON() (*jsonPending, error) {
	out := &jsonPending{Sensitive: p.Sensitive}
	if p.Type != cty.NilType {
		raw, err := json.Marshal(p.Type)
		if err != nil {
			return nil, fmt.Errorf("the type of a value that waits cannot be written: %w", err)
		}
		out.Type = raw
	}
	switch {
	case p.Ref != nil:
		out.Ref = &jsonRef{p.Ref.Address, p.Ref.Attr}
	case p.List != nil:
		out.List = &p.List
	case p.Text != nil:
		out.Text = &p.Text
	case p.Expr != nil:
		e := &jsonExpr{Source: p.Expr.Source, Range: rangeToJSON(p.Expr.Range), Uses: p.Expr.Uses}
		if p.Expr.Vars != nil {
			e.Vars = make(map[string]*jsonValue, len(p.Expr.Vars))
		}
		for name, v := range p.Expr.Vars {
			value, err := valueToJSON(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			e.Vars[name] = value
		}
		out.Expr = e
	default:
		return nil, errors.New("a value that waits for nothing that is named cannot be written")
	}
	return out, nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Template) UnmarshalJSON(data []byte) error {
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*t = Known(cty.StringVal(s))
		return nil
	}
	var j jsonTemplate
	if err := strictJSON(data, &j); err != nil {
		return err
	}
	if (j.Value == nil) == (j.Pending == nil) {
		return errors.New("a value has either \"value\" or \"pending\"")
	}
	if j.Value != nil {
		v, err := j.Value.value()
		if err != nil {
			return err
		}
		*t = Known(v)
		return nil
	}
	p, err := j.Pending.pending()
	if err != nil {
		return err
	}
	*t = Template{Pending: p}
	return nil
}

func (j *jsonPending) pending() (*Pending, error) {
	p := &Pending{Sensitive: j.Sensitive}
	if len(j.Type) > 0 {
		typ, err := typeFromJSON(j.Type)
		if err != nil {
			return nil, err
		}
		p.Type = typ
	}
	parts := 0
	if j.Ref != nil {
		parts++
		if j.Ref.Address.IsZero() || j.Ref.Attr == "" {
			return nil, errors.New("a reference needs an address and an attribute")
		}
		p.Ref = &Ref{Address: j.Ref.Address, Attr: j.Ref.Attr}
	}
	if j.List != nil {
		parts++
		p.List = notNil(*j.List)
	}
	if j.Text != nil {
		parts++
		p.Text = notNil(*j.Text)
	}
	if j.Expr != nil {
		parts++
		e := &Expr{Source: j.Expr.Source, Range: j.Expr.Range.rng(), Uses: j.Expr.Uses}
		if j.Expr.Vars != nil {
			e.Vars = make(map[string]cty.Value, len(j.Expr.Vars))
		}
		for name, value := range j.Expr.Vars {
			v, err := value.value()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			e.Vars[name] = v
		}
		p.Expr = e
	}
	if parts != 1 {
		return nil, errors.New("a value that waits has exactly one of \"ref\", \"list\", \"text\" and \"expr\"")
	}
	return p, nil
}

func notNil(list []Template) []Template {
	if list == nil {
		return []Template{}
	}
	return list
}

// strictJSON reads one JSON value and refuses fields that are not known, which a
// newer version may have written.
func strictJSON(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
