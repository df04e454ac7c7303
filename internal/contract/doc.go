// Package contract holds what goes between a client and an embedded server
// against an OpenAPI description, for tests. It is strict where the description
// is: a path, a parameter or a field that is not described is a breach, and so is
// an answer that the description does not allow. Nothing of the program imports
// it.
package contract
