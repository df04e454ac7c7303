// Package s3 keeps a state as objects of a bucket, at AWS or at any server that speaks
// the same protocol and honours conditional writes: the state itself, its lock, and the
// journal of a run in pieces.
//
// Nothing here trusts a client's clock. Every write is conditional on what was read
// before, so of two who want the same only one gets it. Each holder of the lock has a
// number, one higher than the last; whoever takes the lock over from a holder that did
// not give it back first changes all that this holder could still write to (fence.go),
// so that a process which wakes up too late changes nothing.
//
// The package must not know what the texts say, but that a state ends with a line end,
// and that no two states are alike.
//
// Start reading with place.go, then hold.go.
package s3
