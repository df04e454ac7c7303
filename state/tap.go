package state

import "strings"

// Tap is called right before and right after each change on the disk, by the
// goroutine that makes it; there may be several at once. Before it, an error stops the change: it fails with
// that error, and of a write only the first n bytes reach the file. After it, an
// error makes what was done fail all the same.
type Tap func(c Change) (n int, err error)

// Change is one thing that is done to a file.
type Change struct {
	// Op names the file and what is done to it: "journal-open", "journal-write",
	// "journal-sync", "journal-remove"; for each of "state", "backup", "errored"
	// and "lock" (the note of who holds it) "-write" for its new content under
	// another name, then "-replace" for the renaming; "lock-remove";
	// "folder-make", "folder-sync"; and "leftover-remove" for what an earlier run
	// was writing when it was killed. The kernel's lock is not among them: it
	// stands from before the first change to after the last.
	Op string
	// Path is the file, under the name it has in the end.
	Path string
	// Data is what is written.
	Data []byte
	// Done says that it has been done, or stopped; else it is about to be.
	Done bool
}

// do does a change, and tells the tap, if there is one.
func (t Tap) do(op, path string, data []byte, change func(data []byte) error) error {
	if t == nil {
		return change(data)
	}
	n, err := t(Change{Op: op, Path: path, Data: data})
	switch {
	case err == nil:
		err = change(data)
	case n > 0 && len(data) > 0:
		_ = change(data[:min(n, len(data))]) // the tap's error is the one to give
	}
	if _, after := t(Change{Op: op, Path: path, Data: data, Done: true}); err == nil {
		err = after
	}
	return err
}

// role names a file of a state by the end of its path.
func role(path string) string {
	for _, r := range []string{"backup", "errored", "journal"} {
		if strings.HasSuffix(path, "."+r) {
			return r
		}
	}
	if strings.HasSuffix(path, ".lock.info") {
		return "lock"
	}
	return "state"
}
