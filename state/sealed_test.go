package state_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/seal"
	"github.com/espalier-dev/espalier/state/statetest"
)

// phrases is a cipher with the first passphrase, that also reads what is encrypted with
// the others.
func phrases(t testing.TB, list ...string) state.Cipher {
	t.Helper()
	c, errs := seal.New(seal.Config{Passphrases: list, WorkFactor: 1})
	if len(errs) > 0 {
		t.Fatal(errors.Join(errs...))
	}
	return c
}

func sealedFolder(t *testing.T, list ...string) folder {
	f := newFolder(t)
	f.options = []state.Option{state.WithCipher(phrases(t, list...))}
	return f
}

func TestSealedFileBackend(t *testing.T) {
	t.Parallel()
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		path := filepath.Join(t.TempDir(), "espalier.state.json")
		open := func() state.Backend {
			return state.NewFile(path, types, "1.2.3", state.WithCipher(phrases(t, "six words")))
		}
		return statetest.Store{
			Open: open,
			Kill: state.Kill,
			Swap: func(s *state.Snapshot) error {
				data, err := open().Encode(s)
				return errors.Join(err, os.WriteFile(path, data, 0o600))
			},
		}
	})
}

func TestSealedRemoteBackend(t *testing.T) {
	t.Parallel()
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		return memoryStore(types, func(p state.Place) state.Place { return p }, state.WithCipher(phrases(t, "six words")))
	})
}

func TestSealedWholeBackend(t *testing.T) {
	t.Parallel()
	statetest.Run(t, func(t *testing.T, types func(string) *schema.Type) statetest.Store {
		s := memoryStore(types, func(p state.Place) state.Place { return wholePlace{p} }, state.WithCipher(phrases(t, "six words")))
		s.Whole, s.Late = true, true
		return s
	})
}

// TestNothingIsInTheClear: no file of a run tells anything of an object, whenever one
// looks.
func TestNothingIsInTheClear(t *testing.T) {
	f := sealedFolder(t, "six words")
	telling := regexp.MustCompile(`example\.org|acme_|"create"|@`) // which chance does not write in base64
	looked := 0
	f.options = append(f.options, state.WithTap(func(c state.Change) (int, error) {
		looked++
		if found := telling.Find(c.Data); found != nil && !strings.Contains(c.Path, ".lock") {
			t.Errorf("%s of %s writes %q", c.Op, filepath.Base(c.Path), found)
		}
		return 0, nil
	}))
	f.run("ada", "bo")
	f.dies("cy")
	f.expect("ada bo cy")
	f.run("dy")
	f.expect("ada bo cy dy")
	// What a run leaves beside a state that others have changed.
	s := f.open()
	f.step(s, "ed")
	f.write("", f.read(".backup"))
	if err := s.Close(t.Context()); err == nil || !f.has(".errored") {
		t.Errorf("the state was changed under the run: %v", err)
	}
	if looked < 10 || !f.has(".backup") {
		t.Errorf("only %d changes were looked at", looked)
	}
}

// TestEveryBitOfSealed: whichever bit of a state or a journal is flipped, it is noticed.
func TestEveryBitOfSealed(t *testing.T) {
	c := phrases(t, "six words")
	backend := state.NewFile("s.json", statetest.Types, "1.2.3", state.WithCipher(c))
	good, err := backend.Encode(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	everyBit(t, good[:len(good)-1], 1, func(bad []byte) error {
		_, err := backend.Decode(bad)
		return err
	})
	// A checksum that fits does not help.
	head, rest, _ := bytes.Cut(good, []byte(`"sealed": "`))
	box, _, _ := bytes.Cut(rest, []byte(`"`))
	everyBit(t, box[:len(box)-4], 7, func(bad []byte) error {
		_, err := backend.Decode(state.Signed(string(head) + `"sealed": "` + string(bad) + "\",\n"))
		return err
	})
}

func TestEveryBitOfJournals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]state.Cipher{"plain": nil, "sealed": phrases(t, "six words")} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			if c != nil {
				f.options = []state.Option{state.WithCipher(c)}
			}
			f.dies("ada")
			journal := []byte(f.read(".journal"))
			entries, _, err := state.DecodeSealedJournal(journal, statetest.Types, c)
			if err != nil || entries != 2 {
				t.Fatalf("%d entries, %v", entries, err)
			}
			everyBit(t, journal, 1, func(bad []byte) error {
				_, _, err := state.DecodeSealedJournal(bad, statetest.Types, c)
				return err
			})
			if c == nil {
				return
			}
			// The lines of one journal are not those of another.
			other := sealedFolder(t, "six words")
			other.dies("cy")
			mixed := strings.SplitAfter(string(journal), "\n")
			mixed[1] = strings.SplitAfter(other.read(".journal"), "\n")[1]
			if _, _, err := state.DecodeSealedJournal([]byte(strings.Join(mixed, "")), statetest.Types, c); err == nil || !strings.Contains(err.Error(), "line 2: it cannot be decrypted") {
				t.Errorf("a line of another journal: %v", err)
			}
		})
	}
}

// everyBit flips each bit in turn, of every so manieth byte.
func everyBit(t *testing.T, good []byte, step int, read func([]byte) error) {
	t.Helper()
	bad := bytes.Clone(good)
	for n := 0; n < len(good); n += step {
		for bit := range 8 {
			bad[n] ^= 1 << bit
			if read(bad) == nil {
				t.Fatalf("byte %d of %d with bit %d flipped was read", n, len(good), bit)
			}
			bad[n] = good[n]
		}
	}
}

// TestPlainAndSealed: neither passes for the other.
func TestPlainAndSealed(t *testing.T) {
	for _, c := range []struct {
		name    string
		written []string // passphrases
		read    []string
		journal bool
		want    string
	}{
		{"plain where it should not be", nil, []string{"six words"}, false, "is not encrypted, and the configuration wants it to be. Nothing was changed. If it is the state that you want, encrypt it with \"espalier state rekey\""},
		{"sealed where nothing says so", []string{"six words"}, nil, false, "is encrypted, and nothing says how to read it. Nothing was changed. Put the encryption block"},
		{"another passphrase", []string{"six words"}, []string{"seven words"}, false, "cannot be decrypted: the passphrase is not the one"},
		{"a plain journal", nil, []string{"six words"}, true, "is not encrypted, and the configuration wants it to be"},
		{"a sealed journal", []string{"six words"}, nil, true, "is encrypted, and nothing says how to read it"},
		{"a journal of another passphrase", []string{"six words"}, []string{"seven words"}, true, "cannot be decrypted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			if c.written != nil {
				f = sealedFolder(t, c.written...)
			}
			if c.journal {
				f.dies("ada")
			} else {
				f.run("ada")
			}
			f.options = nil
			if c.read != nil {
				f.options = []state.Option{state.WithCipher(phrases(t, c.read...))}
			}
			f.refuses(c.want)
		})
	}
}

// TestRekey: from one key to another, with what a killed run left, and back to plain.
func TestRekey(t *testing.T) {
	f := newFolder(t)
	f.run("ada")
	f.run("bo")
	f.dies("cy")
	rekey := func(from, to state.Cipher) {
		t.Helper()
		backend := state.NewFile(f.path, statetest.Types, "1.2.3", state.WithRekey(from, to))
		err := backend.Push(t.Context(), somebody, 0, func(now *state.Snapshot, unreadable error) (*state.Snapshot, error) {
			if unreadable != nil {
				return nil, unreadable
			}
			next := now.Clone()
			next.Serial++
			next.Outputs["pin"] = state.Output{Value: cty.StringVal("hush 1234"), Sensitive: true}
			return next, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if f.has(".backup") || f.has(".journal") {
			t.Error("a copy that is encrypted otherwise is still there")
		}
	}
	first, second := phrases(t, "six words"), phrases(t, "seven words")
	rekey(nil, first)
	f.options = []state.Option{state.WithCipher(first)}
	f.expect("ada bo cy")
	f.run("dy")
	s, _, err := f.backend().Read(t.Context())
	if err != nil || s.Serial != 4 || !s.Outputs["pin"].Value.RawEquals(cty.StringVal("hush 1234")) {
		t.Errorf("serial %d, output %#v, %v", s.Serial, s.Outputs["pin"], err)
	}
	rekey(phrases(t, "seven words", "six words"), second)
	f.refuses("cannot be decrypted")
	f.options = []state.Option{state.WithCipher(second)}
	f.expect("ada bo cy dy")
	rekey(second, nil)
	f.options = nil
	f.expect("ada bo cy dy")
	if text := f.read(""); !strings.Contains(text, `"pin":{"sensitive":true}`) || strings.Contains(text, "hush 1234") {
		t.Errorf("in the clear: %s", text)
	}
}

// TestRekeyDies: wherever a change of keys stops, or a write fails, the state is there, in
// the old form or in the new, and the same command again ends it.
func TestRekeyDies(t *testing.T) {
	to := phrases(t, "six words")
	backend := func(f folder, options ...state.Option) *state.File {
		return state.NewFile(f.path, statetest.Types, "1.2.3", append(options, state.WithRekey(to, to))...)
	}
	rekey := func(b *state.File) error {
		return b.Push(t.Context(), somebody, 0, func(now *state.Snapshot, unreadable error) (*state.Snapshot, error) {
			if unreadable != nil {
				return nil, unreadable
			}
			next := now.Clone()
			next.Serial++
			return next, nil
		})
	}
	for name, dies := range map[string]func(n, at int) bool{
		"it dies":       func(n, at int) bool { return n >= at },
		"a write fails": func(n, at int) bool { return n == at },
	} {
		failures := 0
		for at, done := 1, false; !done; at++ {
			f := newFolder(t)
			f.run("ada")
			f.dies("bo")
			n := 0
			err := rekey(backend(f, state.WithTap(func(c state.Change) (int, error) {
				if n++; dies(n, at) {
					return len(c.Data) / 2, errors.New("no more")
				}
				return 0, nil
			})))
			if err != nil {
				failures++
			}
			s, _, readErr := backend(f).Read(t.Context())
			if readErr != nil || len(s.Records) != 2 {
				t.Fatalf("%s at change %d (%v): %d objects, %v", name, at, err, len(s.Records), readErr)
			}
			if err := rekey(backend(f)); err != nil {
				t.Fatalf("%s at change %d: then %v", name, at, err)
			}
			f.options = []state.Option{state.WithCipher(to)}
			f.expect("ada bo")
			if f.has(".journal") || f.has(".backup") {
				t.Errorf("%s at change %d: there are other copies", name, at)
			}
			done = n < at
		}
		if failures < 4 {
			t.Errorf("%s: only %d rekeys failed", name, failures)
		}
	}
}

// TestSensitiveOutputsAreSealed: their values are kept in what is encrypted, and are
// neither written nor read in the clear.
func TestSensitiveOutputsAreSealed(t *testing.T) {
	s := sample(t)
	s.Outputs["password"] = state.Output{Value: cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("hush")}), Sensitive: true}
	sealing := state.NewFile("s.json", statetest.Types, "1.2.3", state.WithCipher(phrases(t, "six words")))
	sealed, err := sealing.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := sealing.Decode(sealed)
	if diff := cmp.Diff(s, back, sameState); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	plain, err := state.Encode(s)
	if err != nil || bytes.Contains(plain, []byte("hush")) {
		t.Errorf("in the clear: %s, %v", plain, err)
	}
	_, err = state.Decode(state.Signed("{\n  \"format\": 1,\n  \"outputs\": {\"p\":{\"sensitive\":true,\"value\":\"hush\"}},\n"), statetest.Types)
	if err == nil || !strings.Contains(err.Error(), "must not stand in a text that is not encrypted") {
		t.Errorf("read in the clear: %v", err)
	}
}

// marking is a cipher for fuzzing: it costs nothing, and marks what it has sealed.
type marking struct{}

func (marking) Check() error                      { return nil }
func (marking) Seal(plain []byte) ([]byte, error) { return append([]byte("sealed:"), plain...), nil }

func (marking) Open(sealed []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte("sealed:"))
	if !ok {
		return nil, errors.New("it is not sealed")
	}
	return plain, nil
}

// FuzzSealed: whatever is encrypted, or stands in the place of something encrypted,
// there is a state or an error, and a state can be written and read again.
func FuzzSealed(f *testing.F) {
	backend := state.NewFile("s.json", statetest.Types, "1.2.3", state.WithCipher(marking{}))
	s := sample(f)
	s.Outputs["password"] = state.Output{Value: cty.StringVal("hush"), Sensitive: true}
	good, err := backend.Encode(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	_, rest, _ := bytes.Cut(good, []byte(`"sealed": "`))
	encoded, _, _ := bytes.Cut(rest, []byte(`"`))
	inner, err := base64.StdEncoding.DecodeString(string(encoded))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.TrimPrefix(inner, []byte("sealed:")))
	f.Add([]byte("{\n  \"format\": 1,\n  \"sealed\": \"c2VhbGVkOg==\",\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		texts := [][]byte{data, state.Signed(string(state.Unsigned(data)))}
		for _, inner := range [][]byte{data, texts[1]} {
			text, err := state.SealedState(inner, s.Lineage, s.Serial, marking{})
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
		for _, text := range texts {
			read, err := backend.Decode(text)
			if err != nil {
				continue
			}
			again, err := backend.Encode(read)
			if err != nil {
				t.Fatalf("what was read cannot be written: %v\n%s", err, text)
			}
			back, err := backend.Decode(again)
			if err != nil {
				t.Fatalf("what was written cannot be read: %v\n%s", err, again)
			}
			if diff := cmp.Diff(read, back, sameState); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// FuzzSealedJournal: whatever is encrypted as lines of a journal, or stands in the place
// of such lines.
func FuzzSealedJournal(f *testing.F) {
	x := folder{t: &testing.T{}, path: filepath.Join(f.TempDir(), "s.json")}
	s, err := state.NewFile(x.path, statetest.Types, "1").Open(context.Background(), somebody, 0)
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(s.Begin(context.Background(), x.intent("ada")), s.Commit(context.Background(), x.result("ada"))); err != nil {
		f.Fatal(err)
	}
	state.Kill(s)
	plain := []byte(x.read(".journal"))
	_, lines, _ := bytes.Cut(plain, []byte("\n"))
	sealed, err := state.SealedJournal(lines, marking{})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{plain, lines, sealed, sealed[:len(sealed)-3], []byte(`{"sealed":""}` + "\n")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		within, err := state.SealedJournal(data, marking{})
		if err != nil {
			t.Fatal(err)
		}
		resealed, err := state.SealedJournal(state.Resealed(data), marking{})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{data, state.Resealed(data), within, resealed} {
			entries, end, err := state.DecodeSealedJournal(text, statetest.Types, marking{})
			if err != nil {
				continue
			}
			again, sameEnd, err := state.DecodeSealedJournal(text[:end], statetest.Types, marking{})
			if err != nil || again != entries || sameEnd != end {
				t.Fatalf("%d entries to %d, then %d to %d, %v", entries, end, again, sameEnd, err)
			}
		}
	})
}
