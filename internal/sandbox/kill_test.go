package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKilledAnywhere cuts the log at every byte: what opens is the world after
// some write, and goes on from there.
func TestKilledAnywhere(t *testing.T) {
	o := StoreOptions{Dir: t.TempDir()}
	z := mustZoo(t, o)
	worlds := []map[int64]string{z.contents()}
	for _, name := range []string{"Ape", "Bee", "Cat"} {
		z.add(t, pet{Name: name})
		worlds = append(worlds, z.contents())
	}
	err := z.Write(func(tx *Tx) error { // one write of two rows
		Delete(tx, z.pets, 1)
		return Put(tx, z.pets, 2, pet{Name: "Bumblebee"})
	})
	if err != nil {
		t.Fatal(err)
	}
	worlds = append(worlds, z.contents())
	log, err := os.ReadFile(z.path())
	if err != nil {
		t.Fatal(err)
	}
	z.close(t)
	for cut := range len(log) + 1 {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "data.log"), log[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		z := mustZoo(t, StoreOptions{Dir: dir})
		want := worlds[max(0, bytes.Count(log[:cut], []byte("\n"))-1)]
		if diff := cmp.Diff(want, z.contents()); diff != "" {
			t.Fatalf("cut at %d: %s", cut, diff)
		}
		z.add(t, pet{Name: "Dog"})
		count := len(z.contents())
		z.close(t)
		z = mustZoo(t, StoreOptions{Dir: dir})
		if len(z.contents()) != count {
			t.Fatalf("cut at %d: the next write was lost", cut)
		}
		z.close(t)
	}
}

func TestWriteErrorsChangeNothing(t *testing.T) {
	z := mustZoo(t, StoreOptions{Dir: t.TempDir()})
	if err := z.log.Close(); err != nil { // as a disk that fails
		t.Fatal(err)
	}
	err := z.Write(func(tx *Tx) error { return Put(tx, z.pets, 1, pet{Name: "Ape"}) })
	if err == nil || len(z.contents()) != 0 {
		t.Error(err, z.contents())
	}
}

// halfDisk is a log on a disk that takes half of a line and is full then.
type halfDisk struct {
	logFile
	full bool
}

var errFull = errors.New("no space left")

func (d *halfDisk) WriteAt(b []byte, at int64) (int, error) {
	if !d.full {
		return d.logFile.WriteAt(b, at)
	}
	n, err := d.logFile.WriteAt(b[:len(b)/2], at)
	return n, errors.Join(errFull, err)
}

// TestFullDisk: a write that ended in the middle changes nothing, and does no harm
// to the next, shorter or longer, or to the next process.
func TestFullDisk(t *testing.T) {
	for _, next := range []string{"", "B", "A bumblebee with a name longer than any other pet in this zoo has"} {
		z := mustZoo(t, StoreOptions{Dir: t.TempDir()})
		z.add(t, pet{Name: "Ape"})
		disk := &halfDisk{logFile: z.log, full: true}
		z.log = disk
		err := z.Write(func(tx *Tx) error {
			_, err := Add(tx, z.pets, pet{Name: "Cat of a middling length", Homes: []int64{1, 2, 3}})
			return err
		})
		want := map[int64]string{1: "Ape"}
		if diff := cmp.Diff(want, z.contents()); diff != "" || !errors.Is(err, errFull) {
			t.Error(err, diff)
		}
		disk.full = false
		if next != "" {
			want[z.add(t, pet{Name: next})] = next
		}
		z.close(t)
		z = mustZoo(t, StoreOptions{Dir: z.dir})
		if diff := cmp.Diff(want, z.contents()); diff != "" {
			t.Errorf("next %q: %s", next, diff)
		}
		z.close(t)
	}
}

// TestKilledAsItCompacts leaves a log half written anew beside the old one.
func TestKilledAsItCompacts(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "data-123.tmp")
	if err := os.WriteFile(left, []byte(`{"sandbox":1,"sto`), 0o600); err != nil {
		t.Fatal(err)
	}
	z := mustZoo(t, StoreOptions{Dir: dir})
	defer z.close(t)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the killed process left is still there: %v", err)
	}
}

// victim is the variable that makes TestKilledProcess the process to be killed;
// its value is the folder.
const victim = "SANDBOX_STORE_VICTIM"

// TestKilledProcess kills another process as it writes. What it said it had
// written is there, and of what came after that, nothing is there by half.
func TestKilledProcess(t *testing.T) {
	if dir := os.Getenv(victim); dir != "" {
		z := mustZoo(t, StoreOptions{Dir: dir})
		for { // until it is killed
			fmt.Println(z.add(t, pet{Name: "one of a pair"}))
		}
	}
	dir := t.TempDir()
	for round := range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$")
		child.Env = append(os.Environ(), victim+"="+dir)
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		said, lines := 0, bufio.NewScanner(out)
		for range 200 {
			if !lines.Scan() {
				t.Fatal("the process ended early")
			}
			if _, err := fmt.Sscan(lines.Text(), &said); err != nil {
				t.Fatal(err)
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had said before it died
			if _, err := fmt.Sscan(lines.Text(), &said); err != nil {
				t.Fatal(err)
			}
		}
		_ = child.Wait() // says that it was killed
		z := mustZoo(t, StoreOptions{Dir: dir})
		if n := len(z.contents()); n < said || n > said+1 {
			t.Errorf("round %d: %d are there, want %d or one more", round, n, said)
		}
		z.close(t)
	}
}
