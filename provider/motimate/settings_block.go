package motimate

import (
	"strings"

	"github.com/espalier-dev/espalier/provider/internal/block"
)

var (
	credentialNames = []string{"client_id", "client_secret", "username", "password", "access_token"}
	addressNames    = []string{"base_url", "subdomain"}
)

func environmentName(setting string) string { return "MOTIMATE_" + strings.ToUpper(setting) }

// rules are those of the provider block. The block goes before the environment, also
// as a whole way to authenticate, and as an address.
func rules() block.Rules {
	return block.Rules{Attributes: settingAttributes(), Apart: map[string][]string{
		"base_url":      addressNames,
		"subdomain":     addressNames,
		"access_token":  {"client_id", "client_secret", "username", "password"},
		"client_secret": {"access_token", "username", "password"},
		"username":      {"access_token", "client_secret"},
		"password":      {"access_token", "client_secret"},
		"client_id":     {"access_token"},
	}}
}
