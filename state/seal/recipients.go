package seal

import (
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// parseRecipients reads public keys; all mistakes are returned.
func parseRecipients(entries []string) ([]age.Recipient, []error) {
	var out []age.Recipient
	var errs []error
	quantum := 0
	for n, entry := range entries {
		found := 0
		for line := range strings.Lines(entry) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			found++
			r, err := parseRecipient(line)
			if err != nil {
				errs = append(errs, fmt.Errorf("recipient %d %w", n+1, err))
				break // what follows may be the rest of a key
			}
			if _, is := r.(*age.HybridRecipient); is {
				quantum++
			}
			out = append(out, r)
		}
		if found == 0 {
			errs = append(errs, fmt.Errorf("recipient %d is empty. Put a public key there, or take it out", n+1))
		}
	}
	if quantum > 0 && quantum < len(out) && len(errs) == 0 {
		errs = append(errs, errors.New("some recipients have post-quantum keys (age1pq1...) and others have not. With one ordinary key among them the protection of the others is lost, so use one kind for all"))
	}
	return out, errs
}

// parseRecipient reads one public key. The error goes on from "recipient 1" and does not
// repeat what stands there: it may be a secret.
func parseRecipient(text string) (age.Recipient, error) {
	lower := strings.ToLower(text)
	var r age.Recipient
	var err error
	switch {
	case isPrivate(text):
		return nil, errors.New("is a private key. Everybody who can read the configuration has it now: make a new one, and put its public key here (age-keygen -y FILE prints it; of an SSH key it is the file that ends in .pub)")
	case strings.HasPrefix(text, "age1pq1"):
		r, err = parsed(age.ParseHybridRecipient(text))
	case strings.HasPrefix(text, "ssh-ed25519 "), strings.HasPrefix(text, "ssh-rsa "):
		if r, err = agessh.ParseRecipient(text); err != nil && strings.HasSuffix(err.Error(), "RSA key size is too small") {
			return nil, errors.New("is an RSA key of less than 2048 bits, which is too weak. Use another key; age-keygen makes one")
		}
	case strings.HasPrefix(lower, "ssh-"), strings.HasPrefix(lower, "ecdsa-"), strings.HasPrefix(lower, "sk-"):
		return nil, errors.New("is an SSH key of a kind that nothing can be encrypted for. Use one of kind ssh-ed25519 or ssh-rsa, or a key of age, which age-keygen makes")
	case strings.HasPrefix(text, "age1") && isPlugin(text):
		return nil, errors.New("is for a plugin of age, and plugins are not run here. Use a key that age-keygen makes (age1...), or an SSH key")
	case strings.HasPrefix(text, "age1"):
		r, err = parsed(age.ParseX25519Recipient(text))
	default:
		return nil, errors.New("is not a public key. One of age begins with age1 (age-keygen makes one), one of SSH with ssh-ed25519 or ssh-rsa")
	}
	if err != nil {
		return nil, errors.New("is a public key that is cut short or mistyped. Copy it again, whole")
	}
	return r, nil
}

// parsed makes an interface of what a parser returns, so that nil stays nil.
func parsed[T age.Recipient](r T, err error) (age.Recipient, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

// isPlugin reports whether a key names a plugin: age1NAME1DATA. Keys of age itself have
// no second 1, which does not occur in what follows the first.
func isPlugin(text string) bool {
	name, _, more := strings.Cut(text[len("age1"):], "1")
	return more && name != "" && len(name) < 20
}

// isPrivate reports whether a text is, or begins, a private key.
func isPrivate(text string) bool {
	upper := strings.ToUpper(text)
	return strings.HasPrefix(upper, "AGE-SECRET-KEY-") || strings.HasPrefix(upper, "AGE-PLUGIN-") ||
		strings.HasPrefix(upper, "-----BEGIN ") && strings.Contains(upper, "PRIVATE KEY-----")
}
