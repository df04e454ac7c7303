package render

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sergi/go-diff/diffmatchpatch"
	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"same", "a\n", "a\n", ""},
		{"one line", "a\nb\nc\n", "a\nB\nc\n", "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
		{"new file", "", "a\n", "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"},
		{"emptied", "a\nb\n", "", "--- a/x\n+++ b/x\n@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"no end", "a\nb", "a\nb\n", "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{"control", "a\n", "\ta\x1b\n", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\ta\\u001b\n"},
		{"two hunks", lines(1, 20), strings.Replace(strings.Replace(lines(1, 20), "l2\n", "", 1), "l19\n", "L19\n", 1),
			"--- a/x\n+++ b/x\n@@ -1,5 +1,4 @@\n l1\n-l2\n l3\n l4\n l5\n@@ -16,5 +15,5 @@\n l16\n l17\n l18\n-l19\n+L19\n l20\n"},
	} {
		got := draw(t, func(b *bytes.Buffer) error { return Diff(b, c.old, c.new, "x", Options{}) })
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func lines(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		b.WriteString("l" + count(i) + "\n")
	}
	return b.String()
}

// Both texts can be put together again from the differences, and every hunk
// says how many lines it has.
func TestComparisonIsTrue(t *testing.T) {
	word := rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "\n", "end", "æ李"})
	join := func(list []string) string { return strings.Join(list, "") }
	rapid.Check(t, func(t *rapid.T) {
		old := join(rapid.SliceOfN(word, 0, 30).Draw(t, "old"))
		new := join(rapid.SliceOfN(word, 0, 30).Draw(t, "new"))
		spans := compareTexts(old, new)
		if spans == nil && !strings.Contains(old+new, "\n") {
			return
		}
		if a, b := side(spans, diffmatchpatch.DiffInsert), side(spans, diffmatchpatch.DiffDelete); a != old || b != new {
			t.Fatalf("%q and %q became %q and %q", old, new, a, b)
		}
		seen := make([]bool, len(spans))
		end := 0
		for _, h := range hunks(spans, rapid.IntRange(0, 3).Draw(t, "context")) {
			if h.from < end || h.to > len(spans) {
				t.Fatalf("hunk %v overlaps or leaves the text", h)
			}
			for i := h.from; i < h.to; i++ {
				seen[i] = true
			}
			end = h.to
		}
		for i, s := range spans {
			if s.op != diffmatchpatch.DiffEqual && !seen[i] {
				t.Fatalf("the difference %q is in no hunk", s.text)
			}
		}
	})
}

func side(spans []span, without diffmatchpatch.Operation) string {
	var b strings.Builder
	for _, s := range spans {
		if s.op != without {
			b.WriteString(s.text)
		}
	}
	return b.String()
}

func TestLongTexts(t *testing.T) {
	const old = "The quick brown fox jumps over the lazy dog and then goes home to sleep for a long, long while"
	p := newPrinter(&bytes.Buffer{}, Options{})
	spans := compareTexts(old, strings.Replace(old, "lazy", "sleepy", 1))
	if got, want := p.inlineDiff(spans), `"The quick brown fox jumps over the [-laz-]{+sleep+}y dog and then goes home…"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if compareTexts(old, strings.Repeat("Z", 80)) != nil {
		t.Error("texts with nothing in common are compared inside")
	}
	if compareTexts(strings.Repeat("ab", mostDiffed), strings.Repeat("ba", mostDiffed)) != nil {
		t.Error("very long texts are compared inside")
	}
	many := strings.Repeat("x\n", mostDiffed)
	if got := compareTexts(many, many+"y\n"); len(got) != 2*mostDiffed+1 {
		t.Errorf("%d lines", len(got))
	}
}
