package schema

import (
	"strings"
	"unicode"
)

// Fold brings the text of an attribute into the form in which it is compared: two
// texts of which this form is equal are the same. A phone number without digits
// becomes empty. Under CompareNone a text stays as it is.
func Fold(how Compare, text string) string {
	switch how {
	case CompareFold:
		return foldCase(text)
	case ComparePhone:
		return foldPhone(text)
	}
	return text
}

// foldCase maps each rune to the least of its case-folding orbit, so that texts
// that differ by case alone become one, in any script.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII {
			return unicode.ToLower(r)
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return unicode.ToLower(least)
	}, s)
}

// foldPhone keeps digits and a leading plus.
func foldPhone(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' || r == '+' && b.Len() == 0 {
			b.WriteRune(r)
		}
	}
	if b.String() == "+" {
		return ""
	}
	return b.String()
}
