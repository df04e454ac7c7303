package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// StateBlock says where the state is kept: the backend's type, "file" by
// default, and its settings as written.
type StateBlock struct {
	Type   string
	Values map[string]cty.Value
	Ranges map[string]hcl.Range
	// Range is the block's header; its zero value says that there is no block.
	Range hcl.Range
}

// GuardBlock holds the limits that the guard block sets, as written: numbers, or
// texts such as "10%". Their names are not checked here.
type GuardBlock struct {
	Values map[string]cty.Value
	Ranges map[string]hcl.Range
	Range  hcl.Range
}

// EncryptionBlock says for whom the state, its journal and saved plans are
// encrypted: the block's settings as written. Their names are not checked here.
type EncryptionBlock struct {
	Values map[string]cty.Value
	Ranges map[string]hcl.Range
	// Range is the block's header; its zero value says that there is no block, so
	// nothing is encrypted.
	Range hcl.Range
}

// Demanded reports whether there is such a block.
func (b EncryptionBlock) Demanded() bool { return b.Range != (hcl.Range{}) }

// Encryption evaluates the encryption block. With mistakes in it, what is returned
// still tells that there is one.
func (s *Scope) Encryption() (EncryptionBlock, hcl.Diagnostics) {
	block := s.config.encryption
	if block == nil {
		return EncryptionBlock{}, nil
	}
	values, ranges, diags := s.settingsBlock(block, "the encryption block")
	return EncryptionBlock{Values: values, Ranges: ranges, Range: block.DefRange()}, s.redact(MergeDiagnostics(diags))
}

// State evaluates the state block.
func (s *Scope) State() (StateBlock, hcl.Diagnostics) {
	block := s.config.state
	if block == nil {
		return StateBlock{Type: "file"}, nil
	}
	values, ranges, diags := s.settingsBlock(block, "the state block")
	return StateBlock{Type: block.Labels[0], Values: values, Ranges: ranges, Range: block.DefRange()}, s.redact(MergeDiagnostics(diags))
}

// Guards evaluates the guard block.
func (s *Scope) Guards() (GuardBlock, hcl.Diagnostics) {
	block := s.config.guard
	if block == nil {
		return GuardBlock{}, nil
	}
	values, ranges, diags := s.settingsBlock(block, "the guard block")
	return GuardBlock{Values: values, Ranges: ranges, Range: block.DefRange()}, s.redact(MergeDiagnostics(diags))
}

func (s *Scope) settingsBlock(block *hclsyntax.Block, what string) (map[string]cty.Value, map[string]hcl.Range, hcl.Diagnostics) {
	values, ranges := map[string]cty.Value{}, map[string]hcl.Range{}
	var diags hcl.Diagnostics
	for _, setting := range settingsOf(block.Body) {
		v, ok, settingDiags := s.setting(setting, what)
		diags = append(diags, settingDiags...)
		ranges[setting.name] = setting.rng
		if ok {
			values[setting.name] = v
		}
	}
	return values, ranges, diags
}

// setting evaluates a setting that must be known before anything is read.
func (s *Scope) setting(setting setting, what string) (cty.Value, bool, hcl.Diagnostics) {
	v, f, diags := s.evaluate(setting.expr, "")
	diags = append(diags, gatherDiags(f.deps)...)
	if diags.HasErrors() {
		return v, false, diags
	}
	if v.IsWhollyKnown() {
		return v, true, diags
	}
	if f.muted && !readsData(f.deps) {
		// It follows from a variable without a value, which is told there.
		return v, false, diags
	}
	return v, false, append(diags, problem(setting.rng, "Setting not known yet",
		"The settings of %s must be known before anything is read; %q depends on %s. Use variables, local values and functions of them.", what, setting.name, s.waitsFor(v, f)))
}

// readsData reports whether a data source is among what the vertices go back to.
func readsData(roots []*vertex) bool {
	seen := map[*vertex]bool{}
	queue := append([]*vertex(nil), roots...)
	for i := 0; i < len(queue); i++ {
		if v := queue[i]; !seen[v] {
			seen[v] = true
			if in, ok := v.owner.(*instance); ok && in.res.decl.data {
				return true
			}
			queue = append(queue, next(v)...)
		}
	}
	return false
}
