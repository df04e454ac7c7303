package motimate

import (
	"context"
	"fmt"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/providertest"
)

// populated is a sandbox with n people in 40 groups and 12 positions.
func populated(b testing.TB, n int, behaviour map[string]string) *Sandbox {
	b.Helper()
	s, err := NewSandbox(provider.SandboxOptions{Behaviour: behaviour})
	if err != nil {
		b.Fatal(err)
	}
	err = s.store.Write(func(tx *sandbox.Tx) error {
		for i := range 40 {
			if _, err := sandbox.Add(tx, s.groups, sandboxGroup{Name: fmt.Sprint("Group ", i), Level: 1}); err != nil {
				return err
			}
		}
		for i := range 12 {
			if _, err := sandbox.Add(tx, s.positions, sandboxPosition{Name: fmt.Sprint("Position ", i)}); err != nil {
				return err
			}
		}
		for i := range n {
			err := sandbox.Put(tx, s.users, int64(i+2), sandboxUser{
				Email: fmt.Sprintf("person%d@example.org", i), Employee: fmt.Sprint(10000 + i), Role: "normal_user",
				First: fmt.Sprint("First", i%997), Last: fmt.Sprint("Last", i%4999),
				Groups:    []sandboxMembership{{int64(i%40 + 1), "member"}, {int64(i/40%40 + 1), "admin"}},
				Positions: []int64{int64(i%12 + 1)},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkList reads whole organisations through HTTP: client, server and
// network together.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := New()
			client := providertest.Serve(b, p, populated(b, n, map[string]string{"roles": "present"}), nil).(*client)
			b.ReportAllocs()
			for b.Loop() {
				client.Forget()
				listing, err := client.List(context.Background(), typeUser)
				if err != nil || len(listing.Objects) != n+1 {
					b.Fatal(len(listing.Objects), err)
				}
				b.ReportMetric(float64(listing.Calls), "calls")
			}
		})
	}
}

// BenchmarkDecode reads one page of 50 people, without any HTTP.
func BenchmarkDecode(b *testing.B) {
	s := populated(b, 50, map[string]string{"roles": "present"})
	var rows []sandbox.Row[sandboxUser]
	s.store.Read(func() { rows, _ = s.users.List(sandbox.Now, sandbox.Window{Size: 50}, "id", 0, nil) })
	d := newDocument(s, sandbox.Now, 0)
	d.list("data", len(rows), func(i int) { s.writeUser(d, rows[i].ID, rows[i].Value) })
	body := d.bytes()
	read := newWire(&options{leadRole: "admin"}).readUsers()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := read(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCreate makes people one after another through HTTP, with the log on
// disk.
func BenchmarkCreate(b *testing.B) {
	s, err := NewSandbox(provider.SandboxOptions{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	client := providertest.Serve(b, New(), s, nil)
	n := 0
	for b.Loop() {
		n++
		if _, err := client.Create(context.Background(), typeUser, person(n)); err != nil {
			b.Fatal(err)
		}
	}
}

func person(n int) map[string]cty.Value {
	return map[string]cty.Value{
		"email":           cty.StringVal(fmt.Sprintf("person%d@example.org", n)),
		"employee_number": cty.StringVal(fmt.Sprint(n)),
		"first_name":      cty.StringVal("Kim"),
		"last_name":       cty.StringVal("Example"),
	}
}

// BenchmarkOpen opens a store of 100,000 people from its log.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s, err := NewSandbox(provider.SandboxOptions{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100_000 {
		err := s.store.Write(func(tx *sandbox.Tx) error {
			_, err := sandbox.Add(tx, s.users, sandboxUser{Email: fmt.Sprintf("person%d@example.org", i), Employee: fmt.Sprint(i), First: "Kim", Last: "Example",
				Role: "normal_user", Groups: []sandboxMembership{{1, "member"}}, Positions: []int64{1}})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := NewSandbox(provider.SandboxOptions{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
