package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"filippo.io/age"
)

// Config says for whom texts are encrypted, and with what they are decrypted. Read
// makes one of an encryption block.
type Config struct {
	// Recipients are public keys: of age (age1..., age1pq1...) or of SSH (ssh-ed25519,
	// ssh-rsa). One entry may have several lines, as a file of keys has; empty lines and
	// those that begin with # are left out.
	Recipients []string
	// Passphrases decrypt. Without recipients the first of them encrypts as well.
	Passphrases []string
	// Keys are private keys; all of them are tried.
	Keys []Key
	// Absent are files of private keys that are not there, for messages.
	Absent []string
	// WorkFactor is the binary logarithm of what a passphrase costs when a text is
	// encrypted; 0 is age's own, about a second. It is for tests.
	WorkFactor int
}

// Key is the text of a file of private keys: of age, or one of SSH. From says in words
// where it is from.
type Key struct{ From, Text string }

// Cipher encrypts texts for the recipients of a Config. It implements state.Cipher.
type Cipher struct {
	recipients []age.Recipient
	identities []age.Identity
	kinds      []string // of the identities, in words
	absent     []string
	phrase     bool // encrypts with a passphrase
	publicKeys int
	check      func() error
}

// New makes a cipher. It touches nothing; all mistakes are returned, and none of them
// repeats any part of a key. That a private key or a passphrase is missing is no mistake
// yet: Seal and Open say it.
func New(c Config) (*Cipher, []error) {
	out := &Cipher{absent: c.Absent}
	recipients, errs := parseRecipients(c.Recipients)
	out.recipients, out.publicKeys = recipients, len(recipients)
	for _, key := range c.Keys {
		identities, err := parseKey(key)
		if err != nil {
			errs = append(errs, err)
		}
		for _, i := range identities {
			out.identities, out.kinds = append(out.identities, i), append(out.kinds, kindOf(i))
		}
	}
	if err := out.takePassphrases(c); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	out.check = sync.OnceValue(out.checkReadable)
	return out, nil
}

func (c *Cipher) takePassphrases(from Config) error {
	for n, phrase := range from.Passphrases {
		identity, err := age.NewScryptIdentity(phrase)
		if err != nil {
			return errors.New("the passphrase is empty. Give one that nobody guesses, such as six random words")
		}
		c.identities, c.kinds = append(c.identities, identity), append(c.kinds, "a passphrase")
		if n > 0 || len(from.Recipients) > 0 {
			continue
		}
		recipient, err := age.NewScryptRecipient(phrase)
		if err != nil {
			return err
		}
		if from.WorkFactor > 0 {
			recipient.SetWorkFactor(from.WorkFactor)
		}
		c.recipients, c.phrase = []age.Recipient{recipient}, true
	}
	return nil
}

// For says in words for whom the cipher encrypts.
func (c *Cipher) For() string {
	switch {
	case c.phrase:
		return "those who know the passphrase"
	case c.publicKeys == 1:
		return "1 recipient"
	}
	return fmt.Sprintf("%d recipients", c.publicKeys)
}

// Check implements state.Cipher.
func (c *Cipher) Check() error { return c.check() }

// Seal implements state.Cipher. It refuses to encrypt what could not be decrypted here
// afterwards, since the next run has to read it.
func (c *Cipher) Seal(plain []byte) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c.seal(plain)
}

func (c *Cipher) seal(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(plain) + len(plain)/1024 + 512*(1+len(c.recipients)))
	w, err := age.Encrypt(&out, c.recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Open implements state.Cipher.
func (c *Cipher) Open(sealed []byte) ([]byte, error) {
	if len(c.identities) == 0 {
		return nil, c.noIdentity()
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), c.identities...)
	if err != nil {
		if mismatch, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
			return nil, c.noMatch(mismatch.StanzaTypes)
		}
		return nil, damaged(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, damaged(err)
	}
	return plain, nil
}

// checkReadable fails where nothing here could decrypt what is encrypted.
func (c *Cipher) checkReadable() error {
	if len(c.recipients) == 0 {
		return errors.New("nothing says for whom. Put the public keys of all who may read, your own among them, into recipients in the encryption block, or set " + EnvPassphrase)
	}
	if len(c.identities) == 0 {
		return c.noIdentity()
	}
	if c.phrase {
		return nil
	}
	sealed, err := c.seal(nil)
	if err != nil {
		return err
	}
	if _, err = c.Open(sealed); errors.As(err, new(*mismatchError)) {
		return errors.New("nobody here could read it afterwards: the private keys that are here belong to none of the recipients. " +
			"Add your own public key to the recipients of the encryption block, or have it done by somebody who is among them")
	}
	return err
}
