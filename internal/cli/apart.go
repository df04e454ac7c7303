package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// ownFile is a file that no face may be written over, and what it is.
type ownFile struct{ name, what string }

// apart refuses files that a command is to write where each other's, or what it reads,
// is; kept are files that it is given to read. Names are compared by where they lead.
func (a *app) apart(vars variables, written []faceFile, kept ...ownFile) error {
	written = slices.DeleteFunc(slices.Clone(written), func(x faceFile) bool { return x.name == "" || x.name == stdout })
	if len(written) == 0 {
		return nil
	}
	kept = append(kept, a.ownFiles(vars)...)
	for i, x := range written {
		for _, first := range written[:i] {
			if a.oneFile(first.name, x.name) {
				return fmt.Errorf("-%s and -%s cannot both be written to %q. Name another file for one of them", first.flag, x.flag, x.name)
			}
		}
		for _, own := range kept {
			if a.oneFile(own.name, x.name) {
				return overwrites(x, own.what)
			}
		}
		if at := leadsTo(a.file(x.name)); keptSuffix(at) != "" { // whose name is a link to it
			return overwrites(x, at)
		}
		if what := a.treasure(x.name); what != "" && (x.flag != "out" || what != savedPlanText) {
			return overwrites(x, what)
		}
	}
	return nil
}

func overwrites(x faceFile, what string) error {
	return fmt.Errorf("-%s %s would be written over %s. Name another file", x.flag, x.name, what)
}

// oneFile reports whether two names lead to one file.
func (a *app) oneFile(x, y string) bool {
	x, y = leadsTo(a.file(x)), leadsTo(a.file(y))
	if x == y {
		return true
	}
	first, err := os.Stat(x)
	if err != nil || !first.Mode().IsRegular() {
		return false // what is no file of its own may take several faces
	}
	second, err := os.Stat(y)
	return err == nil && os.SameFile(first, second)
}

// leadsTo is where a name leads, through all links, also where nothing is there yet.
func leadsTo(name string) string {
	name, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	for range 255 { // links may lead in a circle
		if whole, err := filepath.EvalSymlinks(name); err == nil {
			return whole
		}
		dir, base := filepath.Split(name)
		if dir == name {
			return name
		}
		name = filepath.Join(leadsTo(filepath.Clean(dir)), base)
		target, err := os.Readlink(name)
		if err != nil {
			return name
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	return name
}

// ownFiles are the files of the configuration and of the state, as far as they can be
// told: what is wrong with either is said when it is used.
func (a *app) ownFiles(vars variables) []ownFile {
	config, _ := a.parsed()
	scope, _ := config.Scope(schema.ScopeOptions{Vars: vars.list, Environ: a.Environ})
	var list []ownFile
	for name := range config.Files {
		list = append(list, ownFile{name, fmt.Sprintf("%s, which is part of the configuration", name)})
	}
	block, diags := scope.State()
	if diags.HasErrors() {
		return list
	}
	backend, _ := (&project{app: a}).openState(block.Type, block.Values)
	if files, ok := backend.(interface{ Files() []string }); ok {
		for _, name := range files.Files() {
			if full, err := filepath.Abs(name); err == nil {
				list = append(list, ownFile{full, fmt.Sprintf("%s, which is part of the state", name)})
			}
		}
	}
	return list
}

// savedPlanText says of a file that a plan is in it.
const savedPlanText = "a saved plan"

// treasure says what of worth lies in a file: a plan, a state or a key, whichever
// command or folder it belongs to; empty for anything else.
func (a *app) treasure(name string) string {
	full := leadsTo(a.file(name))
	if !plainFile(full) {
		return ""
	}
	f, err := os.Open(full)
	if err != nil {
		return ""
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 1<<10))
	text := strings.Join(strings.Fields(string(head)), "")
	switch {
	case bytes.Contains(head, []byte("AGE-SECRET-KEY-")):
		return "a private key"
	case strings.HasPrefix(text, `{"format":`) && strings.Contains(text, `"espalier":`):
		return savedPlanText
	case strings.HasPrefix(text, `{"format":`) && strings.Contains(text, `"lineage":`):
		return "a state"
	case strings.HasPrefix(text, `{"journal":`):
		return "what a run did that ended half way"
	}
	return ""
}
