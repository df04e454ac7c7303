package render

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "Tromsø 李": "Tromsø 李", "a\nb\r\t": `a\nb\r\t`, "\x1b[31m": `\u001b[31m`, "\x00\x7f": `\u0000\u007f`,
		"\u202egnp": `\u202egnp`, "a\u2066b\u2069": `a\u2066b\u2069`, "x\u2028y": `x\u2028y`, "\xff": `\xff`, "\u200b": `\u200b`,
		"می\u200cخواهم": "می\u200cخواهم", "\U000e0041": `\U000e0041`, `back\slash`: `back\slash`, "\u009b": `\u009b`,
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %s, want %s", in, got, want)
		}
	}
	if got, want := quote("say \"no\"\\\n"), `"say \"no\"\\\n"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCleanIsSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
		got := clean(s)
		for _, r := range got {
			if obeyed(r) {
				t.Fatalf("clean(%q) holds %U", s, r)
			}
		}
		if clean(got) != got {
			t.Fatalf("clean is not settled on %q", s)
		}
		for _, l := range wrap(s, rapid.IntRange(0, 30).Draw(t, "n")) {
			if strings.ContainsAny(l, "\n\r\x1b") {
				t.Fatalf("wrap leaves a control character in %q", l)
			}
		}
	})
}

func TestWidth(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "李雷": 4, "é": 1, "e\u0301": 1, "한국": 4, "─│": 2, "ｱ": 1, "ａ": 2} {
		if got := width(in); got != want {
			t.Errorf("width(%q) = %d, want %d", in, got, want)
		}
	}
	if got := pad("李", 4); got != "李  " {
		t.Errorf("pad: %q", got)
	}
	if got := cut("李雷abc", 4); got != "李…" {
		t.Errorf("cut: %q", got)
	}
}

func TestWrap(t *testing.T) {
	got := wrap("one two three four\n\n  kept as it is, however long\nunbreakablelongword x\n", 10)
	want := []string{"one two", "three four", "", "  kept as it is, however long", "unbreakablelongword", "x"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range [][2]string{
		{count(0), "0"}, {count(999), "999"}, {count(1140), "1,140"}, {count(-1234567), "-1,234,567"},
		{plural(1, "group", "groups"), "1 group"}, {plural(0, "group", "groups"), "0 groups"}, {plural(1200, "call", "calls"), "1,200 calls"},
		{share(12, 100), "12 %"}, {share(1, 100000), "under 1 %"}, {share(9999, 10000), "over 99 %"}, {share(0, 5), "0 %"}, {share(5, 5), "100 %"}, {share(1, 0), ""},
		{about(300 * time.Millisecond), "under a second"}, {about(20 * time.Second), "about 20 s"}, {about(4 * time.Minute), "about 4 min"},
		{about(130 * time.Second), "about 2 min 10 s"}, {about(65 * time.Minute), "about 65 min"}, {about(125 * time.Minute), "about 2 h 5 min"},
		{about(2 * time.Hour), "about 2 h"}, {took(240 * time.Millisecond), "0.2 s"}, {took(12 * time.Second), "12 s"},
		{enumerate(nil), ""}, {enumerate([]string{"a"}), "a"}, {enumerate([]string{"a", "b", "c"}), "a, b and c"},
		{some([]string{"a", "b"}, 5), "a, b and 3 more"}, {some([]string{"a", "b"}, 2), "a and b"}, {some(nil, 3), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

func TestValue(t *testing.T) {
	long := cty.StringVal(strings.Repeat("x", 40))
	for _, c := range []struct {
		in   cty.Value
		want string
	}{
		{cty.StringVal("a\"b"), `"a\"b"`}, {cty.NumberFloatVal(1.5), "1.5"}, {cty.NumberIntVal(12345678), "12345678"}, {cty.True, "true"},
		{cty.NullVal(cty.String), "null"}, {cty.UnknownVal(cty.String), "(known after apply)"}, {cty.NilVal, "(unknown)"},
		{cty.StringVal("x").Mark(schema.Sensitive), "(sensitive)"}, {cty.EmptyTupleVal, "[]"}, {cty.EmptyObjectVal, "{}"},
		{cty.ObjectVal(map[string]cty.Value{"a b": cty.True, "c": cty.Zero}), `{ "a b" = true, c = 0 }`},
		{cty.ListVal([]cty.Value{long, long}), "[\n  " + quote(long.AsString()) + ",\n  " + quote(long.AsString()) + ",\n]"},
		{cty.ObjectVal(map[string]cty.Value{"name": long, "list": cty.ListVal([]cty.Value{long, long})}),
			"{\n  list = [\n    " + quote(long.AsString()) + ",\n    " + quote(long.AsString()) + ",\n  ]\n  name = " + quote(long.AsString()) + "\n}"},
	} {
		if got := Value(c.in); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
