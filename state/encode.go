package state

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/espalier-dev/espalier/schema"
)

// The last lines of a state are its checksum: SHA-256 of every byte before them.
const (
	sumPrefix = "  \"sha256\": \""
	sumSuffix = "\"\n}\n"
)

// Encode writes s in format 1: JSON with one object a line, sorted by address,
// so that versions can be compared line by line, and with a checksum at the end.
// Values of sensitive outputs are left out. It fails only for a value that a state cannot hold: one that is unknown, or
// marked, or an address that is not text.
func Encode(s *Snapshot) ([]byte, error) { return encode(s, nil, false) }

// encode is Encode for one who has the texts of some records already; with whole it
// writes the values of sensitive outputs too, for a text that is going to be encrypted.
func encode(s *Snapshot, texts map[*Record][]byte, whole bool) ([]byte, error) {
	b := make([]byte, 0, 1024+512*len(s.Records))
	b = append(b, "{\n  \"format\": "...)
	b = strconv.AppendInt(b, Format, 10)
	b = appendString(append(b, ",\n  \"lineage\": "...), s.Lineage)
	b = strconv.AppendUint(append(b, ",\n  \"serial\": "...), s.Serial, 10)
	b = appendString(append(b, ",\n  \"writer\": "...), s.Writer)
	b = appendString(append(b, ",\n  \"secret\": "...), base64.StdEncoding.EncodeToString(s.Secret))
	if s.journal != "" {
		b = appendString(append(b, ",\n  \"journal\": "...), s.journal)
	}
	b = appendTexts(append(b, ",\n  \"tenants\": "...), s.Tenants)
	b, err := appendObject(append(b, ",\n  \"marks\": "...), s.Marks, func(b []byte, _ string, t time.Time) ([]byte, error) {
		return appendTime(b, t), nil
	})
	if err != nil {
		return nil, err
	}
	if len(s.Runs) > 0 {
		b, err = appendObject(append(b, ",\n  \"runs\": "...), s.Runs, func(b []byte, _ string, runs []time.Time) ([]byte, error) {
			b = append(b, '[')
			for i, at := range runs {
				if i > 0 {
					b = append(b, ", "...)
				}
				b = appendTime(b, at)
			}
			return append(b, ']'), nil
		})
		if err != nil {
			return nil, err
		}
	}
	if b, err = appendObject(append(b, ",\n  \"outputs\": "...), s.Outputs, outputWriter(whole)); err != nil {
		return nil, err
	}
	if len(s.Deleted) > 0 {
		if b, err = appendLines(append(b, ",\n  \"deleted\": "...), s.deletions(), s.appendDeleted); err != nil {
			return nil, err
		}
	}
	if b, err = appendLines(append(b, ",\n  \"pending\": "...), s.Pending, appendIntent); err != nil {
		return nil, err
	}
	if b, err = appendLines(append(b, ",\n  \"records\": "...), s.sorted(), func(b []byte, r *Record) ([]byte, error) {
		if text := texts[r]; text != nil {
			return append(b, text...), nil
		}
		return appendRecordAt(b, r.Address, r)
	}); err != nil {
		return nil, err
	}
	b = append(b, ",\n"...)
	sum := sha256.Sum256(b)
	b = append(b, sumPrefix...)
	b = hex.AppendEncode(b, sum[:])
	return append(b, sumSuffix...), nil
}

// deletions lists what was deleted live, sorted.
func (s *Snapshot) deletions() []Owner {
	return slices.SortedFunc(maps.Keys(s.Deleted), func(a, b Owner) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID))
	})
}

func (s *Snapshot) appendDeleted(b []byte, o Owner) ([]byte, error) {
	b = appendString(append(b, `{"provider":`...), o.Provider)
	b = appendString(append(b, `,"type":`...), o.Type)
	b = appendString(append(b, `,"id":`...), o.ID)
	return append(appendTime(append(b, `,"at":`...), s.Deleted[o]), '}'), nil
}

// sorted returns the records in the order of their addresses.
func (s *Snapshot) sorted() []*Record {
	records := make([]*Record, 0, len(s.Records))
	for _, addr := range s.Addresses() {
		r := s.Records[addr]
		if r.Address != addr {
			moved := *r
			moved.Address = addr
			r = &moved
		}
		records = append(records, r)
	}
	return records
}

// appendLines appends an array with one element a line.
func appendLines[T any](b []byte, items []T, one func([]byte, T) ([]byte, error)) ([]byte, error) {
	var err error
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, "\n    "...)
		if b, err = one(b, item); err != nil {
			return nil, err
		}
	}
	if len(items) > 0 {
		b = append(b, "\n  "...)
	}
	return append(b, ']'), nil
}

func outputWriter(whole bool) func(b []byte, name string, o Output) ([]byte, error) {
	return func(b []byte, name string, o Output) ([]byte, error) {
		if o.Sensitive && !whole || o.Value == cty.NilVal {
			return append(b, `{"sensitive":true}`...), nil
		}
		return appendOutput(b, name, o)
	}
}

func appendOutput(b []byte, name string, o Output) ([]byte, error) {
	typ, err := ctyjson.MarshalType(o.Value.Type())
	if err != nil {
		return nil, fmt.Errorf("output %s: %w", name, err)
	}
	b = append(b, '{')
	if o.Sensitive {
		b = append(b, `"sensitive":true,`...)
	}
	b = append(append(b, `"type":`...), typ...)
	if b, err = appendValue(append(b, `,"value":`...), o.Value); err != nil {
		return nil, fmt.Errorf("output %s: %w", name, err)
	}
	return append(b, '}'), nil
}

func appendAddress(b []byte, a schema.Address) ([]byte, error) {
	if a.IsZero() {
		return nil, errors.New("an address is missing")
	}
	if !utf8.ValidString(a.Key.Text) {
		return nil, fmt.Errorf("the key of %s is not text in UTF-8 (%q); save the table it comes from as UTF-8", a.Resource(), a.Key.Text)
	}
	return appendString(b, a.String()), nil
}

// appendRecordAt appends r as the record of an address, whatever its own says.
func appendRecordAt(b []byte, addr schema.Address, r *Record) ([]byte, error) {
	b, err := appendAddress(append(b, `{"address":`...), addr)
	if err != nil {
		return nil, err
	}
	b = appendString(append(b, `,"provider":`...), r.Provider)
	b = appendString(append(b, `,"id":`...), r.ID)
	if !r.Read.IsZero() {
		b = appendTime(append(b, `,"read":`...), r.Read)
	}
	if !r.Written.IsZero() {
		b = appendTime(append(b, `,"written":`...), r.Written)
	}
	if b, err = appendAttrs(append(b, `,"attrs":`...), r.Attrs); err != nil {
		return nil, fmt.Errorf("%s: %w", addr, err)
	}
	if len(r.Digests) > 0 {
		b = appendTexts(append(b, `,"digests":`...), r.Digests)
	}
	if len(r.Writes) > 0 {
		if b, err = appendObject(append(b, `,"writes":`...), r.Writes, appendWrite); err != nil {
			return nil, fmt.Errorf("%s: %w", addr, err)
		}
	}
	if len(r.Needs) > 0 {
		b = append(b, `,"needs":`...)
		for i, need := range r.Needs {
			b = append(b, "[,"[min(i, 1)])
			if b, err = appendAddress(b, need); err != nil {
				return nil, err
			}
		}
		b = append(b, ']')
	}
	for i, id := range r.Deposed {
		if i == 0 {
			b = append(b, `,"deposed":`...)
		}
		b = appendString(append(b, "[,"[min(i, 1)]), id)
	}
	if len(r.Deposed) > 0 {
		b = append(b, ']')
	}
	return append(b, '}'), nil
}

func appendWrite(b []byte, name string, w Write) ([]byte, error) {
	b = appendTime(append(b, `{"at":`...), w.At)
	for _, part := range []struct {
		key   string
		value cty.Value
	}{{`,"before":`, w.Before}, {`,"sent":`, w.Sent}, {`,"answer":`, w.Answer}} {
		if part.value == cty.NilVal {
			continue
		}
		var err error
		if b, err = appendValue(append(b, part.key...), part.value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(w.Earlier) > 0 {
		var err error
		if b, err = appendFormers(append(b, `,"earlier":`...), w.Earlier); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return append(b, '}'), nil
}

func appendFormers(b []byte, formers []Former) ([]byte, error) {
	for i, f := range formers {
		b = append(append(b, "[,"[min(i, 1)]), '{')
		if f.Value != cty.NilVal {
			var err error
			if b, err = appendValue(append(b, `"value":`...), f.Value); err != nil {
				return nil, err
			}
			b = append(b, ',')
		}
		b = append(appendTime(append(b, `"at":`...), f.At), '}')
	}
	return append(b, ']'), nil
}

func appendIntent(b []byte, i Intent) ([]byte, error) {
	b, err := appendAddress(append(b, `{"address":`...), i.Address)
	if err != nil {
		return nil, err
	}
	b = appendString(append(b, `,"provider":`...), i.Provider)
	b = appendString(append(b, `,"action":`...), i.Action)
	if i.ID != "" {
		b = appendString(append(b, `,"id":`...), i.ID)
	}
	b = appendTime(append(b, `,"at":`...), i.At)
	if i.Accepted {
		b = append(b, `,"accepted":true`...)
	}
	if b, err = appendAttrs(append(b, `,"wanted":`...), i.Wanted); err != nil {
		return nil, fmt.Errorf("%s: %w", i.Address, err)
	}
	return append(b, '}'), nil
}
