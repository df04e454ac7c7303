package motimate

import "github.com/espalier-dev/espalier/provider"

// changedTexts are the texts that a change sends because they change. What clears
// one goes by the settings.
func (w *wire) changedTexts(c provider.Change, names ...string) []field {
	var fields []field
	for _, name := range names {
		if !c.Has(name) || !w.sends(name) {
			continue
		}
		f := textField(name, nullable(c.After[name]))
		if f.value == "" && w.options.clearsWithNull {
			f.value = nil
		}
		fields = append(fields, f)
	}
	return fields
}

// withTheRest adds to the fields of a change the texts that stay as they are,
// where the settings say that a change has to name all. A change of nothing stays
// one.
func (w *wire) withTheRest(fields []field, c provider.Change, names ...string) []field {
	if !w.options.wholeBody || len(fields) == 0 {
		return fields
	}
	for _, name := range names {
		if c.Has(name) || !w.sends(name) {
			continue
		}
		v := nullable(c.After[name])
		if v.IsNull() {
			v = nullable(c.Before[name])
		}
		if !v.IsNull() && v.AsString() != "" {
			fields = append(fields, textField(name, v))
		}
	}
	return fields
}

// sends reports whether a change may name a text. employee_number is missing from
// the body of a change [swagger].
func (w *wire) sends(name string) bool {
	return name != "employee_number" || w.options.patchEmployeeNumber
}
