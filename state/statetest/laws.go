package statetest

import (
	"slices"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// Value draws a value of a type: null and empty ones too, and texts of any kind.
func Value(ty cty.Type) *rapid.Generator[cty.Value] {
	return rapid.Custom(func(t *rapid.T) cty.Value {
		if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
			return cty.NullVal(ty)
		}
		switch {
		case ty == cty.String:
			return cty.StringVal(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "Zoë", "日本", `"${x}"`, "a\nb", "%41", "\u2028"})).Draw(t, "text"))
		case ty == cty.Number:
			if rapid.Bool().Draw(t, "whole") {
				return cty.NumberIntVal(rapid.Int64().Draw(t, "number"))
			}
			return cty.NumberFloatVal(rapid.Float64().Draw(t, "number"))
		case ty == cty.Bool:
			return cty.BoolVal(rapid.Bool().Draw(t, "bool"))
		case ty.IsMapType():
			elements := rapid.MapOfN(rapid.StringN(0, 5, -1), Value(ty.ElementType()), 0, 4).Draw(t, "map")
			if len(elements) == 0 {
				return cty.MapValEmpty(ty.ElementType())
			}
			return cty.MapVal(elements)
		}
		elements := rapid.SliceOfN(Value(ty.ElementType()), 0, 4).Draw(t, "elements")
		switch {
		case len(elements) == 0 && ty.IsSetType():
			return cty.SetValEmpty(ty.ElementType())
		case len(elements) == 0:
			return cty.ListValEmpty(ty.ElementType())
		case ty.IsSetType():
			return cty.SetVal(elements)
		}
		return cty.ListVal(elements)
	})
}

// Attrs draws attributes of the type "acme_user", and some that it has not.
func Attrs() *rapid.Generator[map[string]cty.Value] {
	return rapid.Custom(func(t *rapid.T) map[string]cty.Value {
		attrs := map[string]cty.Value{}
		for _, a := range types["acme_user"].Attributes {
			if rapid.Bool().Draw(t, a.Name) {
				attrs[a.Name] = Value(a.Type).Draw(t, a.Name)
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "stranger") == 0 {
			attrs["from_the_future"] = cty.ObjectVal(map[string]cty.Value{"x": cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.True})})
		}
		return attrs
	})
}

// Record draws a record at an address.
func Record(addr schema.Address) *rapid.Generator[*state.Record] {
	return rapid.Custom(func(t *rapid.T) *state.Record {
		r := &state.Record{
			Address: addr, Provider: rapid.SampledFrom([]string{"acme", "acme.second"}).Draw(t, "provider"),
			ID: rapid.String().Draw(t, "id"), Attrs: Attrs().Draw(t, "attrs"), Read: moment(t), Written: moment(t),
		}
		if rapid.Bool().Draw(t, "digest") {
			r.Digests = map[string]string{"password": "0a1b"}
		}
		if rapid.Bool().Draw(t, "write") {
			email := Value(cty.String)
			w := state.Write{Before: email.Draw(t, "before"), Sent: email.Draw(t, "sent"), At: moment(t)}
			for range rapid.IntRange(0, 2).Draw(t, "earlier") {
				w.Earlier = append(w.Earlier, state.Former{Value: email.Draw(t, "former"), At: moment(t)})
			}
			r.Writes = map[string]state.Write{"email": w}
		}
		r.Needs = rapid.SliceOfN(Address(), 0, 3).Draw(t, "needs")
		slices.SortFunc(r.Needs, schema.Address.Compare)
		r.Deposed = rapid.SliceOfN(rapid.StringMatching(`[0-9]{1,3}`), 0, 2).Draw(t, "deposed")
		return r
	})
}

// Address draws one of a few addresses, with awkward keys among them.
func Address() *rapid.Generator[schema.Address] {
	return rapid.Custom(func(t *rapid.T) schema.Address {
		a := schema.Address{Type: "acme_user", Name: rapid.SampledFrom([]string{"staff", "lead"}).Draw(t, "name")}
		switch rapid.IntRange(0, 2).Draw(t, "key") {
		case 0:
			a.Key = schema.InstanceKey{Kind: schema.IntKey, Num: rapid.IntRange(0, 2).Draw(t, "number")}
		case 1:
			a.Key = schema.InstanceKey{Kind: schema.StringKey, Text: rapid.SampledFrom([]string{"", "a", "Zoë B", `q"${x}`, "%{", "\\"}).Draw(t, "text")}
		}
		return a
	})
}

func moment(t *rapid.T) time.Time {
	return at.Add(time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "at")))
}

// roundTrips holds a store against a model of it: whatever a run commits,
// whether it ends well or is killed, is what the next one finds.
func roundTrips(t *testing.T, newStore Maker) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStore(t, Types)
		model := map[schema.Address]*state.Record{}
		pending := map[schema.Address]state.Intent{}
		for range rapid.IntRange(1, 3).Draw(rt, "sessions") {
			session := open(rt, s)
			equal(rt, session.Snapshot().Records, model)
			equal(rt, len(session.Pending()), len(pending))
			for range rapid.IntRange(0, 5).Draw(rt, "steps") {
				addr := Address().Draw(rt, "address")
				switch rapid.IntRange(0, 4).Draw(rt, "step") {
				case 0:
					i := state.Intent{Address: addr, Provider: "acme", Action: "create", At: moment(rt), Wanted: Attrs().Draw(rt, "wanted"), Accepted: rapid.Bool().Draw(rt, "accepted")}
					must(rt, session.Begin(rt.Context(), i))
					pending[addr] = i
				case 1:
					must(rt, session.Commit(rt.Context(), state.Result{Address: addr, Failed: true}))
					delete(pending, addr)
				case 2:
					must(rt, session.Commit(rt.Context(), state.Result{Address: addr}))
					delete(pending, addr)
					delete(model, addr)
				default:
					r := Record(addr).Draw(rt, "record")
					must(rt, session.Commit(rt.Context(), state.Result{Address: addr, Record: r}))
					delete(pending, addr)
					model[addr] = r
				}
			}
			if !s.Whole && rapid.Bool().Draw(rt, "killed") {
				s.Kill(session)
			} else {
				finish(rt, session)
			}
		}
		snapshot, open := read(rt, s)
		if snapshot == nil {
			snapshot = state.New("")
		}
		equal(rt, snapshot.Records, model)
		equal(rt, len(open), len(pending))
		for _, i := range open {
			equal(rt, i, pending[i.Address])
		}
	})
}
