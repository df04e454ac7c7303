// Package rest is create, read, update and delete over JSON, driven by a table:
// for each resource type a path, and functions that write and read its bodies.
// It pages through lists, turns statuses into the kinds of errors of package
// provider, and refuses whatever is not the JSON that was expected.
//
// It knows no vendor: paths, envelopes and field names are in the tables. It
// adds no token, obeys no budget and repeats no call; the http.Client does.
//
// Start reading at API and Operation; list.go holds the rules of paging, and
// failure.go what a status means.
package rest
