package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/state"
)

// sealedPlan is a saved plan in a file that is encrypted: all that it shows is by which
// version of the program it can be read.
type sealedPlan struct {
	Format int    `json:"format"`
	Writer string `json:"espalier"`
	Sealed []byte `json:"sealed"`
	// Sum is the SHA-256 of the file with this field empty.
	Sum string `json:"sha256"`
}

// sumOf is the checksum of a document whose own field for it is empty.
func sumOf(document any) (string, error) {
	data, err := json.Marshal(document)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

func (s savedPlan) sum() (string, error) {
	s.Sum = ""
	return sumOf(s)
}

func (s sealedPlan) sum() (string, error) {
	s.Sum = ""
	return sumOf(s)
}

// encodeSaved is the text of a file that holds a plan.
func encodeSaved(saved savedPlan) ([]byte, error) {
	sum, err := saved.sum()
	if err != nil {
		return nil, err
	}
	saved.Sum = sum
	return documentText(saved)
}

// sealSaved encrypts the text of a file that holds a plan.
func sealSaved(text []byte, cipher state.Cipher) ([]byte, error) {
	sealed, err := cipher.Seal(text)
	if err != nil {
		return nil, fmt.Errorf("it cannot be encrypted: %w", err)
	}
	outer := sealedPlan{Format: savedFormat, Writer: Version, Sealed: sealed}
	if outer.Sum, err = outer.sum(); err != nil {
		return nil, err
	}
	return documentText(outer)
}

func documentText(document any) ([]byte, error) {
	var out bytes.Buffer
	err := json.NewEncoder(&out).Encode(document)
	return out.Bytes(), err
}

// decodeSaved reads the text of a file. What is encrypted is decrypted with what opener
// gives; demanded says that nothing else is taken. Any damage is found.
func decodeSaved(file string, data []byte, demanded bool, opener func() (state.Cipher, error)) (*savedPlan, *planner.Plan, error) {
	var outer sealedPlan
	if err := readDocument(file, data, &outer.Format, &outer.Writer, &outer); err != nil {
		return nil, nil, err
	}
	switch {
	case outer.Sealed == nil && demanded:
		return nil, nil, fmt.Errorf("%q is not encrypted, and the configuration wants plans to be: somebody else may have put it there, or the encryption block is newer than the plan. Nothing was changed. Plan again", file)
	case outer.Sealed == nil:
		return decodePlain(file, data)
	}
	sum, err := outer.sum()
	if err != nil || sum != outer.Sum || !isWritten(data, outer) {
		return nil, nil, damagedPlan(file)
	}
	cipher, err := opener()
	if err != nil {
		return nil, nil, fmt.Errorf("%q is encrypted: %w", file, err)
	}
	plain, err := cipher.Open(outer.Sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("%q cannot be decrypted: %w", file, err)
	}
	saved, plan, err := decodePlain(file, plain)
	if err == nil && saved.Encryption == nil {
		return nil, nil, damagedPlan(file) // a plain file that somebody has encrypted
	}
	return saved, plan, err
}

func decodePlain(file string, data []byte) (*savedPlan, *planner.Plan, error) {
	var saved savedPlan
	if err := readDocument(file, data, &saved.Format, &saved.Writer, &saved); err != nil {
		return nil, nil, err
	}
	sum, err := saved.sum()
	if err != nil || sum != saved.Sum || !isWritten(data, saved) {
		return nil, nil, damagedPlan(file)
	}
	plan, err := planner.Decode(saved.Plan)
	if err != nil {
		return nil, nil, fmt.Errorf("%q: %w. Plan again", file, err)
	}
	return &saved, plan, nil
}

// readDocument reads one of the two kinds of documents, whose format and writer are then
// in those two fields of it.
func readDocument(file string, data []byte, format *int, writer *string, document any) error {
	if err := json.Unmarshal(data, document); err != nil || *format == 0 {
		return fmt.Errorf("%q %w", file, errNoPlan)
	}
	if *format != savedFormat {
		return fmt.Errorf("%q was saved by espalier %s in format %d, and this is %s, which reads format %d. Plan again", file, *writer, *format, Version, savedFormat)
	}
	return nil
}

// isWritten reports whether a text is how a document is written. The checksum is that of
// what the text says; there are other texts that say the same.
func isWritten(data []byte, document any) bool {
	again, err := documentText(document)
	return err == nil && bytes.Equal(data, again)
}

func damagedPlan(file string) error {
	return fmt.Errorf("%q has been changed or damaged since it was saved: its checksum does not fit. Plan again", file)
}
