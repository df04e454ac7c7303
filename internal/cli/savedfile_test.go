package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/seal"
)

func phrase(t testing.TB, text string) state.Cipher {
	t.Helper()
	c, errs := seal.New(seal.Config{Passphrases: []string{text}, WorkFactor: 1})
	if len(errs) > 0 {
		t.Fatal(errors.Join(errs...))
	}
	return c
}

// savedSample is a plan in a file that makes one person, with a sensitive value.
func savedSample(t testing.TB, e *savedEncryption) []byte {
	t.Helper()
	addr, err := schema.ParseAddress("acme_user.ada")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Encode(&planner.Plan{ID: "1", Lineage: "l", Serial: 3, Made: time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC), Steps: []planner.Step{{
		Address: addr, Provider: "acme", Action: planner.Create,
		After: map[string]schema.Template{"email": schema.Known(cty.StringVal("ada@example.org")), "phone": schema.Known(cty.StringVal("hush").Mark(schema.Sensitive))},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := encodeSaved(savedPlan{
		Format: savedFormat, Writer: Version, Encryption: e, Plan: plan,
		Providers: map[string]savedProvider{"acme": {Name: "acme", Tenant: "https://acme.example.org", Settings: map[string]schema.Template{"base_url": schema.Known(cty.StringVal("https://acme.example.org"))}}},
		State:     savedState{Type: "file", Values: map[string]schema.Template{"path": schema.Known(cty.StringVal("s.json"))}},
		Lists:     map[string]map[string]int{"acme": {"acme_user": 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sealedSample(t testing.TB, c state.Cipher) []byte {
	t.Helper()
	text, err := sealSaved(savedSample(t, &savedEncryption{Recipients: []string{"age1x"}}), c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func with(c state.Cipher) func() (state.Cipher, error) {
	return func() (state.Cipher, error) { return c, nil }
}

// TestSealedPlanIsReadBack: whole, with what is sensitive still marked.
func TestSealedPlanIsReadBack(t *testing.T) {
	c := phrase(t, "six words")
	text := sealedSample(t, c)
	for _, word := range []string{"example.org", "hush", "acme", "age1x"} {
		if bytes.Contains(text, []byte(word)) {
			t.Errorf("%q is in the clear", word)
		}
	}
	saved, plan, err := decodeSaved("a.plan", text, true, with(c))
	if err != nil {
		t.Fatal(err)
	}
	after := plan.Steps[0].After
	if !schema.IsSensitive(after["phone"].Value) || schema.IsSensitive(after["email"].Value) || !plan.HasSensitive() || saved.Encryption.Recipients[0] != "age1x" {
		t.Errorf("read back: %#v, %#v", after, saved.Encryption)
	}
}

// TestEveryBitOfPlans: whichever bit of a saved plan is flipped, it is noticed.
func TestEveryBitOfPlans(t *testing.T) {
	c := phrase(t, "six words")
	for name, good := range map[string][]byte{"plain": savedSample(t, nil), "sealed": sealedSample(t, c)} {
		t.Run(name, func(t *testing.T) {
			for n := range good {
				for bit := range 8 {
					bad := bytes.Clone(good)
					bad[n] ^= 1 << bit
					if _, _, err := decodeSaved("a.plan", bad, false, with(c)); err == nil {
						t.Fatalf("byte %d of %d with bit %d flipped was read: %s", n, len(good), bit, bad)
					}
				}
				if _, _, err := decodeSaved("a.plan", good[:n], false, with(c)); err == nil {
					t.Fatalf("%d bytes of %d were read", n, len(good))
				}
			}
		})
	}
}

func TestSavedPlanRefuses(t *testing.T) {
	c := phrase(t, "six words")
	sealed := sealedSample(t, c)
	plainWithin, err := sealSaved(savedSample(t, nil), c)
	if err != nil {
		t.Fatal(err)
	}
	var outer sealedPlan
	if err := json.Unmarshal(sealed, &outer); err != nil {
		t.Fatal(err)
	}
	outer.Sealed[len(outer.Sealed)-1] ^= 1
	if outer.Sum, err = outer.sum(); err != nil {
		t.Fatal(err)
	}
	changed, err := documentText(outer)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		text     []byte
		demanded bool
		opener   func() (state.Cipher, error)
		want     string
	}{
		{"a plain one where it should not be", savedSample(t, nil), true, with(c), `"a.plan" is not encrypted, and the configuration wants plans to be`},
		{"one with a checksum made anew", changed, true, with(c), `"a.plan" cannot be decrypted: it was changed or damaged`},
		{"another passphrase", sealed, true, with(phrase(t, "seven words")), `"a.plan" cannot be decrypted: the passphrase is not the one`},
		{"no key", sealed, false, func() (state.Cipher, error) {
			c, errs := seal.New(seal.Config{})
			return c, errors.Join(errs...)
		}, `"a.plan" cannot be decrypted: there is neither a passphrase nor a private key here`},
		{"a bad key", sealed, false, func() (state.Cipher, error) { return nil, errors.New("the key is bad") }, `"a.plan" is encrypted: the key is bad`},
		{"a plain one that somebody has encrypted", plainWithin, true, with(c), "has been changed or damaged"},
		{"another format", bytes.Replace(sealed, []byte(`"format":1`), []byte(`"format":2`), 1), true, with(c), "in format 2"},
		{"not a plan", []byte("{}"), true, with(c), "is not a saved plan"},
	} {
		if _, _, err := decodeSaved("a.plan", test.text, test.demanded, test.opener); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestSettingsInPlans: what is secret in a state block stays out of files.
func TestSettingsInPlans(t *testing.T) {
	got := openSettings("file", map[string]cty.Value{"path": cty.StringVal("a"), "other": cty.StringVal("hush").Mark(schema.Sensitive), "none": cty.NilVal})
	if _, kept := got["other"]; kept || len(got) != 2 {
		t.Errorf("what a variable marks is kept: %#v", got)
	}
	if got := openSettings("http", map[string]cty.Value{"address": cty.StringVal("https://example.org"), "password": cty.StringVal("hush")}); len(got) != 1 {
		t.Errorf("what the kind says is secret is kept: %#v", got)
	}
}

// marking is a cipher for fuzzing: it costs nothing, and marks what it has sealed.
type marking struct{}

func (marking) Check() error { return nil }

func (marking) Seal(plain []byte) ([]byte, error) { return append([]byte("sealed:"), plain...), nil }

func (marking) Open(sealed []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte("sealed:"))
	if !ok {
		return nil, errors.New("it is not sealed")
	}
	return plain, nil
}

// FuzzSavedPlan: whatever a file holds, in the clear or encrypted, there is a plan or an
// error; what is read is how it is written.
func FuzzSavedPlan(f *testing.F) {
	f.Add(savedSample(f, nil))
	f.Add(savedSample(f, &savedEncryption{Recipients: []string{"age1x"}}))
	f.Add(sealedSample(f, marking{}))
	f.Add([]byte(`{"format":1,"sealed":"","sha256":""}`))
	f.Add([]byte(`{"format":1,"encryption":{},"state":{"values":{"a":null}},"plan":{"Steps":[{"Address":"acme_user.a","Action":"create"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		texts := [][]byte{data}
		// A checksum that fits lets the mutations through to the plan.
		var saved savedPlan
		if json.Unmarshal(data, &saved) == nil {
			saved.Format = savedFormat
			if text, err := encodeSaved(saved); err == nil {
				texts = append(texts, text)
			}
		}
		for _, text := range texts {
			sealed, err := sealSaved(text, marking{})
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range [][]byte{text, sealed} {
				read, _, err := decodeSaved("a.plan", text, false, with(marking{}))
				if err != nil {
					continue
				}
				again, err := encodeSaved(*read)
				if err != nil {
					t.Fatalf("what was read cannot be written: %v\n%s", err, text)
				}
				if read.Encryption == nil && !bytes.Equal(again, text) {
					t.Fatalf("what was read is written otherwise:\n%s\n%s", text, again)
				}
			}
		}
	})
}
