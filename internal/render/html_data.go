package render

import (
	"slices"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// reportData is what the page's script draws. It stands in the page as JSON, so
// names are short; all texts are as they may be shown.
type reportData struct {
	// Unit is the noun of units, one and many.
	Unit     [2]string       `json:"unit"`
	Units    []reportUnit    `json:"units"`
	AtLeast  bool            `json:"atLeast,omitempty"`
	Steps    []reportStep    `json:"steps"`
	Sections []reportSection `json:"sections"`
	Drift    []reportStep    `json:"drift"`
}

// reportUnit is a unit of the tree. Before and After are nil where it is not;
// Action is what happens to its place in the tree, or else to itself.
type reportUnit struct {
	Address string `json:"a,omitempty"`
	Action  string `json:"do,omitempty"`
	// Provider is said of top units where there are several.
	Provider string       `json:"v,omitempty"`
	Before   *reportPlace `json:"b,omitempty"`
	After    *reportPlace `json:"t,omitempty"`
}

// reportPlace is a unit at one time: name, level, the unit above, and how many
// people are in it, in it and all below, and lead it.
type reportPlace struct {
	Name    string `json:"n"`
	Level   string `json:"l,omitempty"`
	Parent  int    `json:"p"`
	Members int    `json:"m,omitempty"`
	Whole   int    `json:"w,omitempty"`
	Leads   int    `json:"d,omitempty"`
}

// reportStep is what happens to one object.
type reportStep struct {
	Action  string       `json:"do"`
	Sign    string       `json:"s"`
	Label   string       `json:"n,omitempty"`
	Address string       `json:"a"`
	Note    string       `json:"x,omitempty"`
	Place   string       `json:"f,omitempty"`
	Way     []string     `json:"w,omitempty"` // from, to, and what goes along
	Units   []int        `json:"u,omitempty"` // that it is about
	Parts   []reportPart `json:"p,omitempty"`
}

// reportPart is one thing that a step changes: its kind (set, change, gain, loss,
// text, lines or more), the attribute, both sides, and what is said behind it. Spans
// are the differences inside a text, each with its sign.
type reportPart struct {
	Kind  string      `json:"k"`
	Attr  string      `json:"a"`
	Old   string      `json:"o,omitempty"`
	New   string      `json:"t,omitempty"`
	Note  string      `json:"x,omitempty"`
	Spans [][2]string `json:"s,omitempty"`
}

// reportSection is a section of the plan with its blocks.
type reportSection struct {
	Title   string        `json:"n"`
	Removal bool          `json:"r,omitempty"`
	Blocks  []reportBlock `json:"b"`
}

// reportBlock is one step, or several that are alike: then Head says what they
// are, and Parts what all of them change. Steps are empty where people are only
// counted; Count is how many there are.
type reportBlock struct {
	Steps  []int        `json:"i,omitempty"`
	Count  int          `json:"c,omitempty"`
	Action string       `json:"do,omitempty"`
	Sign   string       `json:"s,omitempty"`
	Head   string       `json:"h,omitempty"`
	Note   string       `json:"x,omitempty"`
	Parts  []reportPart `json:"p,omitempty"`
}

// removals is how many objects are removed.
func (d *reportData) removals() int {
	n := 0
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			if s.Removal {
				n += max(b.Count, len(b.Steps))
			}
		}
	}
	return n
}

// unitSpots finds the units of an outline.
type unitSpots struct {
	byAddress map[schema.Address]int
	byID      map[planner.ObjectID]int
}

// unitsSeen gathers units, each once.
type unitsSeen struct {
	at   unitSpots
	list []int
}

func (s *unitsSeen) add(provider, typ, id string, address schema.Address) {
	if i, ok := s.at.byAddress[address]; ok && !address.IsZero() {
		s.list = append(s.list, i)
	} else if i, ok := s.at.byID[planner.ObjectID{Provider: provider, Type: typ, ID: id}]; ok && id != "" {
		s.list = append(s.list, i)
	}
}

func (s *unitsSeen) sorted() []int {
	slices.Sort(s.list)
	return slices.Compact(s.list)
}

func (f *face) reportUnits(d *reportData) unitSpots {
	at := unitSpots{map[schema.Address]int{}, map[planner.ObjectID]int{}}
	o := f.plan.Outline
	one, many := f.nouns("", schema.ClassUnit)
	d.Unit, d.Units = [2]string{one, many}, []reportUnit{}
	if o == nil {
		return at
	}
	d.AtLeast = o.AtLeast
	several := slices.ContainsFunc(o.Units, func(u planner.OutlineUnit) bool { return u.Provider != o.Units[0].Provider })
	for i := range o.Units {
		u := &o.Units[i]
		if i == 0 {
			one, many = f.nouns(u.Type, schema.ClassUnit)
			d.Unit = [2]string{one, many}
		}
		x := reportUnit{Before: reportPlaceOf(u.Before), After: reportPlaceOf(u.After)}
		if c := u.Change(); c != planner.None {
			x.Action = c.String()
		}
		if several && u.Place().Parent < 0 {
			x.Provider = clean(u.Provider)
		}
		if !u.Address.IsZero() {
			x.Address, at.byAddress[u.Address] = clean(u.Address.String()), i
		}
		if u.ID != "" {
			at.byID[planner.ObjectID{Provider: u.Provider, Type: u.Type, ID: u.ID}] = i
		}
		d.Units = append(d.Units, x)
	}
	return at
}

func reportPlaceOf(p *planner.OutlinePlace) *reportPlace {
	if p == nil {
		return nil
	}
	return &reportPlace{clean(p.Name), clean(p.Level), p.Parent, p.Members, p.Whole, p.Leads}
}
