// Package statetest is the conformance suite of state backends: what every
// place that keeps a state must do, told as stories. A new backend is right when
// Run passes.
//
// It must not know how any backend works: whatever it asks for goes through
// state.Backend, and through Store for what only a backend's own tests can do.
//
// Start reading with Run.
package statetest
