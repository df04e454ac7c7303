package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// The measures of a drawn tree, in pixels. Texts are set in a monospaced face, so
// that their width is known without one.
const (
	svgRow    = 24
	svgIndent = 20
	svgMargin = 16
	svgLetter = 7.9
	svgGap    = 18
)

// TreeSVG writes a forest as a picture that needs nothing else: no script, no
// font, no style from outside. It is readable on light and dark pages, and draws as
// much as Tree does.
func TreeSVG(w io.Writer, f planner.Forest, o TreeOptions) error {
	s := &svgTree{printer: newPrinter(w, o.Options), chosen: o.choose(o.shadedTree(f))}
	s.list = s.rows()
	s.title = "The tree of " + s.noun(2)
	if o.Compare {
		s.title += ", as it is and as it will be"
	}
	if s.forest.AtLeast {
		s.said = append(s.said, s.uncounted())
	}
	if s.folded {
		s.said = append(s.said, s.foldNote())
	}
	return s.draw()
}

// draw writes the picture of what has been laid out.
func (s *svgTree) draw() error {
	for i := range s.list {
		s.fit(s.list[i].tail)
	}
	s.measure()
	s.head()
	s.lines()
	for i := range s.list {
		s.row(i)
	}
	for i, l := range s.above {
		s.text(svgMargin, i, l)
	}
	s.notes()
	s.line("</svg>")
	return s.Flush()
}

type svgTree struct {
	*printer
	*chosen
	list   []row
	column [4]float64 // where heads, below and tail begin, and the right end
	// title names the picture and desc describes it, for those who do not see it.
	title, desc string
	// above are lines that stand at the rows of that many empty ones at the
	// beginning of the list, said is what is said below the tree.
	above [][]toned
	said  []string
}

// left is where the title of a row begins.
func (s *svgTree) left(r *row) float64 {
	return svgMargin + float64(min(r.depth, mostGuides)*svgIndent)
}

// svgTail is how much is shown of each thing that is said behind a unit, in
// letters, unless all is asked for.
const svgTail = 56

// fit shortens what is said behind a unit, so that the picture stays readable at
// the width of a page.
func (s *svgTree) fit(tail []toned) {
	for i := range tail {
		if !s.chosen.Full {
			tail[i].text = cut(tail[i].text, svgTail)
		}
	}
}

func (s *svgTree) measure() {
	var wide [4]float64
	for i := range s.list {
		r := &s.list[i]
		wide[0] = max(wide[0], s.left(r)+svgLetter*float64(tonedWidth(r.title)))
		for at, cell := range [][]toned{r.heads, r.below, r.tail} {
			wide[at+1] = max(wide[at+1], svgLetter*float64(tonedWidth(cell)))
		}
	}
	x := wide[0]
	for at := range s.column {
		if at < 3 && wide[at+1] > 0 {
			x += svgGap
		}
		s.column[at] = x
		if at < 3 {
			x += wide[at+1]
		}
	}
	for _, l := range s.above {
		s.column[3] = max(s.column[3], svgMargin+svgLetter*float64(tonedWidth(l)))
	}
	for _, note := range s.said {
		s.column[3] = max(s.column[3], svgMargin+svgLetter*float64(width(note)))
	}
}

// svgStyle names classes so that a page which takes the picture in keeps its own.
const svgStyle = `<style>
.esp-ground{fill:#fff}.esp-plain,.esp-name{fill:#1f2328}.esp-dim{fill:#59636e}.esp-new{fill:#1a7f37}.esp-gone{fill:#cf222e}
.esp-moved{fill:#0969da}.esp-changed,.esp-note{fill:#9a6700}.esp-guide{stroke:#b7bfc8;fill:none}.esp-band{opacity:.1}
.esp-name,.esp-new,.esp-gone,.esp-moved,.esp-changed{font-weight:600}
.esp-row{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre}
@media (prefers-color-scheme:dark){
.esp-ground{fill:#0d1117}.esp-plain,.esp-name{fill:#f0f6fc}.esp-dim{fill:#9198a1}.esp-new{fill:#3fb950}.esp-gone{fill:#f85149}
.esp-moved{fill:#4493f8}.esp-changed,.esp-note{fill:#d29922}.esp-guide{stroke:#3d444d}.esp-band{opacity:.18}}
</style>`

func (s *svgTree) head() {
	wide := int(s.column[3] + svgMargin + 1)
	high := 2*svgMargin + svgRow*(len(s.list)+len(s.said))
	named := ""
	if s.desc != "" {
		named = ` aria-labelledby="esp-title" aria-describedby="esp-desc"`
	}
	s.line(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" role="img"%s width="%d" height="%d" viewBox="0 0 %d %d" style="max-width:100%%;height:auto">`, named, wide, high, wide, high))
	if s.desc == "" {
		s.line("<title>", escapeXML(s.title), "</title>")
	} else {
		s.line(`<title id="esp-title">`, escapeXML(s.title), "</title>")
		s.line(`<desc id="esp-desc">`, escapeXML(s.desc), "</desc>")
	}
	s.line(svgStyle)
	s.line(fmt.Sprintf(`<rect class="esp-ground" width="%d" height="%d" rx="6"/>`, wide, high))
}

// middle is the height of the middle of a row.
func middle(i int) int { return svgMargin + svgRow*i + svgRow/2 }

// lines draws from each unit to those below it, one path for each.
func (s *svgTree) lines() {
	at := make([]int, len(s.forest.Branches)) // the row of a unit
	for i := range s.list {
		r := &s.list[i]
		above := r.index
		if r.branch != nil {
			at[r.index], above = i, r.branch.Parent
		}
		if above < 0 || r.depth > mostGuides {
			continue
		}
		from := &s.list[at[above]]
		x := s.left(from) + 6.5 // lines lie on whole pixels
		s.line(fmt.Sprintf(`<path class="esp-guide" d="M%.1f %dV%d.5H%.1f"/>`, x, middle(at[above])+svgRow/2-2, middle(i), max(x, s.left(r)-4)))
	}
}

func (s *svgTree) row(i int) {
	r := &s.list[i]
	if r.branch != nil {
		if hue := toneOf(s.action(r.branch)); hue != toneName {
			s.line(fmt.Sprintf(`<rect class="esp-band esp-%s" x="%d" y="%d" width="%.0f" height="%d" rx="4"/>`,
				toneNames[hue], svgMargin/2, middle(i)-svgRow/2+1, s.column[3], svgRow-2))
		}
	}
	s.text(s.left(r), i, r.title)
	for at, cell := range [][]toned{r.heads, r.below, r.tail} {
		s.text(s.column[at], i, cell)
	}
}

// text writes the texts of a cell, one behind the other.
func (s *svgTree) text(x float64, row int, cell []toned) {
	if len(cell) == 0 {
		return
	}
	// Blanks in front are room, which not every reader keeps.
	first := strings.TrimLeft(cell[0].text, " ")
	x += svgLetter * float64(len(cell[0].text)-len(first))
	s.WriteString(fmt.Sprintf(`<text class="esp-row" x="%.1f" y="%d">`, x, middle(row)+4))
	for i, part := range cell {
		text := part.text
		if i == 0 {
			text = first
		}
		s.WriteString(`<tspan class="esp-` + toneNames[part.tone] + `">` + escapeXML(text) + `</tspan>`)
	}
	s.line("</text>")
}

func (s *svgTree) notes() {
	for i, note := range s.said {
		s.text(svgMargin, len(s.list)+i, []toned{{note, toneDim}})
	}
}

// escapeXML makes any text one that may stand in XML.
func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}
