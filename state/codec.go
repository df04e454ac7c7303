package state

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/espalier-dev/espalier/schema"
)

// Cipher keeps texts from being read by any but those whom a configuration names.
// Its methods may be called at the same time.
type Cipher interface {
	// Check fails where what Seal makes could not be opened again here, and says what to
	// do. It costs little: no work that a passphrase asks for.
	Check() error
	// Seal encrypts a text for all who shall read it.
	Seal(plain []byte) ([]byte, error)
	// Open decrypts what Seal has made, in full or not at all: a text that was
	// changed is an error. The error goes on from "cannot be decrypted" and says
	// what to do.
	Open(sealed []byte) ([]byte, error)
}

// codec writes and reads the texts of a state and of its journal.
type codec struct {
	types  func(string) *schema.Type
	writer string
	// read and write are nil where texts are plain. Where any is not set they are the
	// same, and only what is encrypted as it would be written is read.
	read, write Cipher
	any         bool
}

// ready fails where what a run does could not be written, so that it is said before it
// does anything.
func (c codec) ready(where string) error {
	if c.write == nil {
		return nil
	}
	if err := c.write.Check(); err != nil {
		return &Error{Where: where, Problem: "cannot be encrypted", Err: err, Remedy: "Nothing was changed"}
	}
	return nil
}

// sealError says that a text could not be encrypted, which has nothing to do with where
// it is to be written. The cause says what to do.
type sealError struct{ err error }

func (e *sealError) Error() string { return "it cannot be encrypted: " + e.err.Error() }

func (e *sealError) Unwrap() error { return e.err }

// encode is Encode, for one who has the texts of some records already, and
// encrypted where it is to be. What is encrypted still shows its lineage and its
// serial, so that versions can be told apart by those who cannot read them.
func (c codec) encode(s *Snapshot, texts map[*Record][]byte) ([]byte, error) {
	plain, err := encode(s, texts, c.write != nil)
	if err != nil || c.write == nil {
		return plain, err
	}
	sealed, err := c.write.Seal(plain)
	if err != nil {
		return nil, &sealError{err}
	}
	b := make([]byte, 0, 512+len(sealed)*4/3)
	b = strconv.AppendInt(append(b, "{\n  \"format\": "...), Format, 10)
	b = appendString(append(b, ",\n  \"lineage\": "...), s.Lineage)
	b = strconv.AppendUint(append(b, ",\n  \"serial\": "...), s.Serial, 10)
	b = base64.StdEncoding.AppendEncode(append(b, ",\n  \"sealed\": \""...), sealed)
	b = append(b, "\",\n"...)
	sum := sha256.Sum256(b)
	b = hex.AppendEncode(append(b, sumPrefix...), sum[:])
	return append(b, sumSuffix...), nil
}

// decode is Decode, for what encode has written.
func (c codec) decode(data []byte) (*Snapshot, error) {
	outer, sealed, err := decode(data, c.types, false)
	if err != nil {
		return nil, err
	}
	if err := c.admits(sealed != nil); err != nil {
		return nil, err
	}
	if sealed == nil {
		return outer, nil
	}
	plain, err := c.read.Open(sealed)
	if err != nil {
		return nil, &Error{Problem: "cannot be decrypted", Err: err}
	}
	inner, again, err := decode(plain, c.types, true)
	switch {
	case err != nil:
		return nil, err
	case again != nil, inner.Lineage != outer.Lineage, inner.Serial != outer.Serial:
		return nil, &Error{Problem: "is damaged or was changed by hand: what is encrypted in it is another version than it says", Remedy: restoreRemedy}
	}
	return inner, nil
}

// admits fails for a text that is encrypted where it should be plain, or the other
// way round.
func (c codec) admits(sealed bool) error {
	switch {
	case sealed && c.read == nil:
		return &Error{
			Problem: "is encrypted, and nothing says how to read it",
			Remedy:  "Nothing was changed. Put the encryption block that it was written with into the configuration",
		}
	case !sealed && c.read != nil && !c.any:
		return &Error{
			Plain:   true,
			Problem: "is not encrypted, and the configuration wants it to be",
			Remedy:  "Nothing was changed. If it is the state that you want, encrypt it with \"espalier state rekey\"; if it was put there by somebody else, put back your own",
		}
	}
	return nil
}

// unsealHeader takes in the encrypted part of a journal's header.
func (c codec) unsealHeader(h *header, sealed []byte) error {
	if err := c.admits(sealed != nil); err != nil || sealed == nil {
		return err
	}
	plain, err := c.read.Open(sealed)
	if err != nil {
		return &Error{Problem: "cannot be decrypted", Err: err}
	}
	if len(plain) < lineKeySize {
		return errors.New("its key is too short")
	}
	h.key = lineKeyOf(h.id, plain[:lineKeySize])
	if rest := plain[lineKeySize:]; len(rest) > 0 {
		h.secret = rest
	}
	return nil
}
