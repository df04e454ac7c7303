package seal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// mismatchError says that no key and no passphrase fits.
type mismatchError struct{ text string }

func (e *mismatchError) Error() string { return e.text }

// noIdentity says that there is nothing to decrypt with.
func (c *Cipher) noIdentity() error {
	absent := ""
	if len(c.absent) > 0 {
		absent = " (" + strings.Join(c.absent, " and ") + " is not there)"
	}
	if c.publicKeys == 0 {
		return fmt.Errorf("there is neither a passphrase nor a private key here%s. Set %s, or %s to the key or %s to a file that holds it",
			absent, EnvPassphrase, EnvIdentity, EnvIdentityFile)
	}
	return fmt.Errorf("there is no private key here%s. Set %s to the key of a recipient, or %s to a file that holds it. The public keys alone are not enough, since every run reads the state first",
		absent, EnvIdentity, EnvIdentityFile)
}

// noMatch says that a text is encrypted for others. Recipients are named by the kinds
// of their keys, which is all that the text tells of them.
func (c *Cipher) noMatch(stanzas []string) error {
	if slices.Equal(stanzas, []string{scryptStanza}) {
		if slices.Contains(c.kinds, "a passphrase") {
			return &mismatchError{"the passphrase is not the one that it was encrypted with. Give that one; a new one is set with \"espalier state rekey\", which needs the old one in " + EnvPassphrase}
		}
		return &mismatchError{"it was encrypted with a passphrase, and none is given. Set " + EnvPassphrase}
	}
	counts := map[string]int{}
	for _, s := range stanzas {
		counts[s]++
	}
	var wanted []string
	for _, stanza := range slices.Sorted(maps.Keys(counts)) {
		wanted = append(wanted, stanzaKind(stanza, counts[stanza]))
	}
	held := slices.Clone(c.kinds)
	slices.Sort(held)
	return &mismatchError{fmt.Sprintf("nothing that is here fits: it is encrypted for the holders of %s, and here is %s. "+
		"Use the key of one of the recipients; who is not among them is added to the encryption block by one of them, who then runs \"espalier state rekey\"",
		strings.Join(wanted, " and "), strings.Join(slices.Compact(held), " and "))}
}

// damaged says that a text is not as it was encrypted.
func damaged(err error) error {
	return fmt.Errorf("it was changed or damaged after it had been encrypted (%w). Put back a copy that is whole", err)
}

const scryptStanza = "scrypt"

// stanzaKind says in words for how many keys of which kind a text is encrypted.
func stanzaKind(stanza string, n int) string {
	kind, more := "key", ""
	switch stanza {
	case "X25519":
		kind = "age key"
	case "mlkem768x25519":
		kind = "post-quantum age key"
	case "ssh-ed25519", "ssh-rsa":
		kind, more = "SSH key", " ("+stanza+")"
	default:
		more = " of a kind that is not known here"
	}
	if n != 1 {
		kind += "s"
	}
	return fmt.Sprintf("%d %s%s", n, kind, more)
}

// kindOf says in words what is there to decrypt with.
func kindOf(i age.Identity) string {
	switch i.(type) {
	case *age.X25519Identity:
		return "an age key"
	case *age.HybridIdentity:
		return "a post-quantum age key"
	case *agessh.RSAIdentity:
		return "an SSH key (ssh-rsa)"
	}
	return "an SSH key (ssh-ed25519)"
}
