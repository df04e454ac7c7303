package render

import (
	"strings"
	"unicode/utf8"
)

// What comes from the configuration or from the live system stands in Markdown only
// as code: there the services that show comments look neither for marks nor for
// mentions, links, numbers of issues, or commands to themselves.

// codeSpan writes a text as code inside of a line. It is "" for no text.
func codeSpan(s string) string {
	s = clean(s)
	if s == "" {
		return ""
	}
	mark := strings.Repeat("`", longestRun(s, '`')+1)
	ends := string(s[0]) + string(s[len(s)-1])
	if strings.Contains(ends, "`") || ends == "  " && strings.Trim(s, " ") != "" {
		s = " " + s + " " // one blank on both sides is taken away again
	}
	return mark + s + mark
}

// cellSpan writes a text as code inside of a cell of a table. A bar is escaped there;
// behind a backslash that would escape the backslash instead.
func cellSpan(s string) string {
	bar := `\|`
	if strings.Contains(s, `\`) {
		bar = `\u007c`
	}
	return codeSpan(strings.ReplaceAll(s, "|", bar))
}

// clip shortens a text to at most n bytes, the ellipsis included.
func clip(s string, n int) string {
	const ellipsis = "…"
	if len(s) <= n {
		return s
	}
	end := n - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}

// marks are the characters of our own words, and of names of providers, that
// Markdown could take for its own.
var marks = strings.NewReplacer("_", "&#95;", "*", "&#42;", "~", "&#126;", "`", "&#96;", "<", "&lt;", "[", "&#91;", "|", "&#124;", `\`, "&#92;")

// ownWords writes a text that holds nothing of the live system, as it is.
func ownWords(s string) string { return marks.Replace(s) }

// fenced writes lines as a block of code in a language. No line can end it.
func fenced(language, text string) string {
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

// longestRun is how often c stands in a row at most.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
