package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// obeyed is the first line of a text that the runner of GitHub Actions takes for an
// order.
func obeyed(text string) string {
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") || strings.Contains(line, "##[") {
			return line
		}
	}
	return ""
}

func TestDefuse(t *testing.T) {
	for text, want := range map[string]string{
		"::error::x\n":             ":\\u003aerror::x\n",
		" \t\u00a0::error::x":      " \t\u00a0:\\u003aerror::x",
		"a\r::error::x":            "a\r:\\u003aerror::x",
		"x ##[add-mask]y ###[b]":   "x ##\\u005badd-mask]y ###\\u005bb]",
		"a::b\n: : c\n#[d] # #[e]": "a::b\n: : c\n#[d] # #[e]",
		":::":                      ":\\u003a:",
	} {
		var out bytes.Buffer
		if n, err := (&defuser{w: &out}).Write([]byte(text)); err != nil || n != len(text) {
			t.Errorf("%q: %d of %d bytes, %v", text, n, len(text), err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestDefused: whatever is said, in whatever pieces, between whichever orders of our
// own, the runner finds only the latter. What holds no order stays as it is, and JSON
// says what it said.
func TestDefused(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var out bytes.Buffer
		d := &defuser{w: &out}
		piece := rapid.StringOfN(rapid.SampledFrom([]rune(":::##[] \u00a0\u3000\næx\r\"{")), 0, 8, -1)
		said, own := "", 0
		for range rapid.IntRange(1, 12).Draw(rt, "pieces") {
			if (said == "" || strings.HasSuffix(said, "\n")) && rapid.Bool().Draw(rt, "own") {
				_, _ = io.WriteString(orders{d}, "::order::\n")
				said, own = said+"::order::\n", own+1
				continue
			}
			text := piece.Draw(rt, "piece")
			if n, err := d.Write([]byte(text)); err != nil || n != len(text) {
				rt.Fatalf("%d of %d bytes: %v", n, len(text), err)
			}
			said += text
		}
		got := out.String()
		if strings.Count(got, "::order::\n") != own {
			rt.Fatalf("an order of our own is gone: %q", got)
		}
		if line := obeyed(strings.ReplaceAll(got, "::order::\n", "\n")); line != "" {
			rt.Fatalf("%q is obeyed", line)
		}
		if back := strings.NewReplacer(`\u003a`, ":", `\u005b`, "[").Replace(got); back != said {
			rt.Fatalf("%q became %q", said, got)
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.StringOf(rapid.SampledFrom([]rune(":#[]x\n\\"))).Draw(rt, "text")
		raw, err := json.Marshal(map[string]string{want: want})
		if err != nil {
			rt.Fatal(err)
		}
		var out bytes.Buffer
		_, _ = (&defuser{w: &out}).Write(raw)
		var got map[string]string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got[want] != want {
			rt.Fatalf("%s became %s: %v", raw, out.Bytes(), err)
		}
	})
}

// TestDefusedWhere: only where the runner reads it, and not what other programs take as
// it is.
func TestDefusedWhere(t *testing.T) {
	const order = "::error::x\n"
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{nil, order}, {[]string{"GITHUB_ACTIONS=false"}, order},
		{[]string{"GITHUB_ACTIONS=true"}, ":\\u003aerror::x\n"},
	} {
		var out, errs bytes.Buffer
		a := newApp(Streams{Environ: c.environ, Out: &out, Err: &errs})
		a.say("::error::x")
		a.talk("::error::x")
		_, _ = io.WriteString(a.exact, order)
		_, _ = io.WriteString(a.orders, order)
		if want := c.want + order; out.String() != want || errs.String() != want {
			t.Errorf("%v: standard output has %q, standard error %q, and both should have %q", c.environ, &out, &errs, want)
		}
	}
}
