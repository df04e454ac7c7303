package cli

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
)

// show shows the plan of a run in every form asked for: as text, or as the events
// that stand for it, in files, and to the pipeline the run is part of. Nothing has been
// sent by then, so that a face that cannot be written ends the run.
func (p *project) show(made *planned, flags *planFlags, f *planFaces, operation string) error {
	f.report = true
	if f.apply = p.app.again(flags, made.plan); f.saved != "" {
		f.apply = p.app.ofFile(f.saved, "apply")
	}
	return p.app.showPlanIn(made.plan, f, operation, p.cost(made))
}

// showPlanIn shows a plan in every form asked for.
func (a *app) showPlanIn(plan *planner.Plan, f *planFaces, operation string, cost render.Cost) error {
	o, err := a.faceOptions(&f.faces)
	if err != nil {
		return err
	}
	if f.report {
		a.annotate(plan, o)
	}
	a.announce(func(e *render.Events) { e.Plan(plan, operation, cost) })
	switch {
	case a.events != nil:
		err = a.events.Err()
	case !f.takesStdout():
		err = render.Plan(a.Out, plan, o, cost)
	}
	return errors.Join(err, a.writeFaces(plan, f, o, cost))
}

// writeFaces writes the faces that go into files.
func (a *app) writeFaces(plan *planner.Plan, f *planFaces, o render.Options, cost render.Cost) error {
	for _, e := range a.streams {
		if err := e.Err(); err != nil && e != a.events {
			return unwritten("json-into", f.into, err)
		}
	}
	o.Color, o.Width = false, 0
	for _, face := range f.files() {
		draw := a.face(face.flag, plan, o, cost, f)
		switch {
		case draw == nil: // the stream
		case face.name == stdout:
			if err := draw(a.Out); err != nil {
				return err
			}
		default:
			if err := placeWhole(a.file(face.name), draw); err != nil {
				return unwritten(face.flag, face.name, err)
			}
		}
	}
	if f.report {
		a.summarize(plan, a.markdownOptions(o, cost, f))
	}
	return nil
}

// face is what draws the face that a flag asks for; nil for one that is drawn
// as the run goes on.
func (a *app) face(flag string, plan *planner.Plan, o render.Options, cost render.Cost, f *planFaces) func(io.Writer) error {
	switch flag {
	case "markdown":
		return func(w io.Writer) error { return render.Markdown(w, plan, a.markdownOptions(o, cost, f)) }
	case "html":
		return func(w io.Writer) error {
			return render.HTML(w, plan, render.HTMLOptions{Options: o, Cost: cost, Version: Version, Commit: Commit, Revision: a.revision(), Apply: f.apply})
		}
	case "svg":
		return func(w io.Writer) error { return render.PlanSVG(w, plan, o) }
	}
	return nil
}

// placeWhole puts a file in place that only its owner can read, when all of it is
// written: what is there before stays until then. A pipe, a device or a link is
// written to as it is.
func placeWhole(name string, write func(io.Writer) error) error {
	if !plainFile(name) {
		f, err := openAnew(name)
		if err != nil {
			return err
		}
		return errors.Join(buffered(f, write), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".espalier-*") // mode 0600
	if err != nil {
		return err
	}
	if err = errors.Join(buffered(f, write), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 1<<16)
	return errors.Join(write(b), b.Flush())
}
