// Package state is the memory: which live object belongs to which address, what
// was last known of it, and what a run was about to do when it stopped.
//
// A Snapshot is the whole state as data. A Backend keeps one somewhere; a
// Session is a Backend locked for one run. The file backend writes the state as
// readable JSON (encode.go, decode.go) and replaces it whole, once a run. During
// the run each step costs two lines in a journal beside it (journal.go), so its
// cost does not grow with the state, and a run that dies at any moment leaves a
// journal from which the next one goes on. While it is at work the run makes sure
// that these files are still its own (watch.go).
//
// The package must not know what the attributes mean, which vendor they come
// from, how a plan is made or how a call is sent: it imports the schema alone.
//
// Start reading with snapshot.go and backend.go, then session.go.
package state
