package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// sourceSums are the checksums of a configuration's files, by name.
func sourceSums(config *schema.Config) map[string]string {
	sums := map[string]string{}
	for name, file := range config.Files {
		sum := sha256.Sum256(file.Bytes)
		sums[name] = hex.EncodeToString(sum[:])
	}
	return sums
}

// tellSaved shows a saved plan to the streams and in the files that are asked for,
// before anything is sent. One that guards refuse is shown as text too, and goes no
// further.
func (a *app) tellSaved(f *applyFlags, file string, saved *savedPlan, plan *planner.Plan) error {
	f.saved, f.apply, f.report = file, a.ofFile(file, "apply"), true
	if plan.Refused() {
		return errors.Join(a.showPlanIn(plan, &f.planFaces, f.command, saved.Cost), exit(ExitRefused))
	}
	a.announce(func(e *render.Events) { e.Plan(plan, f.command, saved.Cost) })
	o, err := a.faceOptions(&f.faces)
	if err == nil {
		err = a.writeFaces(plan, &f.planFaces, o, saved.Cost)
	}
	if plan.Empty() && a.events == nil {
		a.say("The saved plan has nothing to do.")
	}
	return err
}

// compareSources warns where the folder holds another configuration than the one
// that the plan was made of: the plan is carried out as it is.
func (a *app) compareSources(saved *savedPlan, config *schema.Config) {
	now := sourceSums(config)
	if len(now) == 0 {
		return
	}
	own := func(name string) bool {
		return strings.HasSuffix(name, ".org.hcl") || strings.HasSuffix(name, ".org.json")
	}
	names := maps.Clone(saved.Sources)
	maps.Copy(names, now)
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, had := saved.Sources[name]
		if sum, has := now[name]; had && has && sum != before || had != has && own(name) { // other files come with flags
			changed = append(changed, name)
		}
	}
	if len(changed) == 0 {
		return
	}
	a.diagnostics(hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "The configuration has changed since the plan was made",
		Detail: "This is other than it was: " + strings.Join(changed, ", ") + ". The plan is carried out as it was reviewed. To have the changes as well, plan again."}})
}
