package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"

	"github.com/espalier-dev/espalier/schema"
)

// A journal is a file of lines, each a JSON object that ends with a CRC-32 of
// what stands before it. The first is the header; then come, in the order of
// time,
//
//	begin    an intent, before its call is sent
//	commit   a result
//	fail     an intent that changed nothing
//	tenants  the tenants, when they changed
//
// It is only ever appended to. A line without an end was being written when the run
// stopped, nobody was told that it was kept, and it is dropped. A line with an end
// that does not fit its checksum is damage. Where the state is encrypted, the header
// holds the encrypted key with which the lines after it are sealed (linekey.go).

// header says which version of which state a journal goes on from.
type header struct {
	id      string // of the journal
	lineage string
	serial  uint64
	secret  []byte   // of the state, while no version of it has been written
	key     *lineKey // seals the lines that follow; nil if they are plain
}

// newHeader begins the journal of a run on a state.
func newHeader(base *Snapshot, c codec) header {
	h := header{id: newUUID(), lineage: base.Lineage, serial: base.Serial, secret: base.Secret}
	if c.write != nil {
		h.key = newLineKey(h.id)
	}
	return h
}

// journal is a journal file in memory.
type journal struct {
	header
	entries []entry
	sum     [sha256.Size]byte // of the whole lines
	// end is the length of the whole lines; what stands behind is torn.
	end int64
}

// entry is one line; one of its fields is set.
type entry struct {
	begin   *Intent
	result  *Result
	tenants map[string]string
}

const crcLen = len(`,"crc":"00000000"}`)

// seal closes the object that begins at b[start], still without its brace, with
// its checksum, and ends the line.
func seal(b []byte, start int) []byte {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b[start:]))
	return append(hex.AppendEncode(append(b, `,"crc":"`...), sum), "\"}\n"...)
}

// whole reports whether line, without its line end, is as seal wrote it.
func whole(line []byte) bool {
	body := len(line) - crcLen
	if body < 1 || !bytes.HasPrefix(line[body:], []byte(`,"crc":"`)) || !bytes.HasSuffix(line, []byte(`"}`)) {
		return false
	}
	var sum [4]byte
	var text [8]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE(line[:body]))
	hex.Encode(text[:], sum[:])
	return bytes.Equal(line[len(line)-10:len(line)-2], text[:])
}

func (c codec) appendHeader(b []byte, h header) ([]byte, error) {
	start := len(b)
	b = strconv.AppendInt(append(b, `{"journal":`...), Format, 10)
	b = appendString(append(b, `,"id":`...), h.id)
	b = appendString(append(b, `,"lineage":`...), h.lineage)
	b = strconv.AppendUint(append(b, `,"serial":`...), h.serial, 10)
	secret := h.secret
	if h.serial > 0 {
		secret = nil
	}
	switch {
	case h.key != nil:
		sealed, err := c.write.Seal(slices.Concat(h.key.secret[:], secret))
		if err != nil {
			return nil, &sealError{err}
		}
		b = appendString(append(b, `,"sealed":`...), base64.StdEncoding.EncodeToString(sealed))
	case secret != nil:
		b = appendString(append(b, `,"secret":`...), base64.StdEncoding.EncodeToString(secret))
	}
	return seal(b, start), nil
}

func appendBegin(b []byte, i Intent) ([]byte, error) {
	start := len(b)
	b, err := appendIntent(append(b, `{"begin":`...), i)
	if err != nil {
		return nil, err
	}
	return seal(b, start), nil
}

// appendResult appends the line of a result, and returns in text the part of it
// that is the record's, as a state has it too.
func appendResult(b []byte, r *Result) (line, text []byte, err error) {
	start := len(b)
	key := `{"commit":{"address":`
	if r.Failed {
		key = `{"fail":{"address":`
	}
	if b, err = appendAddress(append(b, key...), r.Address); err != nil {
		return nil, nil, err
	}
	if !r.Moved.IsZero() {
		if b, err = appendAddress(append(b, `,"moved":`...), r.Moved); err != nil {
			return nil, nil, err
		}
	}
	if r.ID != "" {
		b = appendString(append(b, `,"id":`...), r.ID)
	}
	if !r.Deleted.IsZero() {
		b = appendString(append(b, `,"provider":`...), r.Provider)
		b = appendTime(append(b, `,"deleted":`...), r.Deleted)
	}
	if r.Record != nil && !r.Failed {
		b = append(b, `,"record":`...)
		at := len(b)
		if b, err = appendRecordAt(b, r.Address, r.Record); err != nil {
			return nil, nil, err
		}
		text = b[at:]
	}
	return seal(append(b, '}'), start), text, nil
}

func appendTenants(b []byte, tenants map[string]string) []byte {
	start := len(b)
	return seal(appendTexts(append(b, `{"tenants":`...), tenants), start)
}

// journal reads a journal. With no whole header nothing was ever kept in it, and
// the result is nil.
func (c codec) journal(data []byte) (*journal, error) {
	j := &journal{}
	number := 0
	for pos := 0; pos < len(data); {
		number++
		length := bytes.IndexByte(data[pos:], '\n')
		if length < 0 {
			if torn := data[pos:]; whole(torn[:len(torn)-1]) {
				return nil, fmt.Errorf("the end of line %d is damaged", number)
			}
			break // a line without an end is torn
		}
		line := bytes.TrimSuffix(data[pos:pos+length], []byte("\r"))
		pos += length + 1
		switch {
		case whole(line):
		case number == 1 && pos == len(data):
			return nil, nil
		default:
			return nil, fmt.Errorf("line %d is damaged", number)
		}
		if err := c.readLine(j, line, number); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		j.end = int64(pos)
	}
	if j.end == 0 {
		return nil, nil
	}
	j.sum = sha256.Sum256(data[:j.end])
	return j, nil
}

// readLine takes in one whole line: as it is, or the lines that are sealed in it.
func (c codec) readLine(j *journal, line []byte, number int) error {
	if number == 1 {
		return c.readHeader(j, line)
	}
	if j.key == nil {
		return j.read(line, c.types)
	}
	lines, err := j.key.open(line)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(lines) {
		if err := j.read(bytes.TrimSuffix(line, []byte("\n")), c.types); err != nil {
			return err
		}
	}
	return nil
}

// readHeader takes in the first line.
func (c codec) readHeader(j *journal, line []byte) error {
	d := decoder{cursor: cursor{data: line}}
	var sealed []byte
	d.object(func(key string) {
		switch key {
		case "crc":
			d.text()
		case "sealed":
			sealed = d.base64()
		default:
			d.headerField(&j.header, key)
		}
	})
	if d.err == nil && j.id == "" {
		d.fail("it should be the header of a journal")
	}
	if d.err != nil {
		return d.err
	}
	return c.unsealHeader(&j.header, sealed)
}

// read takes in one line after the first.
func (j *journal) read(line []byte, types func(string) *schema.Type) error {
	d := decoder{cursor: cursor{data: line}, types: types}
	var e entry
	d.object(func(key string) {
		switch key {
		case "crc":
			d.text()
		case "begin":
			i := d.intent()
			e.begin = &i
		case "commit", "fail":
			e.result = d.result(key == "fail")
		case "tenants":
			e.tenants = d.texts()
		default:
			d.unknown(key)
		}
	})
	if d.err == nil && e.begin == nil && e.result == nil && e.tenants == nil {
		d.fail("it says nothing")
	}
	if d.err == nil {
		j.entries = append(j.entries, e)
	}
	return d.err
}

func (d *decoder) headerField(h *header, key string) {
	switch key {
	case "journal":
		if format := d.uint(); d.err == nil && format != Format {
			d.fail("it has format %d, and this version of the program knows format %d only", format, Format)
		}
	case "id":
		h.id = d.text()
	case "lineage":
		h.lineage = d.text()
	case "serial":
		h.serial = d.uint()
	case "secret":
		h.secret = d.base64()
	default:
		d.unknown(key)
	}
}

func (d *decoder) result(failed bool) *Result {
	r := &Result{Failed: failed}
	d.object(func(key string) {
		switch key {
		case "address":
			r.Address = d.address()
		case "moved":
			r.Moved = d.address()
		case "record":
			r.Record = d.record()
		case "id":
			r.ID = d.text()
		case "provider":
			r.Provider = d.text()
		case "deleted":
			r.Deleted = d.time()
		default:
			d.unknown(key)
		}
	})
	d.addressed(r.Address)
	return r
}
