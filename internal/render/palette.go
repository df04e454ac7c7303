package render

import (
	"github.com/fatih/color"

	"github.com/espalier-dev/espalier/planner"
)

// ink colours a text, or leaves it as it is.
type ink func(string) string

// palette holds the inks of one face. They obey the caller alone: neither the
// environment nor the kind of the standard output changes them.
type palette struct {
	red, green, yellow, blue, cyan, magenta, dim, bold, alarm ink
}

func newPalette(on bool) palette {
	return palette{
		red:     mix(on, color.FgRed),
		green:   mix(on, color.FgGreen),
		yellow:  mix(on, color.FgYellow),
		blue:    mix(on, color.FgBlue),
		cyan:    mix(on, color.FgCyan),
		magenta: mix(on, color.FgMagenta),
		dim:     mix(on, color.Faint),
		bold:    mix(on, color.Bold),
		alarm:   mix(on, color.Bold, color.FgRed),
	}
}

func mix(on bool, attributes ...color.Attribute) ink {
	if !on {
		return func(s string) string { return s }
	}
	c := color.New(attributes...)
	c.EnableColor()
	return func(s string) string {
		if s == "" {
			return s
		}
		return c.Sprint(s)
	}
}

// of returns the ink of an action.
func (p palette) of(a planner.Action) ink {
	switch a {
	case planner.Create:
		return p.green
	case planner.Adopt:
		return p.cyan
	case planner.Readdress, planner.Move:
		return p.blue
	case planner.Update:
		return p.yellow
	case planner.Replace:
		return p.magenta
	case planner.Delete:
		return p.red
	}
	return p.dim
}
