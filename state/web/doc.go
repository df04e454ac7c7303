// Package web keeps a state on a server that speaks the protocol of Terraform's http
// backend, such as GitLab's managed state: it is got, posted whole, locked and
// unlocked.
//
// There is neither a journal nor a lease in that protocol, so a state is written
// whole: before the first call of a run with all that it is about to do, every few
// seconds with what it has done, and at its end.
//
// It must not know what the texts say, but that they are JSON.
//
// Start reading with place.go.
package web
