package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// PeopleMode says how much of a person is shown.
type PeopleMode uint8

// The ways to show people.
const (
	PeopleNames     PeopleMode = iota // by label and with their values
	PeopleAddresses                   // by address; labels and single values left out
	PeopleCounts                      // only how many
)

// ParsePeopleMode reads names, addresses or counts; any other word is an error
// that lists them.
func ParsePeopleMode(word string) (PeopleMode, error) {
	switch word {
	case "names":
		return PeopleNames, nil
	case "addresses":
		return PeopleAddresses, nil
	case "counts":
		return PeopleCounts, nil
	}
	return PeopleNames, fmt.Errorf("people can be shown as names, addresses or counts, not as %q", word)
}

// Options say how a face is drawn. The zero value is plain text of any width
// with people by name.
type Options struct {
	// Color allows colours.
	Color bool
	// Width is the number of columns to wrap at; 0 wraps nothing.
	Width int
	// Full unfolds what is alike and shows long texts whole.
	Full bool
	// People says how much of a person is shown.
	People PeopleMode
	// Library gives nouns and purposes to types. Without it classes stand in for
	// nouns, and what cannot be known to be harmless is left out.
	Library schema.Library
}

// Cost is what a plan spends, for its closing line.
type Cost struct {
	// Calls is the number of calls an apply will make, ReadCalls the number the
	// plan itself has made.
	Calls, ReadCalls int
	// Estimate is how long the calls will take.
	Estimate time.Duration
	// Known says that the vendor has told its budget: Remaining of Limit calls
	// are left.
	Known            bool
	Remaining, Limit int
	// Budgets are those of each provider configuration, where there are several
	// with calls to make; the fields above are then of the scarcest.
	Budgets []Budget
}

// Budget is what a plan spends at one provider configuration.
type Budget struct {
	Provider         string
	Calls            int
	Known            bool
	Remaining, Limit int
}

// printer is one face being written. A write error sticks and is returned by
// Flush.
type printer struct {
	*bufio.Writer
	Options
	paint   palette
	started bool
}

func newPrinter(w io.Writer, o Options) *printer {
	return &printer{Writer: bufio.NewWriterSize(w, 1<<16), Options: o, paint: newPalette(o.Color)}
}

// line writes its parts and ends the line.
func (p *printer) line(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
	p.WriteByte('\n')
	p.started = true
}

// section begins a part of the face with a title, apart from what came before.
func (p *printer) section(title string) {
	p.gap()
	p.line(title)
}

// gap leaves an empty line, except at the very beginning.
func (p *printer) gap() {
	if p.started {
		p.WriteByte('\n')
	}
	p.started = true
}

// paragraph writes text wrapped, each line behind the prefix.
func (p *printer) paragraph(prefix, text string) {
	for _, l := range wrap(text, p.Width-width(prefix)) {
		p.line(strings.TrimRight(prefix+l, " "))
	}
}

// person reports whether objects of that type are people, or each is of one and known
// by whose it is, such as a picture. A type that nothing is known of counts as people,
// unless people are shown anyway.
func (o Options) person(typ string) bool {
	if t := o.Library.Resources[typ]; t != nil {
		whose := t.Attribute(t.Lookup)
		return t.Class == schema.ClassPerson || whose != nil && whose.Refers != "" && o.person(whose.Refers)
	}
	return o.People != PeopleNames
}

// purpose returns what the engine may conclude from an attribute.
func (o Options) purpose(typ, attr string) schema.Purpose {
	if t := o.Library.Resources[typ]; t != nil {
		if a := t.Attribute(attr); a != nil {
			return a.Purpose
		}
	}
	return schema.PurposeNone
}

// nouns returns the word for one and for many objects of a type.
func (o Options) nouns(typ string, class schema.Class) (one, many string) {
	if class == schema.ClassPerson {
		return "person", "people"
	}
	if t := o.Library.Resources[typ]; t != nil && t.Noun[0] != "" {
		return clean(t.Noun[0]), clean(t.Noun[1])
	}
	switch class {
	case schema.ClassUnit:
		return "unit", "units"
	case schema.ClassRole:
		return "role", "roles"
	}
	return "object", "objects"
}
