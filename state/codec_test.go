package state_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var sameState = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreUnexported(state.Snapshot{}),
	cmp.Comparer(func(a, b cty.Value) bool {
		if a == cty.NilVal || b == cty.NilVal {
			return a == b
		}
		return a.RawEquals(b)
	}),
}

func address(t testing.TB, text string) schema.Address {
	t.Helper()
	a, err := schema.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sample is a state with something of everything.
func sample(t testing.TB) *state.Snapshot {
	at := time.Date(2030, 5, 17, 8, 0, 0, 0, time.UTC)
	group, user := address(t, "acme_group.oslo"), address(t, `acme_user.staff["1001"]`)
	text := cty.StringVal
	return &state.Snapshot{
		Lineage: "5f0c1b6e-0000-4000-8000-000000000001", Serial: 7, Writer: "1.2.3", Secret: []byte("0123456789abcdef"),
		Tenants: map[string]string{"acme": "https://acme.example.org"},
		Marks:   map[string]time.Time{"acme/acme_user": at},
		Outputs: map[string]state.Output{"n": {Value: cty.NumberIntVal(3)}, "password": {Sensitive: true}},
		Pending: []state.Intent{
			{Address: address(t, `acme_user.staff["1002"]`), Provider: "acme", Action: "create", At: at, Wanted: map[string]cty.Value{"email": text("bo@example.org")}},
			{Address: address(t, `acme_user.staff["1003"]`), Provider: "acme", Action: "create", At: at, Accepted: true},
		},
		Records: map[schema.Address]*state.Record{
			group: {Address: group, Provider: "acme", ID: "4", Attrs: map[string]cty.Value{"name": text("Oslo \"S\" 100 %{x}\n")}},
			user: {Address: user, Provider: "acme", ID: "17", Read: at,
				Attrs: map[string]cty.Value{
					"email": text("zoe@example.org"), "groups": cty.SetVal([]cty.Value{text("4"), text("2")}), "active": cty.True,
					"score": cty.NumberFloatVal(0.1), "labels": cty.MapVal(map[string]cty.Value{"å": text("ø")}), "history": cty.ListValEmpty(cty.String),
				},
				Digests: map[string]string{"password": "0a"},
				Writes: map[string]state.Write{
					"email": {Before: cty.NullVal(cty.String), Sent: text("Zoe@example.org"), Answer: text("zoe@example.org"), At: at},
					"groups": {Before: cty.SetVal([]cty.Value{text("4")}), Sent: cty.SetVal([]cty.Value{text("4"), text("2")}), At: at, Earlier: []state.Former{
						{At: at.Add(-2 * time.Hour)},
						{Value: cty.SetVal([]cty.Value{text("2")}), At: at.Add(-time.Hour)},
					}},
				},
				Needs: []schema.Address{group},
			},
		},
	}
}

func TestEncodeIsReadable(t *testing.T) {
	got, err := state.Encode(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "sample.state.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("wanted (-), got (+); -update writes it anew:\n%s", diff)
	}
	back, err := state.Decode(want, statetest.Types)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(t), back, sameState); diff != "" {
		t.Errorf("read back, wanted (-), got (+):\n%s", diff)
	}
	crlf := bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n"))
	if _, err := state.Decode(crlf, statetest.Types); err != nil {
		t.Errorf("with the line ends of a Windows checkout: %v", err)
	}
}

// What a library does not know is carried along unchanged.
func TestUnknownIsKept(t *testing.T) {
	first, err := state.Encode(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, types := range map[string]func(string) *schema.Type{
		"no library":      nil,
		"no such type":    func(string) *schema.Type { return nil },
		"a smaller type":  func(n string) *schema.Type { return &schema.Type{Name: n} },
		"the right types": statetest.Types,
	} {
		s, err := state.Decode(first, types)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := state.Encode(s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(string(first), string(again)); diff != "" {
			t.Errorf("%s: wanted (-), got (+):\n%s", name, diff)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good, err := state.Encode(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	replaced := func(old, new string) string { return strings.Replace(string(good), old, new, 1) }
	for _, c := range []struct{ name, text, want string }{
		{"an empty file", "", "is empty"},
		{"blank lines", " \n\n", "is empty"},
		{"not JSON", "hello", "is not a state"},
		{"other JSON", `{"version": 4, "terraform_version": "1.9.0"}`, "is not a state"},
		{"a list", "[]", "is not a state"},
		{"a newer format", replaced(`"format": 1`, `"format": 2`), "newer version"},
		{"an older format", replaced(`"format": 1`, `"format": 0`), "older than format 1"},
		{"a format that is no number", replaced(`"format": 1`, `"format": "x"`), "no readable format"},
		{"half a file", string(good[:len(good)/2]), "cut short"},
		{"a changed value", replaced("zoe@", "zac@"), "checksum does not match"},
		{"two states in one", string(good) + string(good), "checksum does not match"},
	} {
		_, err := state.Decode([]byte(c.text), statetest.Types)
		var e *state.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || !strings.Contains(e.Remedy, "Nothing was changed") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Wherever a file is cut, and whichever bit is flipped, it is noticed.
func TestDecodeNoticesDamage(t *testing.T) {
	good, err := state.Encode(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(good) - 1 { // the last line end is no content
		if _, err := state.Decode(good[:n], statetest.Types); err == nil {
			t.Fatalf("a file cut at byte %d was read", n)
		}
	}
	for n := range len(good) - 1 {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[n] ^= 1 << bit
			if _, err := state.Decode(bad, statetest.Types); err == nil {
				t.Fatalf("byte %d with bit %d flipped was read", n, bit)
			}
		}
	}
}

// A state that is whole but says what it must not.
func TestDecodeRefusesContent(t *testing.T) {
	for _, c := range []struct{ name, records, want string }{
		{"an address twice", `{"address":"acme_user.a","attrs":{}},{"address":"acme_user.a","attrs":{}}`, "acme_user.a stands in it twice"},
		{"no address", `{"address":"nothing","attrs":{}}`, "not the address"},
		{"none at all", `{}`, "has no address"},
		{"a wrong type", `{"address":"acme_user.a","attrs":{"email":7}}`, "acme_user.a: email:"},
		{"a set that is none", `{"address":"acme_user.a","attrs":{"groups":"x"}}`, "acme_user.a: groups:"},
		{"a number that is none", `{"address":"acme_user.a","attrs":{"score":1x}}`, "is not a number"},
		{"an unknown field", `{"address":"acme_user.a","attrs":{},"lease":1}`, `"lease" is not known to this version`},
		{"a time that is none", `{"address":"acme_user.a","read":"noon"}`, `"noon" is not a time`},
		{"a former value of a wrong type", `{"address":"acme_user.a","writes":{"email":{"earlier":[{"value":7}]}}}`, "acme_user.a:"},
		{"an unknown field of a former value", `{"address":"acme_user.a","writes":{"email":{"earlier":[{"until":7}]}}}`, `"until" is not known`},
		{"a missing comma", `{"address":"acme_user.a" "attrs":{}}`, "where ',' should"},
		{"an endless nesting", `{"address":"acme_user.a","attrs":{"x":` + strings.Repeat("[", 5000) + `}}`, "nested more than"},
	} {
		_, err := state.Decode(state.Signed("{\n  \"format\": 1,\n  \"records\": ["+c.records+"],\n"), statetest.Types)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, v := range map[string]cty.Value{
		"unknown":   cty.UnknownVal(cty.String),
		"sensitive": cty.StringVal("x").Mark(schema.Sensitive),
		"within":    cty.ListVal([]cty.Value{cty.StringVal("x").Mark(schema.Sensitive)}),
		"nothing":   cty.NilVal,
	} {
		s := sample(t)
		addr := address(t, "acme_group.oslo")
		s.Records[addr].Attrs["name"] = v
		if _, err := state.Encode(s); err == nil || !strings.Contains(err.Error(), "acme_group.oslo: name:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := sample(t)
	bad := schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: "Zo\xeb"}}
	s.Records[bad] = &state.Record{Address: bad}
	if _, err := state.Encode(s); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("a key in Latin-1: %v", err)
	}
}

func TestRoundTripLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := state.New("1.2.3")
		s.Serial = rapid.Uint64().Draw(rt, "serial")
		for _, addr := range rapid.SliceOfN(statetest.Address(), 0, 6).Draw(rt, "addresses") {
			s.Records[addr] = statetest.Record(addr).Draw(rt, "record")
		}
		s.Outputs["x"] = state.Output{Value: statetest.Value(cty.Map(cty.Set(cty.String))).Draw(rt, "output")}
		data, err := state.Encode(s)
		if err != nil {
			rt.Fatal(err)
		}
		back, err := state.Decode(data, statetest.Types)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(s, back, sameState); diff != "" {
			rt.Fatal(diff)
		}
		again, err := state.Encode(back)
		if err != nil || !bytes.Equal(data, again) {
			rt.Fatalf("written again it differs: %v\n%s\n%s", err, data, again)
		}
	})
}

func TestNewAndDigest(t *testing.T) {
	a, b := state.New("x"), state.New("x")
	if a.Lineage == b.Lineage || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(a.Lineage) {
		t.Errorf("lineages %s and %s", a.Lineage, b.Lineage)
	}
	secret := cty.StringVal("hunter2")
	d := a.Digest(secret)
	if d != a.Digest(secret.Mark(schema.Sensitive)) || d == b.Digest(secret) || d == a.Digest(cty.StringVal("hunter3")) || len(d) != 64 {
		t.Errorf("digest %s", d)
	}
	if a.Digest(cty.UnknownVal(cty.String)) != "" || a.Digest(cty.NilVal) != "" {
		t.Error("what is not known has a digest")
	}
}

func FuzzDecode(f *testing.F) {
	good, err := state.Encode(sample(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{\n  \"format\": 1,\n  \"records\": [{\"address\":\"acme_user.a\",\"attrs\":{\"x\":[1,{\"y\":null}]}}],\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		// A checksum that fits lets the mutations through to the decoder.
		for _, text := range [][]byte{data, state.Signed(string(state.Unsigned(data)))} {
			s, err := state.Decode(text, statetest.Types)
			if err != nil {
				continue
			}
			again, err := state.Encode(s)
			if err != nil {
				t.Fatalf("what was read cannot be written: %v\n%s", err, text)
			}
			back, err := state.Decode(again, statetest.Types)
			if err != nil {
				t.Fatalf("what was written cannot be read: %v\n%s", err, again)
			}
			if diff := cmp.Diff(s, back, sameState); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
