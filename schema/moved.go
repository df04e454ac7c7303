package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Move says that what was at one address is now at another: a whole resource, or
// one instance.
type Move struct {
	From, To Address
	Range    hcl.Range
}

// Moved returns the moved blocks in the order of the files.
func (c *Config) Moved() []Move { return c.moved }

func (c *Config) readMoved(block *hclsyntax.Block) hcl.Diagnostics {
	diags := noBlocks(block, "moved")
	found, takeDiags := take(block.Body, "A moved block", "from", "to")
	diags = append(diags, takeDiags...)
	m := Move{Range: block.DefRange()}
	for _, end := range []struct {
		name string
		into *Address
	}{{"from", &m.From}, {"to", &m.To}} {
		s, ok := found[end.name]
		if !ok {
			diags = append(diags, problem(block.DefRange(), "Missing argument "+quoted(end.name),
				"A moved block says from which address to which: from = type.old, to = type.new."))
			continue
		}
		t, isReference := referenceIn(s.expr)
		addr, isAddress := addressIn(t)
		if !isReference || !isAddress {
			diags = append(diags, problem(s.rng, "Not an address",
				"%s is the address of a resource or of one instance, without quotes: type.name or type.name[\"key\"].", end.name))
			continue
		}
		*end.into = addr
	}
	if diags.HasErrors() {
		return diags
	}
	if d := c.checkMove(m); d != nil {
		return append(diags, d)
	}
	c.moved = append(c.moved, m)
	return diags
}

// checkMove checks a move against itself and the other moves.
func (c *Config) checkMove(m Move) *hcl.Diagnostic {
	switch {
	case m.From.Type != m.To.Type:
		return problem(m.Range, "Move between types", "%s and %s are of different types. An object keeps its type; take the moved block out.", m.From, m.To)
	case m.From == m.To:
		return problem(m.Range, "Move to the same place", "from and to are the same address, %s. Take the moved block out.", m.From)
	case c.lib.Resources[m.From.Type] == nil:
		return problem(m.Range, "Unknown resource type "+quoted(m.From.Type), "There is no resource type %q.", m.From.Type)
	}
	for _, other := range c.moved {
		if other.From == m.From {
			return problem(m.Range, "Moved twice", "%s is moved already at %s. Keep one of the two blocks.", m.From, place(other.Range))
		}
		if other.To == m.To {
			return problem(m.Range, "Two moves to one place", "%s is moved to the same address at %s. Keep one of the two blocks.", other.From, place(other.Range))
		}
	}
	return nil
}

// checkMoves reports moves away from what the configuration still has. A single
// resource that got a for_each keeps its name and may be moved to one of its keys.
func (c *Config) checkMoves() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, m := range c.moved {
		d := c.resources[m.From.Resource()]
		if d != nil && m.From.Key.Kind == NoKey && d.repeats() == nil {
			diags = append(diags, problem(m.Range, "Moved object is still there",
				"%s is still in the configuration, at %s, so nothing can have moved away from it. Rename that block to %s, or take the moved block out.", m.From, place(d.rng), m.To))
		}
	}
	return diags
}
