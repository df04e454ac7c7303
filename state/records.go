package state

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// New makes an empty state with a lineage and a secret of its own, at serial 0:
// it has never been written.
func New(writer string) *Snapshot {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return newSnapshot(writer, newUUID(), secret)
}

func newSnapshot(writer, lineage string, secret []byte) *Snapshot {
	return &Snapshot{
		Lineage: lineage,
		Writer:  writer,
		Secret:  secret,
		Tenants: map[string]string{},
		Records: map[schema.Address]*Record{},
		Outputs: map[string]Output{},
		Marks:   map[string]time.Time{},
		Runs:    map[string][]time.Time{},
		Deleted: map[Owner]time.Time{},
	}
}

// newUUID returns a random UUID (version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Digest returns what the state keeps of a sensitive value: an HMAC keyed by the
// state's secret, fit only to be compared. Equal values of one state have equal
// digests. Marks are not part of the value. A value that is not wholly known has
// no digest: the result is "".
func (s *Snapshot) Digest(v cty.Value) string {
	if v == cty.NilVal {
		return ""
	}
	v, _ = v.UnmarkDeep()
	text, err := appendValue(nil, v)
	if err != nil {
		return ""
	}
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// Owner identifies a live object: whose it is, of which type, and its id.
type Owner struct{ Provider, Type, ID string }

// Owners maps each owned live object to its address, those that others have
// replaced included, in one pass. If two addresses hold one object, the one that
// sorts first is given.
func (s *Snapshot) Owners() map[Owner]schema.Address {
	owners := make(map[Owner]schema.Address, len(s.Records))
	for addr, r := range s.Records {
		own := func(id string) {
			key := Owner{Provider: r.Provider, Type: addr.Type, ID: id}
			if other, twice := owners[key]; !twice || addr.Compare(other) < 0 {
				owners[key] = addr
			}
		}
		own(r.ID)
		for _, id := range r.Deposed {
			own(id)
		}
	}
	return owners
}

// Mark is the server time up to which it is known what changed of the objects of a
// type; zero where that has not been asked, or there is no state.
func (s *Snapshot) Mark(provider, typ string) time.Time {
	if s == nil {
		return time.Time{}
	}
	return s.Marks[markKey(provider, typ)]
}

// SetMark notes such a time.
func (s *Snapshot) SetMark(provider, typ string, at time.Time) {
	s.Marks[markKey(provider, typ)] = at
}

// RunsOf are the beginnings of the runs that wrote through a provider configuration,
// as far as they are kept; none where there is no state.
func (s *Snapshot) RunsOf(provider string) []time.Time {
	if s == nil {
		return nil
	}
	return s.Runs[provider]
}

// mostRuns is how many runs are kept apart.
const mostRuns = 32

// AddRun notes that a run begins that writes through a provider configuration.
// Those that began before forget are dropped.
func (s *Snapshot) AddRun(provider string, at, forget time.Time) {
	runs := slices.DeleteFunc(slices.Clone(s.Runs[provider]), func(t time.Time) bool { return t.Before(forget) })
	runs = append(runs, at)
	s.Runs[provider] = runs[max(0, len(runs)-mostRuns):]
}

func markKey(provider, typ string) string { return provider + "/" + typ }

// Addresses returns the addresses of all records, sorted.
func (s *Snapshot) Addresses() []schema.Address {
	return slices.SortedFunc(maps.Keys(s.Records), schema.Address.Compare)
}

// Clone returns a copy whose maps may be changed without changing s. The records
// themselves are shared: a changed one must be a new one.
func (s *Snapshot) Clone() *Snapshot {
	c := *s
	c.Tenants = cloneMap(s.Tenants)
	c.Records = cloneMap(s.Records)
	c.Outputs = cloneMap(s.Outputs)
	c.Marks = cloneMap(s.Marks)
	c.Runs = cloneMap(s.Runs)
	c.Deleted = cloneMap(s.Deleted)
	c.Pending = slices.Clone(s.Pending)
	return &c
}

// cloneMap copies m and never returns nil, so that a copy can be written to.
func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	maps.Copy(c, m)
	return c
}

// sameBut reports whether a and b hold the same but for serial, writer and
// pending intents.
func sameBut(a, b *Snapshot) bool {
	return a.Lineage == b.Lineage && string(a.Secret) == string(b.Secret) &&
		maps.Equal(a.Tenants, b.Tenants) &&
		maps.EqualFunc(a.Marks, b.Marks, time.Time.Equal) &&
		maps.EqualFunc(a.Runs, b.Runs, func(x, y []time.Time) bool { return slices.EqualFunc(x, y, time.Time.Equal) }) &&
		maps.EqualFunc(a.Deleted, b.Deleted, time.Time.Equal) &&
		maps.EqualFunc(a.Outputs, b.Outputs, func(x, y Output) bool {
			return x.Sensitive == y.Sensitive && sameValue(x.Value, y.Value)
		}) &&
		maps.EqualFunc(a.Records, b.Records, sameRecord)
}

func sameRecord(a, b *Record) bool {
	if a == b {
		return true
	}
	return a.Address == b.Address && a.Provider == b.Provider && a.ID == b.ID && a.Read.Equal(b.Read) && a.Written.Equal(b.Written) &&
		maps.EqualFunc(a.Attrs, b.Attrs, sameValue) &&
		maps.Equal(a.Digests, b.Digests) &&
		maps.EqualFunc(a.Writes, b.Writes, func(x, y Write) bool {
			return x.At.Equal(y.At) && sameValue(x.Before, y.Before) && sameValue(x.Sent, y.Sent) && sameValue(x.Answer, y.Answer) &&
				slices.EqualFunc(x.Earlier, y.Earlier, func(f, g Former) bool { return f.At.Equal(g.At) && sameValue(f.Value, g.Value) })
		}) &&
		slices.Equal(a.Needs, b.Needs) && slices.Equal(a.Deposed, b.Deposed)
}

func sameValue(a, b cty.Value) bool {
	if a == cty.NilVal || b == cty.NilVal {
		return a == b
	}
	return a.RawEquals(b)
}

// sortIntents orders intents by address.
func sortIntents(intents []Intent) {
	slices.SortFunc(intents, func(a, b Intent) int { return a.Address.Compare(b.Address) })
}

// typeNames returns a look-up that knows no type where f is nil.
func typeNames(f func(string) *schema.Type) func(string) *schema.Type {
	if f == nil {
		return func(string) *schema.Type { return nil }
	}
	return f
}

// quoteList writes names for a message: "a", "b".
func quoteList(names []string) string {
	return `"` + strings.Join(names, `", "`) + `"`
}
