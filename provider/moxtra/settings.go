package moxtra

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

const providerName = "moxtra"

// environments are the addresses of the vendor's own servers [auth]; the first is
// the default.
var environments = []struct{ name, address string }{
	{"production", "https://api.moxtra.com/v1"},
	{"sandbox", "https://apisandbox.moxtra.com/v1"},
}

// defaultLag is how long reads may be behind. Of this vendor nothing is known of it; what holds
// for every other is the safer guess: a read that is taken for too old is looked at again.
const defaultLag = "1h"

// settingAttributes are the attributes of the provider block.
func settingAttributes() []schema.Attribute {
	list := []schema.Attribute{
		{Name: "sandbox", Type: cty.Bool, Default: "false",
			Doc: "Use the embedded server instead of the vendor's. It needs no account; address and credentials are then not looked at."},
		{Name: "environment", Type: cty.String, Enum: environmentNames(), Default: environments[0].name,
			Doc: "Which of the vendor's own servers: the one for production, or the one that it calls sandbox. Each has credentials of its own."},
		{Name: "base_url", Type: cty.String,
			Doc: "The whole address, instead of environment. Some servers have the API without the /v1 at the end."},
		{Name: "client_id", Type: cty.String, Doc: "The client id of the app, as the vendor issued it."},
		{Name: "client_secret", Type: cty.String, Sensitive: true, Doc: "The client secret that goes with client_id."},
		{Name: "unique_id", Type: cty.String,
			Doc: "The unique id of the account to act as. **It must be that of an account that is there:** asking for a token for another one makes a new user."},
		{Name: "org_id", Type: cty.String,
			Doc: "The id of the org to act in. With it the org's users are read 100 at a time; without it each is read singly."},
		{Name: "access_token", Type: cty.String, Sensitive: true,
			Doc: "A token from a key store, instead of the credentials to get one. It cannot be renewed in mid-run."},
		{Name: "read_lag", Type: cty.String, Default: defaultLag,
			Doc: "How long a read may show the world before a write: a number and a unit, such as 30s. What was written counts as written for so long."},
	}
	for i := range list {
		list[i].Env = "MOXTRA_" + strings.ToUpper(list[i].Name)
	}
	return list
}

func environmentNames() []string {
	names := make([]string, len(environments))
	for i, e := range environments {
		names[i] = e.name
	}
	return names
}
