// Package provider is the contract between the engine and a vendor: what a
// vendor says of itself as data (types, settings), how a configuration becomes
// a connection, and the few calls that reach a tenant.
//
// It knows nothing of any vendor, of plans, or of the state. The vendors stand
// in folders of their own below it; the only list of them is in package all,
// and package providertest is the suite that every one of them passes.
//
// Start reading at Provider, then Client; Error says what a failed call means
// for a run, and Observe reads the live world.
package provider
