package state

import "github.com/espalier-dev/espalier/schema"

// Option changes how a backend works.
type Option func(*options)

type options struct {
	tap         Tap
	read, write Cipher
	any         bool
}

func readOptions(list []Option) options {
	var o options
	for _, option := range list {
		option(&o)
	}
	return o
}

func (o options) codec(types func(string) *schema.Type, writer string) codec {
	return codec{types: typeNames(types), writer: writer, read: o.read, write: o.write, any: o.any}
}

// WithTap has tap told of everything that the file backend changes on the disk.
// It is for tests that stop a run at each of these moments; nothing that a user
// can set leads to it.
func WithTap(tap Tap) Option { return func(o *options) { o.tap = tap } }

// WithCipher has everything written encrypted with c, and refuses to read what is
// not.
func WithCipher(c Cipher) Option { return func(o *options) { o.read, o.write = c, c } }

// WithRekey is for the one run in which the encryption of a state changes: what is
// plain is read, and so is what from can decrypt; what is written is encrypted with
// to, or plain if that is nil. Copies that were encrypted otherwise, such as a backup,
// are not kept.
func WithRekey(from, to Cipher) Option {
	return func(o *options) { o.read, o.write, o.any = from, to, true }
}
