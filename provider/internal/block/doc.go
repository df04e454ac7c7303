// Package block reads the provider block of a configuration: it fills in the
// environment, checks texts, choices, durations and addresses, and gathers every
// mistake with what to do about it, so that all are said at once.
//
// It knows no vendor: which settings there are, and which belong together, it is
// told. Start reading at Read; address.go holds what an address may look like.
package block
