package state

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
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
// It is only ever appended to. Lines at the end that are not whole were being
// written when the run stopped, nobody was told they were kept, and they are
// dropped. A broken line before a whole one is damage.

// header says which version of which state a journal goes on from.
type header struct {
	id      string // of the journal
	lineage string
	serial  uint64
	secret  []byte // of the state, while no version of it has been written
}

// journal is a journal file in memory.
type journal struct {
	header
	entries []entry
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
	sum, err := strconv.ParseUint(string(line[len(line)-10:len(line)-2]), 16, 32)
	return err == nil && uint32(sum) == crc32.ChecksumIEEE(line[:body])
}

func appendHeader(b []byte, h header) []byte {
	start := len(b)
	b = strconv.AppendInt(append(b, `{"journal":`...), Format, 10)
	b = appendString(append(b, `,"id":`...), h.id)
	b = appendString(append(b, `,"lineage":`...), h.lineage)
	b = strconv.AppendUint(append(b, `,"serial":`...), h.serial, 10)
	if h.serial == 0 {
		b = appendString(append(b, `,"secret":`...), base64.StdEncoding.EncodeToString(h.secret))
	}
	return seal(b, start)
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

// decodeJournal reads a journal. With no whole header nothing was ever kept in
// it, and the result is nil.
func decodeJournal(data []byte, types func(string) *schema.Type) (*journal, error) {
	j := &journal{}
	bad := 0 // the first line that is not whole, if any
	number := 0
	for pos := 0; pos < len(data); {
		number++
		length := bytes.IndexByte(data[pos:], '\n')
		if length < 0 {
			break // a line without an end is torn
		}
		line := bytes.TrimSuffix(data[pos:pos+length], []byte("\r"))
		pos += length + 1
		if !whole(line) {
			if bad == 0 {
				bad = number
			}
			continue
		}
		if bad > 0 {
			return nil, fmt.Errorf("line %d is damaged", bad)
		}
		if err := j.read(line, number, types); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		j.end = int64(pos)
	}
	if j.end == 0 {
		return nil, nil
	}
	return j, nil
}

// read takes in one whole line.
func (j *journal) read(line []byte, number int, types func(string) *schema.Type) error {
	d := decoder{cursor: cursor{data: line}, types: types}
	var e entry
	d.object(func(key string) {
		switch {
		case key == "crc":
			d.text()
		case number == 1:
			d.headerField(&j.header, key)
		case key == "begin":
			i := d.intent()
			e.begin = &i
		case key == "commit", key == "fail":
			e.result = d.result(key == "fail")
		case key == "tenants":
			e.tenants = d.texts()
		default:
			d.unknown(key)
		}
	})
	if d.err == nil && number == 1 && j.id == "" {
		d.fail("it should be the header of a journal")
	}
	if d.err == nil && number > 1 && e.begin == nil && e.result == nil && e.tenants == nil {
		d.fail("it says nothing")
	}
	if d.err == nil && number > 1 {
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
