package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/espalier-dev/espalier/schema"
)

// Remedies that several errors share.
const (
	restoreRemedy = "Nothing was changed. Put back an earlier version: of a file, the one beside it whose name ends in .backup; of any other state, one that its place keeps or that you have saved, with \"espalier state push -force\""
	versionRemedy = "Nothing was changed. Use the version of the program that wrote it, or a newer one"
)

// Decode reads what Encode wrote. types gives the types of the attributes, nil
// for a type that is not known; attributes it does not tell are kept as they
// are. Every error is an *Error with an empty Where.
func Decode(data []byte, types func(typeName string) *schema.Type) (*Snapshot, error) {
	return codec{types: typeNames(types)}.decode(data)
}

// decode reads a text; of one that is encrypted it gives what is, and of the
// Snapshot the lineage and the serial alone. inner says that the text was encrypted.
func decode(data []byte, types func(typeName string) *schema.Type, inner bool) (s *Snapshot, sealed []byte, err error) {
	// A checkout may have turned the line ends; nothing else in the text holds
	// a carriage return.
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	if err := checkFormat(data); err != nil {
		return nil, nil, err
	}
	if err := checkSum(data); err != nil {
		return nil, nil, err
	}
	d := decoder{cursor: cursor{data: data}, types: types, s: newSnapshot("", "", nil), inner: inner}
	d.object(d.field)
	if d.next(); d.err == nil && d.pos < len(d.data) {
		d.fail("something follows its end")
	}
	if d.err != nil {
		return nil, nil, &Error{Problem: "cannot be read", Err: d.err, Remedy: restoreRemedy}
	}
	return d.s, d.sealed, nil
}

// checkFormat looks at the first field alone: of another format nothing else is
// known, not even how its checksum is made.
func checkFormat(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return &Error{Problem: "is empty", Remedy: restoreRemedy}
	}
	c := cursor{data: data}
	c.take('{')
	key := c.text()
	c.take(':')
	if c.err != nil || key != "format" {
		return &Error{Problem: "is not a state of this program: it should begin with its format number", Remedy: restoreRemedy}
	}
	switch format := c.uint(); {
	case c.err != nil:
		return &Error{Problem: "has no readable format number", Err: c.err, Remedy: restoreRemedy}
	case format > Format:
		return &Error{
			Problem: fmt.Sprintf("has format %d, and this version of the program knows format %d only: a newer version wrote it", format, Format),
			Remedy:  versionRemedy,
		}
	case format < Format:
		return &Error{
			Problem: fmt.Sprintf("has format %d, which is older than format %d, the only one this version of the program reads", format, Format),
			Remedy:  "Nothing was changed. Write it anew with a version that reads both formats",
		}
	}
	return nil
}

// checkSum holds the text against the checksum at its end.
func checkSum(data []byte) error {
	const tail = len(sumPrefix) + 2*sha256.Size + len(sumSuffix)
	data = bytes.TrimRight(data, "\n")
	body := len(data) + 1 - tail
	if body < 0 || !bytes.HasPrefix(data[body:], []byte(sumPrefix)) || !bytes.HasSuffix(data, []byte(sumSuffix[:len(sumSuffix)-1])) {
		return &Error{Problem: "is cut short or was changed by hand: its last lines are not its checksum", Remedy: restoreRemedy}
	}
	sum := sha256.Sum256(data[:body])
	if want := data[body+len(sumPrefix):][:2*sha256.Size]; hex.EncodeToString(sum[:]) != string(want) {
		return &Error{Problem: "is damaged or was changed by hand: its checksum does not match", Remedy: restoreRemedy}
	}
	return nil
}

type decoder struct {
	cursor
	types  func(string) *schema.Type
	s      *Snapshot
	sealed []byte
	inner  bool // sensitive values may be there
}

func (d *decoder) field(key string) {
	switch key {
	case "format":
		d.uint()
	case "lineage":
		d.s.Lineage = d.text()
	case "serial":
		d.s.Serial = d.uint()
	case "writer":
		d.s.Writer = d.text()
	case "secret":
		d.s.Secret = d.base64()
	case "sealed":
		d.sealed = d.base64()
	case "journal":
		d.s.journal = d.text()
	case "tenants":
		d.s.Tenants = d.texts()
	case "marks":
		d.object(func(key string) { d.s.Marks[key] = d.time() })
	case "runs":
		d.object(func(key string) { d.array(func() { d.s.Runs[key] = append(d.s.Runs[key], d.time()) }) })
	case "deleted":
		d.array(d.addDeleted)
	case "outputs":
		d.object(func(name string) { d.s.Outputs[name] = d.output() })
	case "pending":
		d.array(func() { d.s.Pending = append(d.s.Pending, d.intent()) })
	case "records":
		d.array(d.addRecord)
	case "sha256":
		d.text()
	default:
		d.unknown(key)
	}
}

// addDeleted reads one object that was deleted live.
func (d *decoder) addDeleted() {
	var owner Owner
	var at time.Time
	d.object(func(key string) {
		switch key {
		case "provider":
			owner.Provider = d.text()
		case "type":
			owner.Type = d.text()
		case "id":
			owner.ID = d.text()
		case "at":
			at = d.time()
		default:
			d.unknown(key)
		}
	})
	d.s.Deleted[owner] = at
}

// unknown refuses a field: to leave it out when the state is written again would
// lose what a newer version put there.
func (d *decoder) unknown(key string) {
	d.fail("the field %q is not known to this version of the program; use the version that wrote it, or a newer one", key)
}

func (d *decoder) base64() []byte {
	b, err := base64.StdEncoding.DecodeString(d.text())
	if err != nil {
		d.fail("a text that should be is not base64: %v", err)
	}
	return b
}
