// Package providertest is the conformance suite that every vendor's client
// passes against a server: what is created is read, listed, changed and deleted,
// in any Unicode, over any number of pages, and errors have the right kind.
//
// It knows no vendor. What it may ask of a type it takes from the type itself,
// and what a server does not carry it does not look for: an attribute that is
// absent from an object is not known, and is left out of the comparison, except
// that every attribute must be carried by some way to read it.
//
// Start reading at Run and Subject; Start serves a provider's own sandbox.
package providertest
