package seal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/seal"
)

var _ state.Cipher = (*seal.Cipher)(nil)

// pair is a private key with its public one.
type pair struct{ public, private string }

func ageKey(t testing.TB) pair {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return pair{i.Recipient().String(), i.String()}
}

func quantumKey(t testing.TB) pair {
	t.Helper()
	i, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return pair{i.Recipient().String(), i.String()}
}

// sshKey is a key of SSH; passphrase "" leaves it open.
func sshKey(t testing.TB, kind, passphrase string) pair {
	t.Helper()
	var private, public any
	var err error
	switch kind {
	case "rsa":
		key, failed := rsa.GenerateKey(rand.Reader, 2048)
		private, public, err = key, &key.PublicKey, failed
	case "ecdsa":
		key, failed := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		private, public, err = key, &key.PublicKey, failed
	default:
		public, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	open, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return pair{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(open))) + " somebody@example.org", string(pem.EncodeToMemory(block))}
}

func cipher(t testing.TB, c seal.Config) *seal.Cipher {
	t.Helper()
	c.WorkFactor = 1
	out, errs := seal.New(c)
	if len(errs) > 0 {
		t.Fatal(errors.Join(errs...))
	}
	return out
}

func key(p pair) seal.Key { return seal.Key{From: "key.txt", Text: p.private} }

var text = []byte(strings.Repeat("the names of people\n", 10_000))

// TestEveryKindOfKey: what is encrypted for somebody is read by them, and shows nothing.
func TestEveryKindOfKey(t *testing.T) {
	one, two := ageKey(t), ageKey(t)
	ed, big, quantum := sshKey(t, "ed25519", ""), sshKey(t, "rsa", ""), quantumKey(t)
	for _, c := range []struct {
		name    string
		config  seal.Config
		readers []seal.Config
	}{
		{"age", seal.Config{Recipients: []string{one.public, two.public}, Keys: []seal.Key{key(one)}}, []seal.Config{{Keys: []seal.Key{key(one)}}, {Keys: []seal.Key{key(two)}}}},
		{"post-quantum", seal.Config{Recipients: []string{quantum.public}, Keys: []seal.Key{key(quantum)}}, []seal.Config{{Keys: []seal.Key{key(one), key(quantum)}}}},
		{"SSH", seal.Config{Recipients: []string{ed.public, big.public + "\n"}, Keys: []seal.Key{key(big)}}, []seal.Config{{Keys: []seal.Key{key(ed)}}, {Keys: []seal.Key{key(big)}}}},
		{"a file of recipients", seal.Config{Recipients: []string{"# us\n" + one.public + "\r\n\n" + ed.public + "\n"}, Keys: []seal.Key{key(one)}}, []seal.Config{{Keys: []seal.Key{key(ed)}}}},
		{"a file of private keys", seal.Config{Recipients: []string{one.public}, Keys: []seal.Key{{From: "key.txt", Text: "# made\n" + two.private + "\n\n" + one.private + "\r\n"}}}, []seal.Config{{Keys: []seal.Key{key(one)}}}},
		{"a passphrase", seal.Config{Passphrases: []string{"six words", "the old one"}}, []seal.Config{{Passphrases: []string{"six words"}}, {Passphrases: []string{"new", "six words"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sealed, err := cipher(t, c.config).Seal(text)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(sealed, []byte("names of people")) || bytes.Contains(sealed, []byte("somebody")) {
				t.Error("something of the text, or of whom it is for, can be read")
			}
			for _, reader := range c.readers {
				plain, err := cipher(t, reader).Open(sealed)
				if err != nil || !bytes.Equal(plain, text) {
					t.Errorf("%d bytes, %v", len(plain), err)
				}
			}
		})
	}
}

// TestNobodyElseReads: who holds no fitting key is told what would fit.
func TestNobodyElseReads(t *testing.T) {
	one, two, ed := ageKey(t), ageKey(t), sshKey(t, "ed25519", "")
	sealedFor := func(c seal.Config) []byte {
		sealed, err := cipher(t, c).Seal(text)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	forKeys := sealedFor(seal.Config{Recipients: []string{one.public, ageKey(t).public, ed.public}, Keys: []seal.Key{key(one)}})
	forPhrase := sealedFor(seal.Config{Passphrases: []string{"six words"}})
	for _, c := range []struct {
		name   string
		config seal.Config
		sealed []byte
		want   []string
	}{
		{"another key", seal.Config{Keys: []seal.Key{key(two)}}, forKeys, []string{"nothing that is here fits", "for the holders of 2 age keys and 1 SSH key (ssh-ed25519)", "here is an age key", "state rekey"}},
		{"a passphrase for keys", seal.Config{Passphrases: []string{"x"}}, forKeys, []string{"here is a passphrase"}},
		{"a key for a passphrase", seal.Config{Keys: []seal.Key{key(two)}}, forPhrase, []string{"encrypted with a passphrase, and none is given", "ESPALIER_AGE_PASSPHRASE"}},
		{"another passphrase", seal.Config{Passphrases: []string{"seven words"}}, forPhrase, []string{"is not the one that it was encrypted with"}},
		{"nothing, for keys", seal.Config{Recipients: []string{one.public}, Absent: []string{"key.txt"}}, forKeys, []string{"there is no private key here (key.txt is not there)", "ESPALIER_AGE_IDENTITY_FILE", "public keys alone are not enough"}},
		{"nothing at all", seal.Config{}, forPhrase, []string{"neither a passphrase nor a private key", "ESPALIER_AGE_PASSPHRASE"}},
	} {
		_, err := cipher(t, c.config).Open(c.sealed)
		if err == nil {
			t.Errorf("%s: it was read", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", c.name, err, want)
			}
		}
	}
}

// TestSealsWhatCanBeRead: nothing is encrypted that could not be read here again.
func TestSealsWhatCanBeRead(t *testing.T) {
	one, two := ageKey(t), ageKey(t)
	for want, config := range map[string]seal.Config{
		"belong to none of the recipients": {Recipients: []string{one.public}, Keys: []seal.Key{key(two)}},
		"there is no private key here":     {Recipients: []string{one.public}},
		"nothing says for whom":            {Keys: []seal.Key{key(two)}},
	} {
		if _, err := cipher(t, config).Seal(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
		if err := cipher(t, config).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("beforehand %v does not say %q", err, want)
		}
	}
	if err := cipher(t, seal.Config{Recipients: []string{one.public}, Keys: []seal.Key{key(one)}}).Check(); err != nil {
		t.Error(err)
	}
}

// TestDamageIsFound: whichever bit is flipped, and wherever it is cut.
func TestDamageIsFound(t *testing.T) {
	one := ageKey(t)
	c := cipher(t, seal.Config{Recipients: []string{one.public}, Keys: []seal.Key{key(one)}})
	sealed, err := c.Seal(text[:200])
	if err != nil {
		t.Fatal(err)
	}
	for n := range sealed {
		bad := bytes.Clone(sealed)
		bad[n] ^= 1 << (n % 8)
		if _, err := c.Open(bad); err == nil {
			t.Fatalf("byte %d of %d was changed, and it was read", n, len(sealed))
		}
		if _, err := c.Open(sealed[:n]); err == nil {
			t.Fatalf("%d bytes of %d were read", n, len(sealed))
		}
	}
	bad := bytes.Clone(sealed)
	bad[len(bad)-1] ^= 1
	if _, err := c.Open(bad); err == nil || !strings.Contains(err.Error(), "changed or damaged") || !strings.Contains(err.Error(), "a copy that is whole") {
		t.Errorf("the message: %v", err)
	}
}

// TestMistakes: each is said in words that help, and no key is repeated.
func TestMistakes(t *testing.T) {
	one, quantum, ed := ageKey(t), quantumKey(t), sshKey(t, "ed25519", "")
	weak, err := ssh.NewPublicKey(&rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537})
	if err != nil {
		t.Fatal(err)
	}
	small := string(ssh.MarshalAuthorizedKey(weak))
	for _, c := range []struct {
		name   string
		config seal.Config
		want   string
	}{
		{"a private key of age", seal.Config{Recipients: []string{one.public, one.private}}, "recipient 2 is a private key. Everybody who can read the configuration has it now: make a new one"},
		{"in small letters", seal.Config{Recipients: []string{strings.ToLower(one.private)}}, "recipient 1 is a private key"},
		{"a private key of SSH", seal.Config{Recipients: []string{ed.private}}, "recipient 1 is a private key"},
		{"a key that is cut", seal.Config{Recipients: []string{one.public[:40]}}, "cut short or mistyped"},
		{"a post-quantum key that is cut", seal.Config{Recipients: []string{quantum.public[:99]}}, "cut short or mistyped"},
		{"an SSH key that is cut", seal.Config{Recipients: []string{ed.public[:40]}}, "cut short or mistyped"},
		{"a weak SSH key", seal.Config{Recipients: []string{small}}, "an RSA key of less than 2048 bits"},
		{"another SSH key", seal.Config{Recipients: []string{sshKey(t, "ecdsa", "").public}}, "an SSH key of a kind that nothing can be encrypted for"},
		{"a plugin's", seal.Config{Recipients: []string{"age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t"}}, "is for a plugin of age"},
		{"a name", seal.Config{Recipients: []string{"somebody@example.org"}}, "recipient 1 is not a public key. One of age begins with age1"},
		{"nothing", seal.Config{Recipients: []string{"# nobody\n"}}, "recipient 1 is empty"},
		{"both kinds", seal.Config{Recipients: []string{one.public, quantum.public}}, "use one kind for all"},
		{"an empty passphrase", seal.Config{Passphrases: []string{""}}, "the passphrase is empty"},
		{"a public key for a private one", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: "# x\n" + one.public}}}, "key.txt, line 2: this is a public key, and the private one is needed"},
		{"a public SSH key for a private one", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: ed.public}}}, "this is a public key"},
		{"a private key that is cut", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: one.private[:50]}}}, "line 1: this private key is cut short"},
		{"a private SSH key that is cut", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: ed.private[:200]}}}, "cut short, or of another format"},
		{"a plugin's private key", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: "AGE-PLUGIN-YUBIKEY-1QQQQQ"}}}, "is for a plugin of age"},
		{"an SSH key with a passphrase", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: sshKey(t, "ed25519", "hush").private}}}, "an SSH key with a passphrase"},
		{"an SSH key of another kind", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: sshKey(t, "ecdsa", "").private}}}, "of a kind that decrypts nothing"},
		{"an encrypted file of keys", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: "age-encryption.org/v1\n-> scrypt"}}}, "is itself encrypted"},
		{"an empty file", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: " \n"}}}, "key.txt is empty"},
		{"a file of comments", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: "# none\n"}}}, "holds no private key"},
		{"any other text", seal.Config{Keys: []seal.Key{{From: "key.txt", Text: "hunter2"}}}, "line 1: this is not a private key"},
	} {
		_, errs := seal.New(c.config)
		said := fmt.Sprint(errors.Join(errs...))
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %q does not say %q", c.name, said, c.want)
		}
		for _, secret := range []string{one.private[20:], strings.ToLower(one.private[20:]), "hunter2", "somebody", ed.private[100:150]} {
			if strings.Contains(said, secret) {
				t.Errorf("%s: %q repeats what may be a secret", c.name, said)
			}
		}
	}
	if _, errs := seal.New(seal.Config{Recipients: []string{"x", "y"}, Keys: []seal.Key{{From: "key.txt"}}}); len(errs) != 3 {
		t.Errorf("not all mistakes are told: %v", errs)
	}
}

func TestFor(t *testing.T) {
	one, two := ageKey(t), ageKey(t)
	for want, config := range map[string]seal.Config{
		"1 recipient": {Recipients: []string{one.public}}, "2 recipients": {Recipients: []string{one.public + "\n" + two.public}},
		"those who know the passphrase": {Passphrases: []string{"x"}},
	} {
		if got := cipher(t, config).For(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
