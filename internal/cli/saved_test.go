package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/planner"
)

// readsAsPlan tells whether a text is taken for a saved plan.
func readsAsPlan(text []byte) error {
	_, _, err := decodeSaved("a.plan", text, false, nil)
	return err
}

// TestEveryByteOfASavedPlanCounts: whichever byte of it is another, or is not there,
// or is one too many, a saved plan is refused.
func TestEveryByteOfASavedPlanCounts(t *testing.T) {
	text := savedSample(t, nil)
	if err := readsAsPlan(text); err != nil {
		t.Fatal(err)
	}
	for i := range text {
		for _, other := range []byte{text[i] ^ 1, text[i] ^ 0x20, ' '} {
			changed := bytes.Clone(text)
			if changed[i] = other; bytes.Equal(changed, text) {
				continue
			}
			if err := readsAsPlan(changed); err == nil {
				t.Errorf("byte %d may be %q instead of %q", i, other, text[i])
			}
		}
		for what, changed := range map[string][]byte{"left out": append(bytes.Clone(text[:i]), text[i+1:]...), "preceded by a space": append(append(bytes.Clone(text[:i]), ' '), text[i:]...)} {
			if err := readsAsPlan(changed); err == nil {
				t.Errorf("byte %d may be %s", i, what)
			}
		}
	}
}

// TestSavedPlanIsOfOneFile: a second object behind the plan, and fields under another
// name, are no plan.
func TestSavedPlanIsOfOneFile(t *testing.T) {
	text := savedSample(t, nil)
	for name, changed := range map[string][]byte{
		"twice":   append(bytes.Clone(text), text...),
		"shouted": bytes.Replace(text, []byte(`"sha256"`), []byte(`"SHA256"`), 1),
		"empty":   {},
		"no sum":  bytes.Replace(text, []byte(`"sha256"`), []byte(`"sha512"`), 1),
	} {
		if err := readsAsPlan(changed); err == nil {
			t.Errorf("%s: it is taken for a plan", name)
		}
	}
}

// TestApproval: what is taken for the id of a plan, and of which plan.
func TestApproval(t *testing.T) {
	plan := &planner.Plan{ID: strings.Repeat("0123456789ab", 5) + "cdef"}
	for given, want := range map[string]string{
		plan.ID: "fits", plan.ID[:12]: "fits", strings.ToUpper(plan.ID): "fits", " " + plan.ID[:20] + "\n": "fits",
		plan.ID[:11]: "no id", "": "no id", plan.ID + "0": "no id", "0123456789xy": "no id", "-": "no id",
		plan.ID[1:]: "another", plan.ID[:12] + "f": "another",
	} {
		got := "no id"
		if id, err := approval(given).checked(); err == nil {
			if got = "another"; id.of(plan) {
				got = "fits"
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", given, got, want)
		}
	}
}

// TestShellLine: a command can be pasted as it is shown.
func TestShellLine(t *testing.T) {
	got := shellLine([]string{"espalier", "-chdir=a b", "apply", "-target=x_group.a[\"it's\"]", "", "-var-file=p.orgvars"})
	want := `espalier '-chdir=a b' apply '-target=x_group.a["it'\''s"]' '' -var-file=p.orgvars`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
