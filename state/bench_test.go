package state_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
	"github.com/espalier-dev/espalier/state/statetest"
)

// company is a state of n people in a few groups.
func company(n int) *state.Snapshot {
	s := state.New("1.2.3")
	text := cty.StringVal
	for i := range n {
		a := schema.Address{Type: "acme_user", Name: "staff", Key: schema.InstanceKey{Kind: schema.StringKey, Text: fmt.Sprint(100000 + i)}}
		unit := schema.Address{Type: "acme_group", Name: "unit", Key: schema.InstanceKey{Kind: schema.StringKey, Text: fmt.Sprint(i % 40)}}
		s.Records[a] = &state.Record{
			Address: a, Provider: "acme", ID: fmt.Sprint(i), Read: somebody.Since,
			Attrs: map[string]cty.Value{
				"id": text(fmt.Sprint(i)), "email": text(fmt.Sprintf("person%d@example.org", i)), "employee_number": text(fmt.Sprint(100000 + i)),
				"first_name": text(fmt.Sprintf("First%d", i%300)), "last_name": text(fmt.Sprintf("Last%d", i%2000)), "phone_number": cty.NullVal(cty.String),
				"organization_role": text("normal_user"), "groups": cty.SetVal([]cty.Value{text(fmt.Sprint(i % 40))}), "leads": cty.SetValEmpty(cty.String),
				"positions": cty.SetVal([]cty.Value{text(fmt.Sprint(i % 12))}),
			},
			Needs: []schema.Address{unit},
		}
	}
	return s
}

var companyTypes = func() func(string) *schema.Type {
	var attrs []schema.Attribute
	for _, name := range []string{"id", "email", "employee_number", "first_name", "last_name", "phone_number", "organization_role"} {
		attrs = append(attrs, schema.Attribute{Name: name, Type: cty.String})
	}
	for _, name := range []string{"groups", "leads", "positions"} {
		attrs = append(attrs, schema.Attribute{Name: name, Type: cty.Set(cty.String)})
	}
	user := (&schema.Type{Name: "acme_user", Attributes: attrs}).Index()
	return func(name string) *schema.Type {
		if name == user.Name {
			return user
		}
		return nil
	}
}()

func BenchmarkEncode100k(b *testing.B) {
	s := company(100_000)
	for b.Loop() {
		data, err := state.Encode(s)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
	}
}

func BenchmarkDecode100k(b *testing.B) {
	data, err := state.Encode(company(100_000))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := state.Decode(data, companyTypes); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStep is the cost of one step's intent and result, by the size of the
// state and the number of steps at once. As in an apply, ten of them hold a turn
// to call while they write the intent.
func BenchmarkStep(b *testing.B) {
	for _, size := range []int{10, 100_000} {
		for _, workers := range []int{1, 10, 160} {
			b.Run(fmt.Sprintf("records=%d/parallel=%d", size, workers), func(b *testing.B) { steps(b, size, workers) })
		}
	}
}

func steps(b *testing.B, size, workers int) {
	path := filepath.Join(b.TempDir(), "s.json")
	backend := state.NewFile(path, statetest.Types, "1")
	s, err := backend.Open(context.Background(), somebody, 0)
	if err != nil {
		b.Fatal(err)
	}
	s.Update(func(s *state.Snapshot) { s.Records = company(size).Records })
	people := company(1000)
	addresses := people.Addresses()
	calls := make(chan struct{}, 10)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range workers {
		all.Go(func() {
			for n := int(next.Add(1)); n <= b.N; n = int(next.Add(1)) {
				record := people.Records[addresses[n%len(addresses)]]
				calls <- struct{}{}
				intent := state.Intent{Address: record.Address, Provider: "acme", Action: "create", At: somebody.Since, Wanted: record.Attrs}
				err := s.Begin(context.Background(), intent)
				<-calls
				if err = errors.Join(err, s.Commit(context.Background(), state.Result{Address: record.Address, Record: record})); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	state.Kill(s)
}
