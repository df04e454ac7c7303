package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type pet struct {
	Name  string  `json:"n"`
	Homes []int64 `json:"h,omitempty"`
}

// zoo is a store with one table.
type zoo struct {
	*Store
	pets   *Table[pet]
	byName *Unique
	byHome *Many
}

func openZoo(ctx context.Context, o StoreOptions) (*zoo, error) {
	z := &zoo{pets: NewTable[pet]("pets")}
	z.byName = z.pets.Unique(func(p pet) string { return p.Name })
	z.byHome = z.pets.Many(func(p pet) []int64 { return p.Homes })
	var err error
	z.Store, err = OpenStore(ctx, o, z.pets)
	return z, err
}

func mustZoo(t testing.TB, o StoreOptions) *zoo {
	t.Helper()
	z, err := openZoo(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func (z *zoo) add(t testing.TB, p pet) (id int64) {
	t.Helper()
	err := z.Write(func(tx *Tx) (err error) {
		id, err = Add(tx, z.pets, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (z *zoo) remove(t testing.TB, id int64) {
	t.Helper()
	if err := z.Write(func(tx *Tx) error { Delete(tx, z.pets, id); return nil }); err != nil {
		t.Fatal(err)
	}
}

// contents are the rows as they are.
func (z *zoo) contents() map[int64]string {
	m := map[int64]string{}
	z.Read(func() {
		for _, id := range z.pets.seen[Now].order {
			p, _ := z.pets.Get(id)
			m[id] = p.Name
		}
	})
	return m
}

func (z *zoo) close(t testing.TB) {
	t.Helper()
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKeptThroughRuns closes, opens, and compacts; ids are never used twice.
func TestKeptThroughRuns(t *testing.T) {
	o := StoreOptions{Dir: filepath.Join(t.TempDir(), "new", "folder")}
	z := mustZoo(t, o)
	id := z.ID()
	z.add(t, pet{Name: "Ape", Homes: []int64{1}})
	last := z.add(t, pet{Name: "Bee"})
	z.remove(t, last)
	z.close(t)

	for range 3 {
		z = mustZoo(t, o)
		if z.ID() != id {
			t.Errorf("the store is %s, want %s", z.ID(), id)
		}
		if diff := cmp.Diff(map[int64]string{1: "Ape"}, z.contents()); diff != "" {
			t.Error(diff)
		}
		if found, ok := z.byName.Find("Ape"); !ok || found != 1 || !z.byHome.Any(1) {
			t.Error("the indexes were not made again")
		}
		z.close(t)
	}
	z = mustZoo(t, o)
	if next := z.add(t, pet{Name: "Cat"}); next != last+1 {
		t.Errorf("the next id is %d, want %d", next, last+1)
	}
	z.close(t)
	log, err := os.ReadFile(filepath.Join(o.Dir, "data.log"))
	if err != nil || bytes.Contains(log, []byte("Bee")) {
		t.Errorf("the deleted row is still in the log: %s", log)
	}
}

func TestDamagedLogs(t *testing.T) {
	for _, test := range []struct{ name, log, says string }{
		{"not ours", "hello\n", "line 1 is damaged"},
		{"another format", `{"sandbox":9,"store":"x"}` + "\n", "its format is 9, and this program reads 1"},
		{"a bad line", `{"sandbox":1,"store":"x"}` + "\n{]\n", "line 2 is damaged"},
		{"another table", `{"sandbox":1,"store":"x"}` + "\n" + `{"rows":[{"t":"cars","i":1,"v":{}}]}` + "\n", `there is no table "cars"`},
		{"a bad row", `{"sandbox":1,"store":"x"}` + "\n" + `{"rows":[{"t":"pets","i":1,"v":{"n":7}}]}` + "\n", "line 2 is damaged"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "data.log")
		if err := os.WriteFile(path, []byte(test.log), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openZoo(context.Background(), StoreOptions{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", test.name, err)
		}
		if left, _ := os.ReadFile(path); string(left) != test.log {
			t.Errorf("%s: the file was changed", test.name)
		}
	}
}

func TestRefusedWritesChangeNothing(t *testing.T) {
	z := mustZoo(t, StoreOptions{Dir: t.TempDir()})
	defer z.close(t)
	z.add(t, pet{Name: "Ape"})
	no := errors.New("no")
	err := z.Write(func(tx *Tx) error {
		Delete(tx, z.pets, 1)
		if err := Put(tx, z.pets, 7, pet{Name: "Bee"}); err != nil {
			return err
		}
		if _, ok := z.pets.Get(1); !ok {
			t.Error("a write sees its own changes before they are made")
		}
		return no
	})
	if diff := cmp.Diff(map[int64]string{1: "Ape"}, z.contents()); diff != "" || !errors.Is(err, no) {
		t.Error(err, diff)
	}
}

// TestASecondOpenerWaits holds the lock and lets go of it.
func TestASecondOpenerWaits(t *testing.T) {
	o := StoreOptions{Dir: t.TempDir()}
	first := mustZoo(t, o)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := openZoo(ctx, o); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("with no time to wait: %v", err)
	}
	second := make(chan *zoo)
	go func() {
		z, err := openZoo(context.Background(), o)
		if err != nil {
			t.Error(err)
		}
		second <- z
	}()
	first.add(t, pet{Name: "Ape"})
	first.close(t)
	z := <-second
	if len(z.contents()) != 1 {
		t.Error("the second does not see what the first wrote")
	}
	z.close(t)
}

// TestIndexesFollow does random writes and compares the indexes with the rows.
func TestIndexesFollow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := openZoo(context.Background(), StoreOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 30).Draw(t, "writes") {
			id := int64(rapid.IntRange(1, 5).Draw(t, "id"))
			homes := rapid.SliceOfNDistinct(rapid.Int64Range(1, 3), 0, 3, rapid.ID).Draw(t, "homes")
			gone := rapid.Bool().Draw(t, "gone")
			err := z.Write(func(tx *Tx) error {
				if gone {
					Delete(tx, z.pets, id)
					return nil
				}
				return Put(tx, z.pets, id, pet{Name: fmt.Sprint("pet ", id), Homes: homes})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		z.Read(func() {
			count := map[int64]int{}
			for _, id := range z.pets.seen[Now].order {
				p, _ := z.pets.Get(id)
				if found, ok := z.byName.Find(p.Name); !ok || found != id {
					t.Fatalf("%s is found as %d", p.Name, found)
				}
				for _, home := range p.Homes {
					count[home]++
				}
			}
			for home := range int64(4) {
				if n := len(z.byHome.Find(home)); n != count[home] || z.byHome.Any(home) != (n > 0) {
					t.Fatalf("home %d has %d pets, want %d", home, n, count[home])
				}
			}
		})
	})
}

// TestOrdersMeetEachRowOnce goes through all pages in each order.
func TestOrdersMeetEachRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable[pet]("pets")
		n := rapid.IntRange(0, 60).Draw(t, "n")
		for i := range n {
			table.put(int64(i+1), pet{})
		}
		order := rapid.SampledFrom([]string{OrderID, OrderReverse, OrderShuffled, OrderUnstable}).Draw(t, "order")
		size, turn := rapid.IntRange(1, 20).Draw(t, "size"), rapid.IntRange(0, 99).Draw(t, "turn")
		seen := map[int64]bool{}
		for from := 0; ; from += size {
			window, total := table.List(Now, Window{From: from, Size: size}, order, turn, nil)
			if total != n {
				t.Fatalf("%d in all, want %d", total, n)
			}
			if len(window) == 0 {
				break
			}
			for _, row := range window {
				seen[row.ID] = true
			}
		}
		if len(seen) != n {
			t.Fatalf("%d of %d were met", len(seen), n)
		}
	})
}

// FuzzLog opens any log: it is read, or refused and left as it is.
func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"sandbox":1,"store":"x","next":{"pets":3}}` + "\n" + `{"at":1,"rows":[{"t":"pets","i":1,"v":{"n":"a"}},{"t":"pets","i":2}]}` + "\ntorn"))
	f.Add([]byte("\n\n"))
	f.Add([]byte(`{"sandbox":1,"store":"x"}` + "\n" + `{"rows":[{"t":"pets","i":-1,"v":null}]}` + "\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "data.log")
		if err := os.WriteFile(path, log, 0o600); err != nil {
			t.Fatal(err)
		}
		z, err := openZoo(context.Background(), StoreOptions{Dir: dir})
		if err != nil {
			if left, _ := os.ReadFile(path); !bytes.Equal(left, log) {
				t.Error("refused, and yet changed")
			}
			return
		}
		z.add(t, pet{Name: "Ape"})
		before := z.contents()
		z.close(t)
		z = mustZoo(t, StoreOptions{Dir: dir})
		if diff := cmp.Diff(before, z.contents()); diff != "" {
			t.Error(diff)
		}
		z.close(t)
	})
}
