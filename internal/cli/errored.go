package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/state"
)

// keepUnsaved puts a state that could not be saved into a file, and says where and
// what to do with it.
func (a *app) keepUnsaved(text []byte) string {
	name, err := writeErrored(a.dir, text)
	if err == nil {
		name = filepath.Base(name)
	} else {
		var second error
		if name, second = writeErrored(os.TempDir(), text); second != nil {
			return fmt.Sprintf("The state as this run leaves it could not be kept in a file either, neither in %s (%s) nor in %s (%s). What it made is found again by its natural keys.",
				a.dir, cause(err), os.TempDir(), cause(second))
		}
	}
	return fmt.Sprintf("The state as this run leaves it is in %s. When that can be written again: espalier state push %s", name, name)
}

// writeErrored writes a state into a new file of a folder, readable by its owner
// alone. What is there already is of another run, and stays.
func writeErrored(folder string, text []byte) (name string, err error) {
	var f *os.File
	for n := 0; f == nil; n++ {
		name = filepath.Join(folder, "errored.orgstate")
		if n > 0 {
			name = filepath.Join(folder, fmt.Sprintf("errored.%d.orgstate", n))
		}
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(name))
	}
	return name, nil
}

// unsaved is a state that a run could not save, in the file where it was put.
type unsaved struct {
	name    string // as commands take it
	lineage string
	serial  uint64
}

// findUnsaved finds such states where keepUnsaved puts them. What is of no use for any
// reason is left out.
func (a *app) findUnsaved() []unsaved {
	var list []unsaved
	for n, folder := range []string{a.dir, os.TempDir()} {
		names, _ := filepath.Glob(filepath.Join(folder, "errored*.orgstate")) // a folder named like a pattern has none
		slices.Sort(names)
		for _, name := range names {
			var kept struct {
				Lineage string
				Serial  uint64
			}
			text, err := os.ReadFile(name)
			if err != nil || json.Unmarshal(text, &kept) != nil || kept.Lineage == "" {
				continue
			}
			if n == 0 {
				name = filepath.Base(name)
			}
			list = append(list, unsaved{name, kept.Lineage, kept.Serial})
		}
		if filepath.Clean(a.dir) == filepath.Clean(os.TempDir()) {
			break
		}
	}
	return list
}

// warnUnsaved says of states that runs could not save, and that are newer than the one
// that is there.
func (p *project) warnUnsaved(now *state.Snapshot) {
	there := "none"
	if now != nil && (now.Serial > 0 || now.Leftover != "") {
		there = fmt.Sprintf("version %d", now.Serial)
	} else {
		now = nil // a session on a new state
	}
	for _, kept := range p.app.findUnsaved() {
		if now != nil && (now.Lineage != kept.lineage || now.Serial >= kept.serial) {
			continue
		}
		p.app.diagnostics(hcl.Diagnostics{{
			Severity: hcl.DiagWarning, Summary: "An earlier run could not save its state",
			Detail: fmt.Sprintf("%s holds version %d of the state, and in %s there is %s. If that run's state is the one to go on from, push it first: espalier state push %s. If it is of no use any more, delete it.",
				kept.name, kept.serial, p.backend.Where(), there, kept.name),
		}})
	}
}
