package schema

import "github.com/zclconf/go-cty/cty"

// Object is one live object, or what an API answered about one: its id and the
// attributes that were read.
//
// An attribute that is absent from Attrs was not carried by the answer: nothing
// is known of it. One that is null was read and is empty. Values have the
// attribute's Type and are never unknown or marked.
type Object struct {
	ID    string
	Attrs map[string]cty.Value
}

// Sensitive is the mark that a sensitive value carries from where it enters the
// language to where it would be shown.
type sensitiveMark struct{}

// Sensitive marks values that must not be shown.
var Sensitive any = sensitiveMark{}

// IsSensitive reports whether v, or anything in it, is marked sensitive.
func IsSensitive(v cty.Value) bool {
	if v == cty.NilVal || !Marked(v) {
		return false
	}
	_, marks := v.UnmarkDeep()
	_, found := marks[Sensitive]
	return found
}

// Marked reports whether v, or anything in it, carries a mark. It is
// cty.Value.ContainsMarked, without the walk where nothing inside can: a set
// carries the marks of its elements itself.
func Marked(v cty.Value) bool {
	if t := v.Type(); t.IsPrimitiveType() || t.IsSetType() {
		return v.IsMarked()
	}
	return v.ContainsMarked()
}

// IsEmpty reports whether v counts as not there when read: nil, null or "".
// null, absent and "" are equal on reading; a list or set is never empty in
// this sense.
func IsEmpty(v cty.Value) bool {
	if v == cty.NilVal || v.IsNull() {
		return true
	}
	v, _ = v.Unmark()
	return v.Type() == cty.String && v.IsKnown() && v.AsString() == ""
}
