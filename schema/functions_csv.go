package schema

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// csvDecode is csvdecode(text) and csvdecode(text, delimiter): a list with an
// object for each row, whose attributes are named by the header.
func csvDecode() function.Function {
	return function.New(&function.Spec{
		Description: "Reads a table of comma-separated values with a header row.",
		Params:      []function.Parameter{{Name: "text", Type: cty.String}},
		VarParam:    &function.Parameter{Name: "delimiter", Type: cty.String},
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) > 2 {
				return cty.NilType, function.NewArgErrorf(2, "csvdecode takes a text and a delimiter, and nothing more")
			}
			for _, v := range args {
				if !v.IsKnown() {
					return cty.DynamicPseudoType, nil
				}
			}
			table, err := openTable(args)
			if err != nil {
				return cty.NilType, err
			}
			return cty.List(table.rowType()), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			table, err := openTable(args)
			if err != nil {
				return cty.NilVal, err
			}
			return table.rows()
		},
	})
}

// table is a CSV text whose header has been read.
type table struct {
	reader    *csv.Reader
	header    []string
	delimiter string
	// cells shares the values of cells that are alike, as most are in a table of
	// people.
	cells map[string]cty.Value
}

const byteOrderMark = "\uFEFF"

func openTable(args []cty.Value) (*table, error) {
	text := strings.TrimPrefix(args[0].AsString(), byteOrderMark)
	t := &table{delimiter: ",", cells: map[string]cty.Value{}}
	if len(args) == 2 {
		t.delimiter = args[1].AsString()
	}
	comma, size := utf8.DecodeRuneInString(t.delimiter)
	if size == 0 || size != len(t.delimiter) || strings.ContainsAny(t.delimiter, "\"\r\n"+byteOrderMark) || comma == utf8.RuneError {
		return nil, function.NewArgErrorf(1, "the delimiter must be a single character such as \",\", \";\" or \"\\t\"")
	}
	t.reader = csv.NewReader(strings.NewReader(text))
	t.reader.Comma = comma
	t.reader.FieldsPerRecord = -1
	header, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, function.NewArgErrorf(0, "the table is empty; its first row must name the columns")
	}
	if err != nil {
		return nil, t.syntax(err)
	}
	seen := map[string]int{}
	for i, name := range header {
		if strings.TrimSpace(name) == "" {
			return nil, function.NewArgErrorf(0, "column %d of the header row has no name; the delimiter is %q", i+1, t.delimiter)
		}
		if first, twice := seen[name]; twice {
			return nil, function.NewArgErrorf(0, "columns %d and %d of the header row are both named %q; rename one of the two", first, i+1, name)
		}
		seen[name] = i + 1
	}
	t.header = header
	return t, nil
}

func (t *table) rowType() cty.Type {
	attrs := make(map[string]cty.Type, len(t.header))
	for _, name := range t.header {
		attrs[name] = cty.String
	}
	return cty.Object(attrs)
}

// syntax says what is wrong with a row that cannot be read.
func (t *table) syntax(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return function.NewArgErrorf(0, "the table cannot be read: %s", err)
	}
	hint := "put fields that hold a quote or a line break in quotes, and double the quotes inside"
	return function.NewArgErrorf(0, "line %d, column %d of the table: %s; %s", parse.Line, parse.Column, parse.Err, hint)
}

func (t *table) rows() (cty.Value, error) {
	var rows []cty.Value
	t.reader.ReuseRecord = true
	cells := make(map[string]cty.Value, len(t.header))
	for {
		record, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return cty.NilVal, t.syntax(err)
		}
		if len(record) != len(t.header) {
			return cty.NilVal, t.width(record)
		}
		for i, name := range t.header {
			cells[name] = t.cell(record[i])
		}
		rows = append(rows, cty.ObjectVal(cells))
	}
	if len(rows) == 0 {
		return cty.ListValEmpty(t.rowType()), nil
	}
	return cty.ListVal(rows), nil
}

// width says that a row has another number of columns than the header.
func (t *table) width(record []string) error {
	line, _ := t.reader.FieldPos(0)
	which := "few"
	if len(record) > len(t.header) {
		which = "many"
	}
	hint := ""
	if len(t.header) == 1 || len(record) == 1 {
		hint = "; if the table uses another delimiter, give it as the second argument"
	}
	return function.NewArgErrorf(0, "line %d of the table has too %s columns: %d, where the header has %d (%s); the delimiter is %q%s",
		line, which, len(record), len(t.header), summary(t.header), t.delimiter, hint)
}

// summary lists the first names of a header.
func summary(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// cell returns the value of a cell; short ones that repeat are shared.
func (t *table) cell(text string) cty.Value {
	const longest, most = 64, 1 << 16
	if v, ok := t.cells[text]; ok {
		return v
	}
	// A field is cut out of its whole line, which must not be kept for it.
	text = strings.Clone(text)
	v := cty.StringVal(text)
	if len(text) <= longest && len(t.cells) < most {
		t.cells[text] = v
	}
	return v
}
