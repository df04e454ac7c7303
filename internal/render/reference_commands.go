package render

import (
	"strconv"
	"strings"
)

// Command is one command of the program, as it is written and explained.
type Command struct {
	Path  string // "espalier state mv"
	Usage string // with its arguments: "espalier state mv FROM TO"
	Short string // one line
	Long  string // as laid out for a terminal; empty for none beyond Short
	// Flags are those it has beside those of all commands, which stand at the
	// program itself.
	Flags    []Flag
	Commands []Command
}

// Flag is one flag of a command.
type Flag struct {
	Name    string // without dashes
	Value   string // the word for its value; empty for one that takes none
	Default string // empty if leaving it out means what its type's zero does
	Meaning string
}

// ExitCode is an exit code and what it means.
type ExitCode struct {
	Code    int
	Meaning string
}

// GuardText explains one guard.
type GuardText struct {
	Name    string
	Refuses string
	Default string // the limit where none is set; empty if there is none to set
	Allow   string // what -allow NAME=N does; empty where nothing lets it through
}

// SignText explains one sign of a plan.
type SignText struct{ Sign, Meaning string }

func (r Reference) commands() string {
	m := &markdown{}
	m.line("# Commands and flags")
	m.line("")
	m.line("`" + r.Program.Usage + "`")
	m.line("")
	m.line(r.Program.Long)
	m.line("")
	m.line("Data goes to standard output, talk to standard error. See also [exit codes](exit-codes.md).")
	m.line("")
	m.line("| environment | |")
	m.line("| --- | --- |")
	for _, row := range environment() {
		m.line("| `" + row[0] + "` | " + row[1] + " |")
	}
	m.line("")
	m.line("| command | does |")
	m.line("| --- | --- |")
	var all []Command
	for _, c := range r.Program.Commands {
		all = append(all, withBelow(c)...)
	}
	for _, c := range all {
		m.line("| [`" + shortPath(c.Path) + "`](#" + strings.ReplaceAll(shortPath(c.Path), " ", "-") + ") | " + cell(c.Short) + " |")
	}
	m.heading("Flags of every command")
	m.flags(r.Program.Flags)
	for _, c := range all {
		m.command(c)
	}
	return m.page()
}

// withBelow lists a command and all below it.
func withBelow(c Command) []Command {
	list := []Command{c}
	for _, sub := range c.Commands {
		list = append(list, withBelow(sub)...)
	}
	return list
}

// shortPath is a command's path without the program.
func shortPath(path string) string {
	_, rest, _ := strings.Cut(path, " ")
	return rest
}

func (m *markdown) command(c Command) {
	m.heading(shortPath(c.Path))
	m.line("`" + c.Usage + "`")
	m.line("")
	if c.Long != "" {
		m.line(c.Long)
	} else {
		m.line(c.Short + ".")
	}
	m.line("")
	m.flags(c.Flags)
}

func (m *markdown) flags(flags []Flag) {
	if len(flags) == 0 {
		return
	}
	m.line("| flag | |")
	m.line("| --- | --- |")
	for _, f := range flags {
		name := "-" + f.Name
		if f.Value != "" {
			name += " " + strings.ToUpper(f.Value)
		}
		meaning := f.Meaning
		if f.Default != "" {
			meaning += " (default " + tick(f.Default) + ")"
		}
		m.line("| `" + cell(name) + "` | " + cell(meaning) + " |")
	}
	m.line("")
}

func (r Reference) exitCodes() string {
	m := &markdown{}
	m.line("# Exit codes, signs and guards")
	m.heading("Exit codes")
	m.line("A flag that only changes how something is shown never changes them.")
	m.line("")
	m.line("| code | meaning |")
	m.line("| --- | --- |")
	for _, c := range r.Codes {
		m.line("| " + strconv.Itoa(c.Code) + " | " + cell(c.Meaning) + " |")
	}
	m.heading("Signs")
	m.line("| sign | meaning |")
	m.line("| --- | --- |")
	for _, s := range r.Signs {
		m.line("| `" + s.Sign + "` | " + cell(s.Meaning) + " |")
	}
	m.heading("Guards")
	m.line("Rules over a whole plan, judged before anything is sent. A refused plan exits with 3. Its text says what")
	m.line("was counted, and prints the flag that lets exactly so many through, for one run.")
	m.line("")
	m.line("| guard | refuses | default | `-allow NAME=N` |")
	m.line("| --- | --- | --- | --- |")
	for _, g := range r.Guards {
		m.line("| `" + g.Name + "` | " + cell(g.Refuses) + " | " + cell(g.Default) + " | " + cell(g.Allow) + " |")
	}
	m.line("")
	m.line("Those with a default take another limit, as a share or a number:")
	m.line("")
	m.code("hcl", "espalier {\n  guard {\n    max_delete          = \"2%\"\n    max_people_affected = 50\n  }\n}")
	return m.page()
}

// environment are the variables that every command heeds, beside those of providers.
func environment() [][2]string {
	return [][2]string{
		{"ESPALIER_VAR_name", "sets a variable"},
		{"ESPALIER_IN_AUTOMATION", "set to anything but `0` or `false`: nobody is told what to type next"},
		{"ESPALIER_TRACE", "set to `1`: every call is shown, without its secrets"},
		{"NO_COLOR", "set to anything: no colours"},
		{"GITHUB_ACTIONS", "`true` in a workflow of GitHub: mistakes, warnings and refusals stand at their lines, and the plan in the summary of the step (`GITHUB_STEP_SUMMARY`)"},
		{"ESPALIER_REVISION", "the commit that a plan names, if it is not that of `GITHUB_SHA` or `CI_COMMIT_SHA`"},
	}
}
