package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

func unit(name, level string, people, whole int, leads ...planner.Element) *planner.Unit {
	return &planner.Unit{Name: name, Level: level, People: people, Whole: whole, Leads: leads}
}

func leads(numbers ...int) []planner.Element {
	var list []planner.Element
	for _, n := range numbers {
		list = append(list, planner.Element{ID: fmt.Sprint(n), Label: mail(n), Address: person(n)})
	}
	return list
}

func branch(parent int, address string, is *planner.Unit) planner.Branch {
	b := planner.Branch{Type: "acme_group", Parent: parent, After: is}
	if address != "" {
		b.Address, b.ID = at(address), "1"
	}
	return b
}

// wanted is a tree that is not compared with any.
func wanted() planner.Forest {
	return planner.Forest{Branches: []planner.Branch{
		branch(-1, "acme_group.acme", unit("Acme", "organization", 4, 1204)),
		branch(0, "acme_group.norway", unit("Norway", "country", 80, 93, leads(1)...)),
		branch(1, "acme_group.oslo", unit("Oslo", "store", 1, 1, leads(2, 3, 4, 5, 6)...)),
		branch(1, "acme_group.tromso", unit("Trom\x1bsø", "", 12, 12)),
		branch(0, "", unit("東京支店", "country", 30, 30, planner.Element{ID: "77", Label: "stranger@example.com"})),
		branch(-1, "acme_group.guests", unit(`Guests "A&B" <x>`, "", 0, 0)),
	}}
}

// compared is a tree in which everything happens that can.
func compared() planner.Forest {
	list := []planner.Branch{
		branch(-1, "acme_group.acme", unit("Acme", "organization", 4, 1210)),
		branch(0, "acme_group.nordics", unit("Nordics", "country", 0, 94, leads(1)...)),
		branch(1, "acme_group.oslo", unit("Oslo", "store", 82, 94, leads(2, 3)...)),
		branch(2, "acme_group.desk", unit("Help desk", "team", 12, 12)),
		branch(0, "acme_group.norway", unit("Norway", "country", 2, 2, leads(7)...)),
		branch(4, "acme_group.closed", unit("Closed", "store", 5, 5, leads(8)...)),
		branch(0, "acme_group.sverige", unit("Sverige", "country", 40, 40)),
		branch(0, "", unit("東京支店", "country", 30, 30)),
		branch(-1, "acme_group.spinoff", unit("Spin-off / Beta", "organization", 7, 7)),
	}
	before := map[int]*planner.Unit{0: unit("Acme", "organization", 4, 1204), 2: unit("Oslo sentrum", "store", 80, 92, leads(2)...), 3: unit("Help desk", "shop", 12, 12),
		4: unit("Norway", "country", 7, 99, leads(6)...), 5: list[5].After, 6: unit("Sweden", "country", 41, 41, leads(9)...), 7: list[7].After, 8: unit("Spin-off / Beta", "country", 7, 7)}
	for i := range list {
		list[i].Before = before[i]
	}
	list[5].After = nil
	list[2].Moves, list[2].From = true, []string{"Acme", "Norway"}
	list[8].Moves, list[8].From = true, []string{"Acme", "R/D"}
	return planner.Forest{Branches: list}
}

// planned is what a plan keeps of such a tree.
func planned() *planner.Forest {
	f := compared()
	f.Branches = f.Branches[:6]
	return &f
}

type treeFace struct {
	name string
	draw func(io.Writer, planner.Forest, TreeOptions) error
}

func treeFaces() []treeFace {
	return []treeFace{{"txt", Tree}, {"svg", TreeSVG}, {"mmd", TreeMermaid}, {"json", TreeJSON}}
}

func drawTree(t testing.TB, face treeFace, f planner.Forest, o TreeOptions) string {
	t.Helper()
	return draw(t, func(b *bytes.Buffer) error { return face.draw(b, f, o) })
}

func TestTree(t *testing.T) {
	counted := wanted()
	counted.AtLeast = true
	for name, c := range map[string]struct {
		forest planner.Forest
		o      TreeOptions
	}{
		"tree":           {wanted(), TreeOptions{}},
		"tree-full":      {wanted(), TreeOptions{Options: Options{Full: true}}},
		"tree-depth":     {counted, TreeOptions{Options: Options{Library: library()}, Depth: 2}},
		"tree-both":      {compared(), TreeOptions{Compare: true, Options: Options{Library: library()}}},
		"tree-addresses": {compared(), TreeOptions{Compare: true, Options: Options{People: PeopleAddresses}}},
		"tree-counts":    {compared(), TreeOptions{Compare: true, Options: Options{People: PeopleCounts}}},
		"tree-color":     {compared(), TreeOptions{Compare: true, Options: Options{Color: true}}},
	} {
		for _, face := range treeFaces() {
			if face.name != "txt" && name != "tree" && name != "tree-both" && name != "tree-depth" {
				continue
			}
			golden(t, name+"."+face.name, []byte(drawTree(t, face, c.forest, c.o)))
		}
	}
}

// grown is a tree of n units, each below the one that above says.
func grown(n int, above func(int) int) planner.Forest {
	var f planner.Forest
	for i := range n {
		b := branch(above(i), "", unit(fmt.Sprint("Group ", i), "", 1, n))
		b.Address = schema.Address{Type: "acme_group", Name: fmt.Sprint("g", i)}
		f.Branches = append(f.Branches, b)
	}
	return f
}

func TestLargeTreesAreFolded(t *testing.T) {
	for _, c := range []struct {
		name  string
		above func(int) int
		say   string
	}{
		{"deep", func(i int) int { return i - 1 }, "… 9,800 units below"},
		{"wide", func(i int) int { return min(0, i-1) }, "└─ … 9,800 units more\n"},
		{"many tops", func(int) int { return -1 }, "\n… 9,800 units more\n"},
	} {
		f := grown(10_000, c.above)
		for _, face := range treeFaces()[:3] {
			got := drawTree(t, face, f, TreeOptions{})
			if !strings.Contains(got, "200 of 10,000 units are shown; -full shows all.") || len(got) > 100_000 {
				t.Errorf("%s.%s: %d bytes, ending in %q", c.name, face.name, len(got), got[len(got)-200:])
			}
			if face.name == "txt" && !strings.Contains(got, c.say) {
				t.Errorf("%s does not say %q", c.name, c.say)
			}
		}
		for _, face := range treeFaces() {
			full := drawTree(t, face, f, TreeOptions{Options: Options{Full: true}})
			if strings.Count(full, "Group ") != 10_000 || strings.Contains(full, "-full") || len(full) > 8_000_000 {
				t.Errorf("%s.%s: -full draws %d units in %d bytes", c.name, face.name, strings.Count(full, "Group "), len(full))
			}
		}
	}
}

// Where trees are compared, what changes is not folded away.
func TestChangesAreDrawnFirst(t *testing.T) {
	f := grown(1_000, func(i int) int { return (i+1)/2 - 1 })
	// A heap's units do not stand branch by branch, which is no matter here.
	for i := range f.Branches {
		was := *f.Branches[i].After
		f.Branches[i].Before = &was
	}
	f.Branches[999].After.Name = "Renamed"
	got := drawTree(t, treeFaces()[0], f, TreeOptions{Compare: true})
	if !strings.Contains(got, "~ Group 999 -> Renamed") {
		t.Error(got)
	}
}

func TestTreesOfNothing(t *testing.T) {
	for _, face := range treeFaces() {
		if got := drawTree(t, face, planner.Forest{}, TreeOptions{}); face.name == "txt" && got != "" {
			t.Errorf("drew %q", got)
		}
	}
}

func TestTreesCannotBeForged(t *testing.T) {
	evil := "Oslo\x1b[2K\r\n</text><script>alert(1)</script>]]>\"];g0-->x%%{init:{}}%%`x` \\n \u202e\ufffe\xff&amp;#35;"
	f := compared()
	for i := range f.Branches {
		b := &f.Branches[i]
		b.From = []string{evil}
		for _, u := range []*planner.Unit{b.Before, b.After} {
			if u != nil {
				u.Name, u.Level = evil+u.Name, evil
				u.Leads = append(u.Leads, planner.Element{Label: evil})
			}
		}
	}
	for _, face := range treeFaces() {
		got := drawTree(t, face, f, TreeOptions{Compare: true})
		bad := map[string][]string{"json": {"\x1b", "\r", "<script"}, "txt": {"\x1b", "\r", "\u202e", "\xff"}}[face.name]
		if bad == nil {
			bad = []string{"\x1b", "\r", "\u202e", "\xff", "<script"}
		}
		for _, text := range bad {
			if strings.Contains(got, text) {
				t.Errorf("%s holds %q", face.name, text)
			}
		}
		switch face.name {
		case "svg":
			wellFormed(t, got)
		case "json":
			if !json.Valid([]byte(got)) {
				t.Errorf("not JSON:\n%s", got)
			}
		case "mmd":
			for l := range strings.Lines(got) {
				if strings.Count(l, `"`)%2 != 0 || strings.Contains(l, "%%{") || strings.Contains(l, "`") {
					t.Errorf("a line of Mermaid ends early: %s", l)
				}
			}
		}
	}
}

// wellFormed holds a picture against the rules of XML, and sees that it draws on
// nothing outside.
func wellFormed(t *testing.T, picture string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(picture))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, picture)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "script" || e.Name.Local == "image" || e.Name.Local == "foreignObject" {
			t.Errorf("the picture has a %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "url(") || a.Name.Local == "href" {
				t.Errorf("%s has %s=%q", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
}

func TestPicturesOfTreesAreWhole(t *testing.T) {
	for _, f := range []planner.Forest{{}, wanted(), compared(), grown(500, func(i int) int { return i - 1 })} {
		wellFormed(t, drawTree(t, treeFaces()[1], f, TreeOptions{Compare: true}))
	}
}

func TestLeadsAreNoOneElsesBusiness(t *testing.T) {
	for _, face := range treeFaces() {
		for _, mode := range []PeopleMode{PeopleAddresses, PeopleCounts} {
			got := drawTree(t, face, compared(), TreeOptions{Compare: true, Options: Options{People: mode}})
			if strings.Contains(got, "example.") || mode == PeopleCounts && strings.Contains(got, "acme_user") {
				t.Errorf("-people=%d, %s names somebody", mode, face.name)
			}
		}
	}
}

func TestMovesInWords(t *testing.T) {
	for _, c := range []struct {
		passage planner.Passage
		want    string
	}{
		{planner.Passage{From: []string{"Acme", "Norway", "Oslo"}, To: []string{"Oslo"}}, "Acme / Norway / Oslo -> Oslo"},
		{planner.Passage{From: []string{"A", "B"}, To: []string{"C", "B"}, Groups: 1}, "A / B -> C / B (1 group goes along)"},
		{planner.Passage{From: []string{"A", "B"}, To: []string{"C", "B"}, People: 1}, "A / B -> C / B (1 person goes along)"},
		{planner.Passage{From: []string{"A", "B"}, To: []string{"C", "B"}, Groups: 1, People: 1}, "A / B -> C / B (1 group, 1 person go along)"},
		{planner.Passage{From: []string{"A", "B"}, To: []string{"C", "B"}, Groups: 3, People: 1214}, "A / B -> C / B (3 groups, 1,214 people go along)"},
		{planner.Passage{From: []string{"A", "B"}, To: []string{"C", "B"}, AtLeast: true}, "A / B -> C / B (at least 0 people go along)"},
		{planner.Passage{From: []string{"A", "R/D"}, To: []string{"C", " -> "}}, `A / "R/D" -> C / " -> "`},
	} {
		p := &planner.Plan{Steps: []planner.Step{{Address: at("acme_group.x"), Action: planner.Move, Class: schema.ClassUnit, ID: "1", Label: "B", Passage: &c.passage,
			Changes: []planner.Change{text("parent", "1", "2")}}}}
		got, _, _ := strings.Cut(strings.TrimPrefix(planText(t, p, Options{Library: library()}, Cost{}), "Groups\n"), "\n")
		if want := "> acme_group.x  " + c.want; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Moves are grave: each has a line of its own until there are many.
func TestManyMovesAreFolded(t *testing.T) {
	moves := func(n int) string {
		p := &planner.Plan{}
		for i := range n {
			p.Steps = append(p.Steps, planner.Step{Address: schema.Address{Type: "acme_group", Name: fmt.Sprintf("g%02d", i)}, Action: planner.Move, Class: schema.ClassUnit, ID: "1", Label: "x",
				Passage: &planner.Passage{From: []string{"A", fmt.Sprint("x", i)}, To: []string{"B", fmt.Sprint("x", i)}, People: 2}, Changes: []planner.Change{text("parent", "1", "2")}})
		}
		return planText(t, p, Options{Library: library()}, Cost{})
	}
	if got := moves(19); strings.Count(got, "\n> ") != 19 {
		t.Error(got)
	}
	if got := moves(20); strings.Count(got, "\n> ") != 1 || !strings.Contains(got, "    A / x9 -> B / x9 (2 people go along)\n    ... and 10 more\n") {
		t.Error(got)
	}
}
