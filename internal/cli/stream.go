package cli

import (
	"fmt"
	"os"

	"github.com/espalier-dev/espalier/internal/render"
)

// begin checks the flags of the faces and opens the streams of events: with -json
// everything that is said becomes an event on standard output; with -json-into it
// becomes one in a file as well. out is the file that the plan is saved to and given the
// one that it is read from, if there are such.
func (a *app) begin(f *planFaces, vars variables, out, given string) error {
	o, err := a.faceOptions(&f.faces)
	saved := faceFile{"out", out}
	if err == nil {
		err = f.check(saved)
	}
	if err == nil {
		err = a.apart(vars, append(f.files(), saved), ownFile{given, "the plan that is given"})
	}
	if err != nil {
		return err
	}
	if f.json && !f.document {
		a.events = render.NewEvents(a.Out, a.Now, o)
		a.streams = append(a.streams, a.events)
	}
	if f.into != "" {
		if err := a.streamInto(f.into, o); err != nil {
			return err
		}
	}
	a.announce(func(e *render.Events) { e.Version(Version) })
	return nil
}

// streamInto begins a stream of events in a file. It is written as the run goes on,
// each event a whole line, so that a run can be followed, and one that is killed
// leaves what it has said.
func (a *app) streamInto(name string, o render.Options) error {
	file, err := openAnew(a.file(name))
	if err != nil {
		return unwritten("json-into", name, err)
	}
	stream := render.NewEvents(file, a.Now, o)
	a.streams = append(a.streams, stream)
	a.atEnd(func() {
		err := stream.Err()
		if closing := file.Close(); err == nil {
			err = closing
		}
		if err != nil {
			a.fail(fmt.Sprintf("Not all events are in %q: %s", name, cause(err)), "This changes nothing of what the run did.")
		}
	})
	return nil
}

// announce tells every stream of events.
func (a *app) announce(tell func(*render.Events)) {
	for _, e := range a.streams {
		tell(e)
	}
}

// openAnew opens a file for writing that only its owner can read. What was there is
// gone; a pipe, a device or a link is written to as it is.
func openAnew(name string) (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if plainFile(name) {
		if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		flags |= os.O_EXCL
	}
	return os.OpenFile(name, flags, 0o600)
}

// plainFile reports whether a file of that name can be put in place of what is
// there: nothing, or a file of its own.
func plainFile(name string) bool {
	info, err := os.Lstat(name)
	return err != nil || info.Mode().IsRegular()
}

// unwritten says that a face could not be written.
func unwritten(flag, name string, err error) error {
	return fmt.Errorf("-%s cannot be written to %q: %w. Give a file in a folder that is there and that you may write to, with room on its disk", flag, name, cause(err))
}
