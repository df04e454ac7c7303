package render

import (
	"encoding/json"
	"io"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// StateRecord is one owned object, as StateJSON takes it.
type StateRecord struct {
	Address      schema.Address
	ID, Provider string
	// Deposed are the ids of what it has replaced and that is still to be deleted.
	Deposed []string
	Attrs   map[string]cty.Value
	// Sensitive names the attributes whose values are not kept.
	Sensitive []string
}

// StateJSON writes the owned objects as one JSON document: {format_version,
// resources: [{address, type, id, provider, values, sensitive?, deposed?}]}.
func StateJSON(w io.Writer, records []StateRecord) error {
	list := make([]fields, 0, len(records))
	for _, r := range records {
		values := fields{}
		for name, v := range r.Attrs {
			if !schema.IsSensitive(v) {
				values[name] = jsonValue(v)
			}
		}
		f := fields{"address": r.Address.String(), "type": r.Address.Type, "id": r.ID, "provider": r.Provider, "values": values}
		if len(r.Sensitive) > 0 {
			f["sensitive"] = r.Sensitive
		}
		if len(r.Deposed) > 0 {
			f["deposed"] = r.Deposed
		}
		list = append(list, f)
	}
	text, err := json.MarshalIndent(fields{"format_version": "1.0", "resources": list}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
