// Package moxtra is the provider for Moxtra's REST API, version 1: the profiles and
// pictures of users, and data sources for an org's users, a team, and what a user has
// to read and to do.
//
// Users are there before anybody describes them: the API documents no call that makes
// or deletes one, except that asking for a token in the name of a unique id that
// nobody has makes a user. So the unique id is a setting of the provider block and
// comes from nowhere else.
//
// Facts of the API are marked in comments by their source: [user] is the vendor's page
// of users, [auth], [rest] and [team] its pages of authentication, conventions and teams,
// [samples] code that it published, [clients] what clients of others send and have
// seen, and "inferred" is our reading where all of them are
// silent.
//
// The package knows neither plans nor the state, and sends nothing itself: the
// http.Client it is given adds the token, obeys the budget and retries.
//
// Start reading at provider.go. types.go is the model, and shape.go how the fields of
// answers become values; the files that begin with settings are the provider block,
// client.go and those that begin with wire the calls, data.go the data sources. manual.go
// and the folder examples are what the reference pages say beyond that. The files that
// begin with sandbox are the embedded server. They are written from the documentation
// alone and share nothing with the client, so that a wrong belief on one side shows on
// the other.
package moxtra
