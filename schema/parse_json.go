package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// blockShape says which properties of a JSON object are blocks, and how many
// labels they have; all others are attributes. JSON does not tell the two apart
// by itself.
type blockShape struct {
	labels int
	blocks map[string]*blockShape
}

// configShape is the shape of a whole *.org.json. Blocks that nest in themselves
// are named by the library.
func configShape(lib Library) *blockShape {
	leaf := func(labels int) *blockShape { return &blockShape{labels: labels} }
	lifecycle := &blockShape{blocks: map[string]*blockShape{"precondition": leaf(0), "postcondition": leaf(0)}}
	nested := &blockShape{labels: 1, blocks: map[string]*blockShape{"lifecycle": lifecycle}}
	resource := &blockShape{labels: 2, blocks: map[string]*blockShape{"lifecycle": lifecycle}}
	for _, t := range lib.Resources {
		if t.Nest != nil {
			nested.blocks[t.Nest.Block] = nested
			resource.blocks[t.Nest.Block] = nested
		}
	}
	return &blockShape{blocks: map[string]*blockShape{
		"espalier": {blocks: map[string]*blockShape{"state": leaf(1), "encryption": leaf(0), "guard": leaf(0)}},
		"provider": leaf(1),
		"variable": {labels: 1, blocks: map[string]*blockShape{"validation": leaf(0)}},
		"locals":   leaf(0),
		"data":     {labels: 2, blocks: map[string]*blockShape{"lifecycle": lifecycle}},
		"resource": resource,
		"output":   leaf(1),
		"moved":    leaf(0),
		"import":   leaf(0),
		"removed":  leaf(0),
		"check":    leaf(1),
		"module":   leaf(1),
	}}
}

// parseJSON reads a *.org.json into the syntax tree of the native syntax, so
// that there is one kind of expression and one way of evaluating it.
func parseJSON(src []byte, filename string, shape *blockShape) (*hclsyntax.Body, hcl.Diagnostics) {
	root, diags := hcljson.ParseExpression(src, filename)
	if diags.HasErrors() {
		return &hclsyntax.Body{SrcRange: hcl.Range{Filename: filename, Start: hcl.InitialPos, End: hcl.InitialPos}}, diags
	}
	conv := &jsonConverter{src: src}
	var body *hclsyntax.Body
	if conv.isObject(root) {
		body = conv.body(root, shape, shape.blocks["locals"] != nil)
	} else {
		conv.diags = append(conv.diags, problem(root.Range(), "Not a JSON object",
			`The file must hold one JSON object, with block types as its properties: {"resource": {...}}.`))
		body = &hclsyntax.Body{SrcRange: root.Range()}
	}
	return body, conv.diags
}

type jsonConverter struct {
	src   []byte
	diags hcl.Diagnostics
}

func (c *jsonConverter) isObject(e hcl.Expression) bool {
	_, diags := hcl.ExprMap(e)
	return !diags.HasErrors()
}

// body converts an object to a body. At the top of a file everything is a block,
// so that an unknown one is said to be an unknown block.
func (c *jsonConverter) body(object hcl.Expression, shape *blockShape, top bool) *hclsyntax.Body {
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: object.Range(), EndRange: object.Range()}
	pairs, _ := hcl.ExprMap(object)
	for _, pair := range pairs {
		name := c.text(pair.Key)
		block := shape.blocks[name]
		switch {
		case name == "//":
		case block != nil:
			c.blocks(body, name, pair.Key.Range(), nil, nil, block.labels, pair.Value, block)
		case top:
			body.Blocks = append(body.Blocks, &hclsyntax.Block{
				Type: name, Body: &hclsyntax.Body{SrcRange: pair.Value.Range()}, TypeRange: pair.Key.Range(),
				OpenBraceRange: pair.Value.StartRange(), CloseBraceRange: pair.Value.Range(),
			})
		default:
			if earlier, ok := body.Attributes[name]; ok {
				c.diags = append(c.diags, problem(pair.Key.Range(), "Property set twice",
					"%q is set already at %s. Keep one of the two.", name, place(earlier.NameRange)))
				continue
			}
			body.Attributes[name] = &hclsyntax.Attribute{
				Name: name, Expr: c.expr(pair.Value), SrcRange: hcl.RangeBetween(pair.Key.Range(), pair.Value.Range()),
				NameRange: pair.Key.Range(), EqualsRange: pair.Key.Range(),
			}
		}
	}
	return body
}

// blocks converts the value of a block property: objects by label for each label
// that is still missing, then the body; an array repeats.
func (c *jsonConverter) blocks(into *hclsyntax.Body, typ string, typRange hcl.Range, labels []string, ranges []hcl.Range, missing int, value hcl.Expression, shape *blockShape) {
	if items, diags := hcl.ExprList(value); !diags.HasErrors() {
		for _, item := range items {
			c.blocks(into, typ, typRange, labels, ranges, missing, item, shape)
		}
		return
	}
	if !c.isObject(value) {
		what := "the block's content"
		if missing > 0 {
			what = "one property for each label"
		}
		c.diags = append(c.diags, problem(value.Range(), "Not a block",
			"%q is a block: its value must be a JSON object with %s, or an array of such objects.", typ, what))
		return
	}
	if missing > 0 {
		pairs, _ := hcl.ExprMap(value)
		for _, pair := range pairs {
			if label := c.text(pair.Key); label != "//" {
				c.blocks(into, typ, typRange, append(labels[:len(labels):len(labels)], label),
					append(ranges[:len(ranges):len(ranges)], pair.Key.Range()), missing-1, pair.Value, shape)
			}
		}
		return
	}
	if n := len(ranges); n > 0 {
		// The header that a message shows is the innermost label; the word of
		// the type may stand a thousand lines above.
		typRange = ranges[n-1]
	}
	into.Blocks = append(into.Blocks, &hclsyntax.Block{
		Type: typ, Labels: labels, LabelRanges: ranges, TypeRange: typRange,
		Body: c.body(value, shape, false), OpenBraceRange: value.StartRange(), CloseBraceRange: value.Range(),
	})
}

// text is a property name or a plain string, as it stands.
func (c *jsonConverter) text(e hcl.Expression) string {
	v, _ := e.Value(nil)
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// expr converts a JSON value to an expression; strings are templates.
func (c *jsonConverter) expr(e hcl.Expression) hclsyntax.Expression {
	rng := e.Range()
	if pairs, diags := hcl.ExprMap(e); !diags.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: rng, OpenRange: e.StartRange()}
		for _, pair := range pairs {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{
				KeyExpr:   &hclsyntax.ObjectConsKeyExpr{Wrapped: c.template(c.text(pair.Key), pair.Key.Range()), ForceNonLiteral: true},
				ValueExpr: c.expr(pair.Value),
			})
		}
		return object
	}
	if items, diags := hcl.ExprList(e); !diags.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: rng, OpenRange: e.StartRange()}
		for _, item := range items {
			tuple.Exprs = append(tuple.Exprs, c.expr(item))
		}
		return tuple
	}
	v, _ := e.Value(nil)
	if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		return c.template(v.AsString(), rng)
	}
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}

// template parses the content of a JSON string.
func (c *jsonConverter) template(text string, rng hcl.Range) hclsyntax.Expression {
	start := hcl.Pos{Line: rng.Start.Line, Column: rng.Start.Column + 1, Byte: rng.Start.Byte + 1}
	e, diags := hclsyntax.ParseTemplate([]byte(text), rng.Filename, start)
	if raw := rng.End.Byte - rng.Start.Byte - 2; raw != len(text) {
		// With escapes in the string, places inside it are not those of the file.
		placeAt(e, rng)
		for _, d := range diags {
			d.Subject, d.Context = rng.Ptr(), nil
		}
	}
	c.diags = append(c.diags, diags...)
	return e
}
