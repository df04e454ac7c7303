// Package motimate is the provider for Motimate's Public API: users, groups,
// positions, files and posts, and the data sources that look them up.
//
// Facts of the API are marked in comments by their source: [swagger] is the
// published connector definition, [help-prov], [help-limits] and the like are the
// vendor's help articles, and "inferred" is our reading where all of them are
// silent. What is inferred stands in few
// places: the paths in settings.go, the bodies in the files that begin with wire, and
// all that is assumed of files and posts in one table in wire_media.go.
//
// The package knows neither plans nor the state, and sends nothing itself: the
// http.Client it is given adds the token, obeys the budget and retries.
//
// Start reading at provider.go. types.go is the model; the files that begin with
// settings are the provider block, client.go and those that begin with wire the
// calls, those that begin with data the data sources. manual.go and the folder examples
// are what the reference pages say beyond that. The files that begin with
// sandbox are the embedded server. They are written from the documentation alone
// and share nothing with the client, so that a wrong belief on one side shows on
// the other.
package motimate
