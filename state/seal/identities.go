package seal

import (
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// parseKey reads private keys. The error repeats nothing of them.
func parseKey(key Key) ([]age.Identity, error) {
	text := strings.TrimSpace(key.Text)
	switch {
	case text == "":
		return nil, fmt.Errorf("%s is empty. It should hold a private key, as age-keygen makes one", key.From)
	case strings.HasPrefix(text, "age-encryption.org/"), strings.HasPrefix(text, "-----BEGIN AGE ENCRYPTED FILE-----"):
		return nil, fmt.Errorf("%s is itself encrypted, and nobody can be asked for its passphrase here. Decrypt it where it is needed (age -d), and give the key in %s", key.From, EnvIdentity)
	case strings.HasPrefix(text, "-----BEGIN "):
		return parseSSH(key.From, text)
	}
	var out []age.Identity
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		identities, err := age.ParseIdentities(strings.NewReader(line))
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", key.From, number, notPrivate(line))
		}
		out = append(out, identities...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no private key. age-keygen makes one", key.From)
	}
	return out, nil
}

// notPrivate says what a line is that is no private key of age.
func notPrivate(line string) error {
	upper := strings.ToUpper(line)
	switch {
	case strings.HasPrefix(upper, "AGE-PLUGIN-"):
		return errors.New("this is for a plugin of age, and plugins are not run here. Use a key that age-keygen makes, or an SSH key")
	case strings.HasPrefix(upper, "AGE-SECRET-KEY-"):
		return errors.New("this private key is cut short or mistyped. Copy it again, whole")
	case strings.HasPrefix(line, "age1"), strings.HasPrefix(line, "ssh-"), strings.HasPrefix(line, "ecdsa-"), strings.HasPrefix(line, "sk-"):
		return errors.New("this is a public key, and the private one is needed here. Of age it begins with AGE-SECRET-KEY-, of SSH it is the file without .pub")
	}
	return errors.New("this is not a private key. One of age begins with AGE-SECRET-KEY-, one of SSH with -----BEGIN")
}

// parseSSH reads a private key of SSH.
func parseSSH(from, text string) ([]age.Identity, error) {
	i, err := agessh.ParseIdentity([]byte(text + "\n"))
	switch {
	case err == nil:
		return []age.Identity{i}, nil
	case errors.As(err, new(*ssh.PassphraseMissingError)):
		return nil, fmt.Errorf("%s is an SSH key with a passphrase, and nobody can be asked for it here. Use a key of age, which age-keygen makes, or an SSH key without a passphrase", from)
	case strings.HasPrefix(err.Error(), "unsupported SSH identity type"):
		return nil, fmt.Errorf("%s is an SSH key of a kind that decrypts nothing. Use one of kind ssh-ed25519 or ssh-rsa, or a key of age, which age-keygen makes", from)
	}
	return nil, fmt.Errorf("%s is not a private key that can be read: it may be cut short, or of another format. Copy it again, whole", from)
}
