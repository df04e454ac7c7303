package render

import (
	"strings"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// span is a stretch of text that stays, comes or goes.
type span struct {
	op   diffmatchpatch.Operation
	text string
}

// mostDiffed is the number of letters or lines up to which texts are compared
// inside; beyond it the time would grow with the square.
const mostDiffed = 20_000

// newDiffer returns a comparison whose result does not depend on the clock.
func newDiffer() *diffmatchpatch.DiffMatchPatch {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	return d
}

// compareTexts returns the differences inside a text: by line where there are
// several, else by letter. It returns nil where the two have too little in
// common for differences to be easier to read than both texts.
func compareTexts(old, new string) []span {
	if strings.Contains(old, "\n") || strings.Contains(new, "\n") {
		return compareLines(old, new)
	}
	if len(old)+len(new) > mostDiffed || !utf8.ValidString(old) || !utf8.ValidString(new) {
		return nil
	}
	d := newDiffer()
	diffs := d.DiffCleanupSemantic(d.DiffMain(old, new, false))
	spans := make([]span, 0, len(diffs))
	same := 0
	for _, x := range diffs {
		if x.Type == diffmatchpatch.DiffEqual {
			same += len(x.Text)
		}
		spans = append(spans, span{x.Type, x.Text})
	}
	if 3*same < max(len(old), len(new)) {
		return nil
	}
	return spans
}

// compareLines returns the differences between two texts by whole lines, one
// span for each line with its line end.
func compareLines(old, new string) []span {
	a, b := splitLines(old), splitLines(new)
	if len(a)+len(b) > mostDiffed {
		return replaced(a, b)
	}
	table := map[string]rune{}
	var lines []string
	first, second := asRunes(a, table, &lines), asRunes(b, table, &lines)
	var spans []span
	for _, x := range newDiffer().DiffMainRunes(first, second, false) {
		for _, r := range x.Text {
			spans = append(spans, span{x.Type, lines[r-firstRune]})
		}
	}
	return spans
}

// firstRune begins a private plane that has room for all lines compared, so
// that a line can be compared as one letter.
const firstRune = 0xf0000

func asRunes(list []string, table map[string]rune, lines *[]string) []rune {
	runes := make([]rune, len(list))
	for i, l := range list {
		r, ok := table[l]
		if !ok {
			r = firstRune + rune(len(*lines))
			table[l] = r
			*lines = append(*lines, l)
		}
		runes[i] = r
	}
	return runes
}

func replaced(a, b []string) []span {
	spans := make([]span, 0, len(a)+len(b))
	for _, l := range a {
		spans = append(spans, span{diffmatchpatch.DiffDelete, l})
	}
	for _, l := range b {
		spans = append(spans, span{diffmatchpatch.DiffInsert, l})
	}
	return spans
}

func splitLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
