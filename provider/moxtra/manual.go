package moxtra

import (
	"embed"
	"io/fs"

	"github.com/espalier-dev/espalier/provider"
)

// examples are the configurations shown on the reference pages.
//
//go:embed examples
var examples embed.FS

// Manual is what the reference pages say beyond settings and types.
func (Provider) Manual() provider.Manual {
	m := provider.Manual{Introduction: introduction}
	if folder, err := fs.Sub(examples, "examples"); err == nil {
		m.Examples = folder
	}
	return m
}

const introduction = `Profiles and pictures of users in [Moxtra](https://www.moxtra.com), by version 1 of its REST API,
and data sources for what users, orgs and teams show.

**Users are there already.** The API has no call that makes or deletes a user. To describe one is to
adopt it; what is no longer described is left as it is. Only the first name, the last name, the time zone
and the language are written, and of these only what differs.

**A token can make a user.** Asking for a token in the name of a ` + "`unique_id`" + ` that nobody has *makes
a user with it*. So the ` + "`unique_id`" + ` in the provider block must be that of an account that is there. It is
taken from nowhere else, and ` + "`validate`" + ` asks for no token.

**Other users.** The account that holds the token can be written as ` + "`me`" + `. Whether it may read and change
other users is for the vendor's server to say, and documented nowhere; it is refused with 403 if not.

**How sure this is.** *Documented* by the vendor, on its page of users, are all paths and fields used here but those of
teams, which are on a page of their own; the envelope of answers and its first four error codes; and the
token call. *In code that the vendor published* is the signature of the token call. *Inferred*, because it is
published nowhere, is that a profile field which a change does not name stays as it is, what a picture that is not there is
answered with, and how large a picture may be. How ` + "`index`" + ` and ` + "`last_index`" + ` of the list of users count, the
vendor does not say: what the server answers is sent back as it is, and a list that repeats itself or leaves users out
is an error. Of a 400 it is not known whether the path or a parameter is meant, so the message says both.

| path | what for |
| --- | --- |
| ` + "`/oauth/token`" + ` | a token for the unique id, with time and signature |
| ` + "`/{user_id}`" + `, ` + "`/me`" + ` | reading and changing a user |
| ` + "`/{user_id}/picture`" + ` | the picture |
| ` + "`/{user_id}/orgs/{org_id}/users`" + ` | the users of an org, 100 in a call |
| ` + "`/{user_id}/timeline`" + `, ` + "`/unreadfeeds`" + `, ` + "`/todos`" + `, ` + "`/mentions`" + `, ` + "`/favorites`" + ` | data sources |
| ` + "`/teams/{team_id}`" + ` | a data source |
`
