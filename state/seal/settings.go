package seal

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/espalier-dev/espalier/schema"
)

// The variables of the environment that keys and the passphrase may come from. For whom
// something is encrypted is never taken from there.
const (
	EnvIdentity     = "ESPALIER_AGE_IDENTITY"      // the private key itself
	EnvIdentityFile = "ESPALIER_AGE_IDENTITY_FILE" // a file that holds it
	EnvPassphrase   = "ESPALIER_AGE_PASSPHRASE"
)

// Settings are the attributes of an encryption block.
func Settings() []schema.Attribute {
	return []schema.Attribute{
		{Name: "recipients", Type: cty.List(cty.String), Doc: "The public keys of all who may read the state: of age (`age1...`, or `age1pq1...` for all of them) or of SSH (`ssh-ed25519`, `ssh-rsa`). " +
			"An entry may be a whole file of keys, one a line."},
		{Name: "identity_file", Type: cty.String, Doc: "A file with your private key, of age or of SSH; `~` is your home folder, and a relative path begins at the configuration's folder. " +
			"It need not be there where the environment gives the key: in `" + EnvIdentity + "`, or in the file that `" + EnvIdentityFile + "` names."},
		{Name: "passphrase", Type: cty.String, Sensitive: true, Env: EnvPassphrase, Doc: "A passphrase instead of recipients. It costs about a second each time that something is read or written."},
	}
}

// Read makes a Config of an encryption block: its values as they are evaluated, the folder
// of the configuration, and the environment. It reads the files of keys. All mistakes are
// returned; that a file is not there is none yet.
func Read(values map[string]cty.Value, dir string, environ func(name string) string) (Config, []error) {
	b := block{}
	b.take(values)
	var c Config
	if v, ok := b.values["recipients"]; ok {
		for _, e := range v.AsValueSlice() {
			c.Recipients = append(c.Recipients, e.AsString())
		}
		if len(c.Recipients) == 0 {
			b.fail(errors.New("recipients is empty, so nobody could read the state. Put a public key there, or leave it out and use a passphrase"))
		}
	}
	phrase, ofBlock := b.text("passphrase")
	file, _ := b.text("identity_file")
	if ofBlock && len(c.Recipients) > 0 {
		b.fail(errors.New("recipients and passphrase are both set. What is encrypted with a passphrase is for that alone: take one of the two out"))
	}
	if ofBlock {
		c.Passphrases = append(c.Passphrases, phrase)
	}
	if phrase := environ(EnvPassphrase); phrase != "" && !slices.Contains(c.Passphrases, phrase) {
		c.Passphrases = append(c.Passphrases, phrase)
	}
	if text := environ(EnvIdentity); text != "" {
		c.Keys = append(c.Keys, Key{From: EnvIdentity, Text: text})
	}
	for _, name := range []string{file, environ(EnvIdentityFile)} {
		if name != "" {
			b.readKey(&c, located(name, dir, cmp.Or(environ("HOME"), environ("USERPROFILE"))))
		}
	}
	return c, b.errs
}

// block collects the values of an encryption block, and the mistakes in it.
type block struct {
	values map[string]cty.Value
	errs   []error
}

func (b *block) fail(err error) { b.errs = append(b.errs, err) }

// take gives every setting its type and leaves out what is null.
func (b *block) take(values map[string]cty.Value) {
	b.values = map[string]cty.Value{}
	var names []string
	for _, attr := range Settings() {
		names = append(names, attr.Name)
		v, ok := values[attr.Name]
		if !ok || v == cty.NilVal {
			continue
		}
		v, _ = v.UnmarkDeep()
		if v.IsKnown() && v.IsNull() {
			continue
		}
		typed, err := convert.Convert(v, attr.Type)
		if err != nil || !typed.IsWhollyKnown() || holdsNull(typed) {
			b.fail(fmt.Errorf("%s should be %s", attr.Name, map[bool]string{true: "a text", false: "a list of texts"}[attr.Type == cty.String]))
			continue
		}
		b.values[attr.Name] = typed
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(names, name) {
			continue
		}
		if near := schema.Suggest(name, names); near != "" {
			b.fail(fmt.Errorf("there is no setting %q. Did you mean %q?", name, near))
		} else {
			b.fail(fmt.Errorf("there is no setting %q; there are %s", name, strings.Join(names, ", ")))
		}
	}
}

func holdsNull(v cty.Value) bool {
	return v.Type() != cty.String && slices.ContainsFunc(v.AsValueSlice(), cty.Value.IsNull)
}

func (b *block) text(name string) (string, bool) {
	v, ok := b.values[name]
	if !ok {
		return "", false
	}
	return v.AsString(), true
}

// readKey reads a file of private keys, if it is there.
func (b *block) readKey(c *Config, name string) {
	if slices.ContainsFunc(c.Keys, func(k Key) bool { return k.From == name }) || slices.Contains(c.Absent, name) {
		return
	}
	text, err := os.ReadFile(name)
	switch path, isPath := errors.AsType[*fs.PathError](err); {
	case errors.Is(err, fs.ErrNotExist):
		c.Absent = append(c.Absent, name)
	case isPath:
		b.fail(fmt.Errorf("the file of private keys, %s, cannot be read: %w. Make it a file that you may read, or name another", name, path.Err))
	case err != nil:
		b.fail(fmt.Errorf("the file of private keys, %s, cannot be read: %w. Name another", name, err))
	default:
		c.Keys = append(c.Keys, Key{From: name, Text: string(text)})
	}
}

// located is a path as the configuration's folder sees it.
func located(name, dir, home string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok && home != "" {
		return filepath.Join(home, rest)
	}
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}
