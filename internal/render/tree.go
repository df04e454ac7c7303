package render

import (
	"io"
	"strings"
)

// TreeNode is one unit of the organisation tree.
type TreeNode struct {
	Name string
	// Kind is the name of the unit's level; empty if it has none.
	Kind string
	// People and Leads are how many belong to it and lead it.
	People, Leads int
	// LeadNames are the names of those who lead it.
	LeadNames []string
	// Note is said behind it: "not managed".
	Note     string
	Children []TreeNode
}

// Tree writes the units as a tree, head counts in a column beside it.
func Tree(w io.Writer, nodes []TreeNode, o Options) error {
	p := newPrinter(w, o)
	var rows []treeRow
	for i := range nodes {
		rows = growTree(rows, &nodes[i], "", "")
	}
	names, digits := 0, 0
	for _, r := range rows {
		names = max(names, width(r.guide)+width(r.title()))
		digits = max(digits, len(count(r.node.People)))
	}
	for _, r := range rows {
		p.treeRow(r, names, digits)
	}
	return p.Flush()
}

type treeRow struct {
	guide string
	node  *TreeNode
}

func (r treeRow) title() string {
	if r.node.Kind == "" {
		return clean(r.node.Name)
	}
	return clean(r.node.Name) + " (" + clean(r.node.Kind) + ")"
}

// growTree appends a node and all below it. own is the guide in front of the
// node, below that in front of its children.
func growTree(rows []treeRow, node *TreeNode, own, below string) []treeRow {
	rows = append(rows, treeRow{own, node})
	for i := range node.Children {
		if i == len(node.Children)-1 {
			rows = growTree(rows, &node.Children[i], below+"└─ ", below+"   ")
			continue
		}
		rows = growTree(rows, &node.Children[i], below+"├─ ", below+"│  ")
	}
	return rows
}

func (p *printer) treeRow(r treeRow, names, digits int) {
	n := r.node
	title := p.paint.bold(clean(n.Name))
	if n.Kind != "" {
		title += p.paint.dim(" (" + clean(n.Kind) + ")")
	}
	gap := strings.Repeat(" ", max(0, names-width(r.guide)-width(r.title())))
	number := count(n.People)
	number = strings.Repeat(" ", max(0, digits-len(number))) + number
	word := "people"
	if n.People == 1 {
		word = "person"
	}
	tail := "  " + number + " " + word
	if leads := p.leads(n); leads != "" {
		tail += "  " + leads
	}
	if n.Note != "" {
		tail += "  " + p.paint.yellow("("+clean(n.Note)+")")
	}
	p.line(p.paint.dim(r.guide), title, gap, tail)
}

// leads says who leads a unit, or how many do.
func (p *printer) leads(n *TreeNode) string {
	if n.Leads == 0 && len(n.LeadNames) == 0 {
		return ""
	}
	if p.People != PeopleNames || len(n.LeadNames) == 0 {
		return p.paint.dim(plural(max(n.Leads, len(n.LeadNames)), "lead", "leads"))
	}
	shown := 3
	if p.Full {
		shown = len(n.LeadNames)
	}
	var list []string
	for _, name := range n.LeadNames[:min(shown, len(n.LeadNames))] {
		list = append(list, clean(name))
	}
	return p.paint.dim("led by " + some(list, max(n.Leads, len(n.LeadNames))))
}
