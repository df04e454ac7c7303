package planner

import "testing"

// TestSameButMarkup: markup that a server puts around a text is its way of writing
// it; what is in the text itself counts.
func TestSameButMarkup(t *testing.T) {
	for _, test := range []struct {
		sent, kept string
		want       bool
	}{
		{"Hello", "<p>Hello</p>", true},
		{"Line one\nLine <two> & \"three\"", "<p>Line one\nLine <two> & \"three\"</p>", true},
		{"a & b", "<p>a &amp; b</p>", true},
		{"one\n\ntwo", "<div><p>one</p><p>two</p></div>", true},
		{"<p>Hello</p>", "<p>Hello</p><br>", true},
		{"Hello", "Hello", false}, // that is equal, and no matter of markup
		{"Hello", "<p>Hello you</p>", false},
		{"<b>Hello</b>", "Hello", false},
		{"It costs 1.5 kr", "<p>It costs 15 kr</p>", false},
		{"", "<p></p>", false},
	} {
		if got := sameButMarkup(test.sent, test.kept); got != test.want {
			t.Errorf("%q kept as %q: %v", test.sent, test.kept, got)
		}
	}
}
