package planner

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// suffixDigits is how many digits the end of a phone number must have to stand
// for the whole: servers leave out the country where it is their own.
const suffixDigits = 6

// isForm reports whether what a server keeps can be its way of writing what was
// sent: the same letters and digits in another case, with other blanks and
// signs; a phone number without its country; a set with more in it. One of a few
// words has one form alone. Anything else was not kept.
func isForm(attr *schema.Attribute, sent, kept cty.Value) bool {
	if attr.Type.IsSetType() {
		have := map[string]bool{}
		for _, id := range elements(kept) {
			have[id] = true
		}
		for _, id := range elements(sent) {
			if !have[id] {
				return false
			}
		}
		return true
	}
	a, okA := text(sent)
	b, okB := text(kept)
	if !okA || !okB || len(attr.Enum) > 0 || attr.Purpose == schema.PurposeAdmin || attr.Refers != "" {
		return false
	}
	if sameButMarkup(a, b) {
		return true
	}
	a, b = bare(a), bare(b)
	if attr.Compare == schema.ComparePhone && len(b) >= suffixDigits && strings.HasSuffix(a, b) {
		return true
	}
	return a != "" && a == b
}

// tags are those of HTML.
var tags = regexp.MustCompile(`<[^<>]*>`)

// sameButMarkup reports whether a server keeps a text with markup of its own around
// it, or with characters written as entities.
func sameButMarkup(sent, kept string) bool {
	if !strings.ContainsAny(kept, "<&") {
		return false
	}
	bare := tags.ReplaceAllStringFunc(kept, func(tag string) string {
		if strings.Contains(sent, tag) {
			return tag
		}
		return " "
	})
	words := strings.Fields(sent)
	return len(words) > 0 && (slices.Equal(words, strings.Fields(bare)) || slices.Equal(words, strings.Fields(html.UnescapeString(bare))))
}

// words are the runs of letters and digits in a text, folded.
func words(s string) []string {
	list := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range list {
		list[i] = bare(word)
	}
	return list
}

// bare is a text without all that is neither letter nor digit, folded.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, s)
}
