package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/all"
)

// savedFormat is the version of the saved plan's format.
const savedFormat = 1

// savedPlan is a plan in a file: what it would do, and what an apply needs to
// know to do it. Secrets are not in it; they come from the environment or from
// the folder's provider blocks.
type savedPlan struct {
	Format    int                      `json:"format"`
	Writer    string                   `json:"espalier"`
	Providers map[string]savedProvider `json:"providers"`
	State     savedState               `json:"state"`
	// Lists is how many calls it took to list each type, by provider configuration.
	Lists map[string]map[string]int `json:"lists"`
	// Marks are the server times up to which it is known what has changed, when all of
	// the plan is done, by provider configuration and type.
	Marks map[string]map[string]time.Time `json:"marks,omitempty"`
	// Cost is what it spends, as far as that was known when it was made.
	Cost render.Cost `json:"cost"`
	// Sources are the SHA-256 of the files of the configuration, by name.
	Sources map[string]string `json:"sources"`
	// Leftover is what an unfinished run had left when the state was read.
	Leftover string `json:"leftover,omitempty"`
	// Encryption is set in encrypted files alone.
	Encryption *savedEncryption `json:"encryption,omitempty"`
	Plan       json.RawMessage  `json:"plan"`
	// Sum is the SHA-256 of the file with this field empty.
	Sum string `json:"sha256"`

	beside *beside // what is in the folder where it was read; nil in one that is to be written
}

type savedProvider struct {
	Name     string                     `json:"name"`
	Tenant   string                     `json:"tenant"`
	Settings map[string]schema.Template `json:"settings"`
}

type savedState struct {
	Type   string                     `json:"type"`
	Values map[string]schema.Template `json:"values"`
}

// savedEncryption is for whom the state was encrypted where the plan was made; with no
// recipients it was a passphrase, which is not in the file. Only plans in encrypted files
// have it.
type savedEncryption struct {
	Recipients []string `json:"recipients,omitempty"`
}

// save writes a plan to a file that only its owner can read.
func (p *project) save(file string, f *planFlags, made *planned) error {
	if made.plan.HasSensitive() && p.cipher == nil {
		return fmt.Errorf("the plan was not saved to %s. It holds sensitive values, which must not lie in a file in the clear. Review what is shown; \"%s\" carries out exactly this, without a file. Or have plans encrypted, by an encryption block in the espalier block", file, p.app.again(f, made.plan))
	}
	data, err := planner.Encode(made.plan)
	if err != nil {
		return fmt.Errorf("the plan cannot be written to %s: %w", file, err)
	}
	saved := savedPlan{Format: savedFormat, Writer: Version, Providers: map[string]savedProvider{}, Lists: made.survey.calls, Cost: p.cost(made), Leftover: made.leftover, Sources: sourceSums(p.config), Plan: data}
	for key, at := range made.vouched() {
		if saved.Marks == nil {
			saved.Marks = map[string]map[string]time.Time{}
		}
		if saved.Marks[key[0]] == nil {
			saved.Marks[key[0]] = map[string]time.Time{}
		}
		saved.Marks[key[0]][key[1]] = at
	}
	for key, c := range p.providers {
		saved.Providers[key] = savedProvider{Name: c.vendor.Name(), Tenant: c.conn.Tenant, Settings: templates(c.conn.Settings)}
	}
	block, diags := p.scope.State()
	if diags.HasErrors() {
		return diags
	}
	saved.State = savedState{Type: block.Type, Values: templates(openSettings(block.Type, block.Values))}
	if p.cipher != nil {
		saved.Encryption = &savedEncryption{Recipients: p.recipients}
	}
	text, err := encodeSaved(saved)
	if err == nil && p.cipher != nil {
		text, err = sealSaved(text, p.cipher)
	}
	if err != nil {
		return fmt.Errorf("the plan cannot be written to %s: %w", file, err)
	}
	if err := writePrivate(p.app.file(file), text); err != nil {
		return fmt.Errorf("the plan cannot be saved to %q: %w. Give a file in a folder that is there and that you may write to, with room on its disk", file, cause(err))
	}
	return nil
}

// writePrivate puts a file in place whole, readable by its owner alone.
func writePrivate(name string, data []byte) error {
	return placeWhole(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func templates(values map[string]cty.Value) map[string]schema.Template {
	out := map[string]schema.Template{}
	for name, v := range values {
		if v != cty.NilVal && !v.IsNull() {
			out[name] = schema.Known(v)
		}
	}
	return out
}

// readSaved reads a saved plan, encrypted or not as the configuration beside it wants
// it. Any damage is found.
func (a *app) readSaved(file string) (*savedPlan, *planner.Plan, error) {
	b, err := a.readBeside()
	if err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(a.file(file))
	if err != nil {
		return nil, nil, fmt.Errorf("the saved plan %q cannot be read: %w. Make one with \"espalier plan -out FILE\"", file, cause(err))
	}
	saved, plan, err := decodeSaved(file, data, b.encryption.cipher != nil, func() (state.Cipher, error) { return b.opener(a) })
	if err != nil {
		return nil, nil, err
	}
	saved.beside = b
	return saved, plan, nil
}

// cause is why a file could not be used, without the name of a file that the
// person does not know.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// errNoPlan says that a file is not a saved plan at all.
var errNoPlan = errors.New("is not a saved plan. Make one with \"espalier plan -out FILE\"")

// applySaved carries out exactly the plan in a file, as far as the live system
// and the state are still as they were when it was made.
func (a *app) applySaved(ctx context.Context, f *applyFlags, file string, changed []string) error {
	if len(changed) > 0 {
		return fmt.Errorf("a saved plan is carried out as it is, so -%s cannot be given with it. Give it to \"espalier plan\"", changed[0])
	}
	saved, plan, err := a.readSaved(file)
	if err != nil {
		return err
	}
	if f.planID != "" && !f.planID.of(plan) {
		a.fail(fmt.Sprintf("This is not the plan %s", f.planID), fmt.Sprintf("%s holds plan %s. Nothing was changed. Give the file of the plan that was reviewed.", file, plan.ID))
		return exit(ExitOutdated)
	}
	if err := a.tellSaved(f, file, saved, plan); err != nil {
		return err
	}
	timed, done, err := f.limits(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, err := a.projectOf(saved)
	if err != nil {
		return err
	}
	p.allow(f.maxCalls)
	session, err := p.open(ctx, "apply "+file, f.lockTimeout)
	if err != nil {
		return err
	}
	p.warnUnsaved(session.Snapshot())
	snapshot := a.settleTimes(session)
	leave := func(err error) error { return errors.Join(err, session.Close(ctx)) }
	if lineage, serial := planState(snapshot).Lineage, planState(snapshot).Serial; lineage != plan.Lineage || serial != plan.Serial {
		a.fail("The saved plan is out of date", fmt.Sprintf("It was made with %s, and the state in %s is now %s. Nothing was changed. Plan again.",
			version(plan.Lineage, plan.Serial), p.backend.Where(), version(lineage, serial)))
		return leave(exit(ExitOutdated))
	}
	if snapshot.Leftover != saved.Leftover {
		a.fail("The saved plan is out of date", fmt.Sprintf("A run on the state in %s ended half way, and has done some of what this plan may be about. What it did is kept now; no call was made. Plan again for the rest.", p.backend.Where()))
		return leave(exit(ExitOutdated))
	}
	if err := p.connect(ctx); err != nil {
		return leave(err)
	}
	if err := p.checkTenants(snapshot); err != nil {
		return leave(err)
	}
	read, conflicts, err := p.verify(timed, saved, plan, snapshot, f.parallelism)
	if err != nil {
		return leave(f.inTime(timed, err))
	}
	made := &planned{plan: plan, survey: read, parallelism: f.parallelism, marks: map[[2]string]time.Time{}}
	for key, types := range saved.Marks {
		for typ, at := range types {
			made.marks[[2]string{key, typ}] = at
		}
	}
	return p.carryOut(ctx, timed, f, session, snapshot, made, conflicts)
}

func version(lineage string, serial uint64) string {
	if lineage == "" {
		return "no state"
	}
	return fmt.Sprintf("serial %d of lineage %s", serial, lineage)
}

// projectOf makes a project of what a saved plan carries. Secrets come from the
// folder's provider blocks where there are any, else from the environment.
func (a *app) projectOf(saved *savedPlan) (*project, error) {
	b := saved.beside
	p := &project{app: a, config: b.config, providers: map[string]*configured{}}
	folder := map[string]map[string]cty.Value{}
	if b.scope != nil {
		blocks, _ := b.scope.Providers()
		for _, block := range blocks {
			folder[block.Key] = block.Settings
		}
	}
	var err error
	if p.encryption, err = a.encryptionOf(saved); err != nil {
		return nil, err
	}
	a.compareSources(saved, a.config)
	if err := p.savedBackend(saved); err != nil {
		return nil, err
	}
	for key, s := range saved.Providers {
		vendor := a.vendors[s.Name]
		if vendor == nil {
			return nil, fmt.Errorf("the plan needs provider %q, which this program does not have", s.Name)
		}
		settings := map[string]cty.Value{}
		for _, attr := range vendor.Settings() {
			settings[attr.Name] = cty.NullVal(attr.Type)
			if t, ok := s.Settings[attr.Name]; ok {
				settings[attr.Name] = t.Value
			} else if v, ok := folder[key][attr.Name]; ok && (attr.Sensitive || schema.IsSensitive(v)) {
				settings[attr.Name] = v
			}
		}
		conn, mistakes := vendor.Connect(settings, a.env)
		if len(mistakes) > 0 {
			list := make([]error, len(mistakes))
			for i, m := range mistakes {
				list[i] = fmt.Errorf("provider %q: %w", key, m)
			}
			return nil, errors.Join(list...)
		}
		if !conn.Sandbox && conn.Tenant != s.Tenant {
			return nil, fmt.Errorf("the plan was made for %s, and provider %q now reaches %s. Plan again", s.Tenant, key, conn.Tenant)
		}
		p.providers[key] = &configured{key: key, vendor: vendor, conn: conn}
		p.keys = append(p.keys, key)
	}
	return p, nil
}

// savedBackend makes the backend of a saved plan. Secrets come from the folder's state
// block if it is of the same kind, else from the environment.
func (p *project) savedBackend(saved *savedPlan) error {
	values := map[string]cty.Value{}
	if scope := saved.beside.scope; scope != nil {
		if block, diags := scope.State(); !diags.HasErrors() && block.Type == saved.State.Type {
			maps.Copy(values, block.Values)
			for name := range openSettings(block.Type, block.Values) {
				delete(values, name)
			}
		}
	}
	for name, t := range saved.State.Values {
		values[name] = t.Value
	}
	backend, errs := p.openState(saved.State.Type, values)
	p.backend = backend
	return errors.Join(errs...)
}

// openSettings are the settings of a state block that may lie in a file.
func openSettings(kind string, values map[string]cty.Value) map[string]cty.Value {
	out := maps.Clone(values)
	maps.DeleteFunc(out, func(_ string, v cty.Value) bool { return v != cty.NilVal && schema.IsSensitive(v) })
	for _, k := range all.Kinds() {
		for _, attr := range k.Settings {
			if k.Name == kind && attr.Sensitive {
				delete(out, attr.Name)
			}
		}
	}
	return out
}

// changedPlanFlags names the flags given that only make sense when a plan is
// made.
func changedPlanFlags(cmd *cobra.Command) []string {
	var out []string
	for _, name := range []string{"var", "var-file", "target", "allow", "refresh", "refresh-only"} {
		if cmd.Flags().Changed(name) {
			out = append(out, name)
		}
	}
	return out
}
