package cli

import (
	"errors"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state/seal"
)

// encryption is for whom a project's state, journal and plans are encrypted. The zero
// value says that they are not.
type encryption struct {
	cipher     *seal.Cipher // nil where nothing is encrypted
	recipients []string     // their public keys; none with a passphrase
}

// encryption makes what the settings of an encryption block ask for, with the private
// keys and the passphrase of the environment.
func (a *app) encryption(values map[string]cty.Value) (encryption, []error) {
	config, errs := seal.Read(values, a.dir, a.env)
	cipher, more := seal.New(config)
	if errs = append(errs, more...); len(errs) > 0 {
		return encryption{}, errs
	}
	return encryption{cipher: cipher, recipients: config.Recipients}, nil
}

func (p *project) readEncryption() hcl.Diagnostics {
	e, diags := p.app.blockEncryption(p.scope)
	p.encryption = e
	return diags
}

// blockEncryption is what the encryption block of a configuration asks for. Mistakes are
// shown at its first line: another might hold a key.
func (a *app) blockEncryption(scope *schema.Scope) (encryption, hcl.Diagnostics) {
	block, diags := scope.Encryption()
	if diags.HasErrors() || !block.Demanded() {
		return encryption{}, diags
	}
	e, errs := a.encryption(block.Values)
	for _, err := range errs {
		what, remedy := sentences(err.Error())
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "The encryption block cannot be used", Detail: strings.TrimSpace(what + ". " + remedy), Subject: &block.Range})
	}
	return e, diags
}

// beside is the configuration in the folder of a saved plan, as far as it can be used:
// what a plan does not carry is taken from it.
type beside struct {
	config     *schema.Config
	scope      *schema.Scope // nil if something is wrong with the configuration, or there is none
	encryption encryption
	// settings are those of its encryption block that could be evaluated: a variable may
	// have been given where the plan was made alone.
	settings map[string]cty.Value
}

// readBeside reads the configuration beside a saved plan. Whatever else is wrong with
// it does not matter, but for what it says of encryption.
func (a *app) readBeside() (*beside, error) {
	b := &beside{}
	config, diags := a.parsed()
	scope, more := config.Scope(schema.ScopeOptions{Environ: a.Environ})
	a.config = config
	e, wrong := a.blockEncryption(scope)
	if wrong.HasErrors() {
		return nil, wrong
	}
	block, _ := scope.Encryption()
	b.encryption, b.settings = e, block.Values
	if !diags.HasErrors() {
		b.config = config
		if !more.HasErrors() {
			b.scope = scope
		}
	}
	return b, nil
}

// opener is what decrypts a saved plan: the folder's encryption, or, without that, the
// private keys and the passphrase of the environment.
func (b *beside) opener(a *app) (*seal.Cipher, error) {
	if b.encryption.cipher != nil {
		return b.encryption.cipher, nil
	}
	e, errs := a.encryption(nil)
	return e.cipher, errors.Join(errs...)
}

// encryptionOf is for whom the state of a saved plan is encrypted: as the folder says,
// or, where it does not, as it was where the plan was made.
func (a *app) encryptionOf(saved *savedPlan) (encryption, error) {
	b := saved.beside
	_, recipients := b.settings["recipients"]
	_, passphrase := b.settings["passphrase"]
	if recipients || passphrase || saved.Encryption == nil {
		return b.encryption, nil
	}
	values := maps.Clone(b.settings)
	if values == nil {
		values = map[string]cty.Value{}
	}
	if list := saved.Encryption.Recipients; len(list) > 0 {
		texts := make([]cty.Value, len(list))
		for i, r := range list {
			texts[i] = cty.StringVal(r)
		}
		values["recipients"] = cty.ListVal(texts)
	}
	e, errs := a.encryption(values)
	return e, errors.Join(errs...)
}
