package state

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

const lineKeySize = chacha20poly1305.KeySize

// lineKey seals the lines of one journal. A Cipher that encrypts for people costs too
// much for every line, and cannot append; so it encrypts a key of the journal's own,
// once, and the lines are sealed with that. A nonce is random and long enough never to
// come twice, which a count would after a crash.
type lineKey struct {
	secret [lineKeySize]byte
	aead   cipher.AEAD
	id     []byte // of the journal, so that no line fits another one
}

func newLineKey(id string) *lineKey {
	var secret [lineKeySize]byte
	rand.Read(secret[:]) // never fails
	return lineKeyOf(id, secret[:])
}

func lineKeyOf(id string, secret []byte) *lineKey {
	aead, _ := chacha20poly1305.NewX(secret) // only a key of another size is an error
	return &lineKey{secret: [lineKeySize]byte(secret), aead: aead, id: []byte(id)}
}

const sealedPrefix = `{"sealed":"`

// seal makes one line of lines, which only this key opens. With no key they stay as
// they are.
func (k *lineKey) seal(lines []byte) ([]byte, error) {
	if k == nil {
		return lines, nil
	}
	box := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(lines)+chacha20poly1305.Overhead)
	if _, err := rand.Read(box); err != nil {
		return nil, err
	}
	box = k.aead.Seal(box, box, lines, k.id)
	b := make([]byte, 0, len(sealedPrefix)+base64.StdEncoding.EncodedLen(len(box))+crcLen+1)
	b = base64.StdEncoding.AppendEncode(append(b, sealedPrefix...), box)
	return seal(append(b, '"'), 0), nil
}

// open gives the lines that are sealed in one.
func (k *lineKey) open(line []byte) ([]byte, error) {
	d := decoder{cursor: cursor{data: line}}
	var box []byte
	d.object(func(key string) {
		switch key {
		case "sealed":
			box = d.base64()
		case "crc":
			d.text()
		default:
			d.fail("it is not encrypted, as those before it are")
		}
	})
	if d.err != nil {
		return nil, d.err
	}
	if len(box) < chacha20poly1305.NonceSizeX {
		return nil, errors.New("it holds nothing")
	}
	lines, err := k.aead.Open(nil, box[:chacha20poly1305.NonceSizeX], box[chacha20poly1305.NonceSizeX:], k.id)
	if err != nil {
		return nil, fmt.Errorf("it cannot be decrypted: %w", err)
	}
	return lines, nil
}
