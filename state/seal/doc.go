// Package seal encrypts texts with age (filippo.io/age) for those whom a configuration
// names: states, their journals and saved plans, which hold names and addresses of
// people.
//
// It must not know what the texts say, nor where they are kept.
package seal
