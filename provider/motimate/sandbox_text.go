package motimate

import (
	"encoding/json"
	"unicode/utf8"
)

// longest is how many characters a text has at most where that is limited.
const longest = 255

// text reads a text into to, if the field is there; null is not set.
func (in *input) text(name string, to *string) {
	in.longText(name, to)
	switch {
	case utf8.RuneCountInString(*to) <= longest, in.s.chosen.Is("long_texts", "kept"):
	case in.s.chosen.Is("long_texts", "cut"):
		*to = string([]rune(*to)[:longest])
	default:
		in.fail("%s is longer than %d characters", name, longest)
	}
}

// longText is text for a field of any length.
func (in *input) longText(name string, to *string) {
	raw, ok := in.fields[name]
	if !ok {
		if in.change && in.s.chosen.Is("patch_absent", "cleared") {
			*to = ""
		}
		return
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		in.fail("%s is not a string", name)
		return
	}
	if in.change {
		in.checkClear(name, text)
	}
	*to = ""
	if text != nil {
		*to = *text
	}
}

// checkClear refuses a way of clearing a field that the server does not take.
func (in *input) checkClear(name string, text *string) {
	switch {
	case text == nil && in.s.chosen.Is("clear", "empty"):
		in.fail("%s is null", name)
	case text != nil && *text == "" && in.s.chosen.Is("clear", "null"):
		in.fail("%s is empty", name)
	}
}
