package render

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// OutputMode says for whom outputs are written.
type OutputMode uint8

// The modes of outputs.
const (
	OutputText OutputMode = iota // for people, as in a configuration
	OutputRaw                    // the bare text of one string, number or truth value
	OutputJSON                   // for programs
)

// Output writes the value of one output. A sensitive value (one that carries
// the mark) is "(sensitive)" in text and an error in the other modes; a caller
// that may show it takes the mark off. The raw mode writes a value as it is,
// without an end of line, and refuses what is no single value.
func Output(w io.Writer, v cty.Value, mode OutputMode) error {
	o := NamedValue{Value: v}
	if v == cty.NilVal {
		return fmt.Errorf("the output has no value: apply the configuration first")
	}
	if mode != OutputText && o.hidden() {
		return fmt.Errorf("the output is sensitive, so it is not written")
	}
	switch mode {
	case OutputRaw:
		text, err := rawText(v)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, text)
		return err
	case OutputJSON:
		_, err := fmt.Fprintf(w, "%s\n", jsonValue(v))
		return err
	}
	_, err := fmt.Fprintln(w, Value(v))
	return err
}

func rawText(v cty.Value) (string, error) {
	v, _ = v.Unmark()
	if v.IsKnown() && !v.IsNull() {
		switch v.Type() {
		case cty.String:
			return v.AsString(), nil
		case cty.Number, cty.Bool:
			return inline(v, ""), nil
		}
	}
	return "", fmt.Errorf("only a string, a number or a truth value can be written raw, and this output is %s: use -json", kindOf(v))
}

func kindOf(v cty.Value) string {
	switch {
	case !v.IsKnown():
		return "not known yet"
	case v.IsNull():
		return "null"
	}
	return "of type " + v.Type().FriendlyName()
}

// Outputs writes outputs with their names, in the order given: as text, or as
// one JSON object by name whose members have sensitive, type and value.
// Sensitive values are left out of the text, and of the JSON unless they are Shown. Where
// people are not shown by name, the text leaves out what may name somebody.
func Outputs(w io.Writer, list []NamedValue, mode OutputMode, o Options) error {
	switch mode {
	case OutputRaw:
		return fmt.Errorf("the raw form is for one output: name it")
	case OutputJSON:
		return outputsJSON(w, list)
	}
	p := newPrinter(w, o)
	widest := 0
	for _, v := range list {
		widest = max(widest, width(clean(v.Name)))
	}
	for _, v := range list {
		text := hiddenWord
		switch {
		case v.hidden():
		case o.reveals(v.Value):
			text = Value(v.Value)
		default:
			text = notShown
		}
		p.line(p.paint.bold(pad(clean(v.Name), widest)), " = ", text)
	}
	return p.Flush()
}

func outputsJSON(w io.Writer, list []NamedValue) error {
	type outputJSON struct {
		Sensitive bool            `json:"sensitive"`
		Type      json.RawMessage `json:"type,omitempty"`
		Value     json.RawMessage `json:"value,omitempty"`
	}
	all := map[string]outputJSON{}
	for _, v := range list {
		out := outputJSON{Sensitive: v.hidden()}
		if v.Value != cty.NilVal {
			typ, err := ctyjson.MarshalType(v.Value.Type())
			if err != nil {
				return fmt.Errorf("the type of the output %s cannot be written as JSON: %w", v.Name, err)
			}
			out.Type = typ
		}
		if !out.Sensitive || v.Shown && v.Value != cty.NilVal {
			out.Value = jsonValue(v.Value)
		}
		all[v.Name] = out
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}
