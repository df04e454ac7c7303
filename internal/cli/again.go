package cli

import (
	"regexp"
	"strings"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// again is the command that makes the same plan once more and carries it out, if it
// comes out the same. The values of variables are left to the person: they may be
// secret. So are targets that are people, where these are not shown by name.
func (a *app) again(f *planFlags, plan *planner.Plan) string {
	words := []string{"espalier"}
	if a.dir != "." {
		words = append(words, "-chdir="+a.dir)
	}
	if f.destroy {
		words = append(words, "destroy")
	} else {
		words = append(words, "apply")
	}
	words = append(words, "-plan-id="+plan.ID)
	if f.refreshOnly {
		words = append(words, "-refresh-only")
	}
	if f.mode() != planner.RefreshIncremental {
		words = append(words, "-refresh="+f.mode())
	}
	for _, v := range f.list {
		name, _, _ := strings.Cut(v.Var, "=")
		if v.File != "" {
			words = append(words, "-var-file="+v.File)
		} else {
			words = append(words, "-var="+name+"=...")
		}
	}
	for _, t := range f.targets {
		if a.hidesPerson(t) {
			t = "..."
		}
		words = append(words, "-target="+t)
	}
	for _, g := range f.allow {
		words = append(words, "-allow="+g)
	}
	return shellLine(words)
}

// hidesPerson reports whether an address is of a person who is not to be shown.
func (a *app) hidesPerson(address string) bool {
	addr, err := schema.ParseAddress(address)
	typ := a.types(addr.Type)
	return err == nil && a.people != render.PeopleNames && typ != nil && typ.Class == schema.ClassPerson
}

// ofFile is a command on a saved plan.
func (a *app) ofFile(name string, command ...string) string {
	words := []string{"espalier"}
	if a.dir != "." {
		words = append(words, "-chdir="+a.dir)
	}
	return shellLine(append(append(words, command...), name))
}

// plainWord is what a shell takes as it is.
var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// shellLine puts words together so that a shell parts them again.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if !plainWord.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
