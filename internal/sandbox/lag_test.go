package sandbox

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shown is what a view shows, looked at once as a list and once by an id.
func (z *zoo) shown(v View, id int64) (list []string, one string) {
	z.ReadAs(v, func(v View) {
		rows, _ := z.pets.List(v, Window{Size: 100}, OrderID, 0, nil)
		for _, row := range rows {
			list = append(list, row.Value.Name)
		}
		p, _ := z.pets.At(v, id)
		one = p.Name
	})
	return list, one
}

// TestViewsBehind lets lists be a minute behind and single reads half a minute,
// through a creation, a change and a deletion, and through the end of a process.
func TestViewsBehind(t *testing.T) {
	clock := time.Unix(1000, 0)
	o := StoreOptions{Dir: t.TempDir(), Now: func() time.Time { return clock },
		Lists: Lag{Time: time.Minute}, Singles: Lag{Time: 30 * time.Second}}
	z := mustZoo(t, o)
	id := z.add(t, pet{Name: "old"})
	change := func() {
		if err := z.Write(func(tx *Tx) error { return Put(tx, z.pets, id, pet{Name: "new"}) }); err != nil {
			t.Error(err)
		}
	}
	for _, step := range []struct {
		wait           time.Duration
		do             func()
		now            string
		listed, single string
	}{
		{0, func() {}, "old", "", ""},
		{10 * time.Second, change, "new", "", ""},
		{20 * time.Second, func() {}, "new", "", "old"},
		{10 * time.Second, func() { z.remove(t, id) }, "", "", "new"},
		{20 * time.Second, func() { z.close(t); z = mustZoo(t, o) }, "", "old", "new"},
		{10 * time.Second, func() {}, "", "new", ""},
		{30 * time.Second, func() {}, "", "", ""},
	} {
		clock = clock.Add(step.wait)
		step.do()
		_, now := z.shown(Now, id)
		_, listed := z.shown(Lists, id)
		_, single := z.shown(Singles, id)
		got, want := [3]string{now, listed, single}, [3]string{step.now, step.listed, step.single}
		if got != want {
			t.Errorf("at %d s: %q, want %q", clock.Unix()-1000, got, want)
		}
	}
	z.close(t)
}

func TestBehindByRequests(t *testing.T) {
	z := mustZoo(t, StoreOptions{Lists: Lag{Calls: 2}, Singles: Lag{Calls: 1}})
	id := z.add(t, pet{Name: "Ape"})
	for i, want := range []struct{ listed, single string }{{"", ""}, {"", "Ape"}, {"Ape", "Ape"}} {
		_, listed := z.shown(Lists, id)
		_, single := z.shown(Singles, id)
		if listed != want.listed || single != want.single {
			t.Errorf("after %d requests: listed %q and read %q, want %+v", i, listed, single, want)
		}
		z.Tick()
	}
}

// TestReplicas: a write is seen, unseen and seen again; a view that is not behind
// has one replica.
func TestReplicas(t *testing.T) {
	z := mustZoo(t, StoreOptions{Lists: Lag{Time: time.Hour}, Replicas: true})
	id := z.add(t, pet{Name: "Ape"})
	var lists []int
	for range 4 {
		list, _ := z.shown(Lists, id)
		lists = append(lists, len(list))
		if _, one := z.shown(Singles, id); one != "Ape" {
			t.Error("a view without a lag is behind")
		}
	}
	if diff := cmp.Diff([]int{1, 0, 1, 0}, lists); diff != "" {
		t.Error(diff)
	}
}

// TestFurnished: what was there first is shown by every view, now and by the next
// process.
func TestFurnished(t *testing.T) {
	o := StoreOptions{Dir: t.TempDir(), Lists: Lag{Calls: 5}, Singles: Lag{Time: time.Hour}}
	z := mustZoo(t, o)
	if err := z.Furnish(func(tx *Tx) error { return Put(tx, z.pets, 1, pet{Name: "Ape"}) }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for v := range views {
			if _, one := z.shown(v, 1); one != "Ape" {
				t.Errorf("view %d does not show it", v)
			}
		}
		z.close(t)
		z = mustZoo(t, o)
	}
	z.close(t)
}
