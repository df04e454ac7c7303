package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean returns s with everything escaped that a terminal would obey instead of
// show: control characters, line and paragraph separators, the characters that
// turn the direction of writing, invisible ones, and bytes that are no text.
// What joins letters in several scripts (U+200C, U+200D) stays.
func clean(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case obeyed(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case obeyed(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// harmless is the fast way: plain ASCII needs no second look.
func harmless(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// obeyed reports whether a terminal acts on r, or shows nothing for it.
func obeyed(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// quoting escapes what would end or bend a quoted text.
var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quote returns s cleaned and in quotes.
func quote(s string) string { return `"` + clean(quoting.Replace(s)) + `"` }

// wideRanges are the scripts and signs that terminals draw two columns wide.
var wideRanges = [...][2]rune{
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0x33ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff},
	{0xa000, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
	{0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
}

// width returns how many columns a cleaned text takes, near enough to align by:
// marks take none, the wide ranges two.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case r == '\u200c' || r == '\u200d' || unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	for _, w := range wideRanges {
		if r < w[0] {
			return false
		}
		if r <= w[1] {
			return true
		}
	}
	return false
}

// pad returns s with blanks up to n columns.
func pad(s string, n int) string {
	if missing := n - width(s); missing > 0 {
		return s + strings.Repeat(" ", missing)
	}
	return s
}

// cut returns s shortened to n columns with an ellipsis; n <= 0 leaves it as it
// is.
func cut(s string, n int) string {
	if n <= 0 || width(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		w := width(string(r))
		if used+w > n-1 {
			return s[:i] + "…"
		}
		used += w
	}
	return s
}

// wrap breaks text into cleaned lines of at most n columns, at blanks; lines of
// the text stay lines, and indented ones stay as they are. A word that is too
// long has a line of its own. n <= 0 breaks nothing.
func wrap(text string, n int) []string {
	var lines []string
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for _, paragraph := range strings.Split(strings.Trim(text, "\n"), "\n") {
		if n <= 0 || strings.HasPrefix(paragraph, " ") {
			lines = append(lines, clean(paragraph))
			continue
		}
		lines = append(lines, wrapLine(clean(paragraph), n)...)
	}
	return lines
}

func wrapLine(s string, n int) []string {
	if width(s) <= n {
		return []string{s}
	}
	var lines []string
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(s) {
		w := width(word)
		if used > 0 && used+1+w > n {
			lines = append(lines, b.String())
			b.Reset()
			used = 0
		}
		if used > 0 {
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += w
	}
	return append(lines, b.String())
}
