package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
)

// faces are the flags that say how something is shown.
type faces struct {
	json   bool
	full   bool
	people string
}

func (f *faces) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVar(&f.json, "json", false, "write a stream of events, one JSON object a line")
	fs.BoolVar(&f.full, "full", false, "show every object, also where many change alike")
	fs.StringVar(&f.people, "people", "names", "show people by `names`, addresses, or counts alone")
}

// faceOptions are the render options the flags ask for. From then on people are shown
// like that in all that is said.
func (a *app) faceOptions(f *faces) (o render.Options, err error) {
	a.people, err = render.ParsePeopleMode(f.people)
	o = a.outOptions()
	o.Full = f.full
	return o, err
}

// planFaces are the flags that say how a plan is shown, and in which files as well.
type planFaces struct {
	faces
	into, markdown, html, svg string
	// instead says that a face may take the place of the text on standard output;
	// document, that -json is one document, not the stream; report, that a pipeline is
	// told of the plan in its own ways as well.
	instead, document, report bool
	// saved is the file of the plan, if it is in one; apply is the command that carries
	// it out.
	saved, apply string
}

// stdout is how a face is sent to standard output.
const stdout = "-"

func (f *planFaces) register(cmd *cobra.Command, instead bool) {
	f.faces.register(cmd)
	f.instead = instead
	or := ""
	if instead {
		or = "; - is standard output, instead\nof the text"
	}
	fs := cmd.Flags()
	fs.StringVar(&f.into, "json-into", "", "write the stream of events into this `file`, beside what is shown")
	fs.StringVar(&f.markdown, "markdown", "", "write the plan as a comment for a pull request into this `file`"+or)
	fs.StringVar(&f.html, "html", "", "write the plan as a page for a browser into this `file`"+or)
	fs.StringVar(&f.svg, "svg", "", "draw the branches of the tree that change into this `file`"+or)
}

// file is one face that goes into a file, by the flag that asks for it.
type faceFile struct{ flag, name string }

// files are the faces that are asked for beside the text, the stream first.
func (f *planFaces) files() []faceFile {
	var list []faceFile
	for _, x := range []faceFile{{"json-into", f.into}, {"markdown", f.markdown}, {"html", f.html}, {"svg", f.svg}} {
		if x.name != "" {
			list = append(list, x)
		}
	}
	return list
}

// check refuses faces for which there is no place, whatever is in the folder. others are
// files that the command writes as well, by flag.
func (f *planFaces) check(others ...faceFile) error {
	shown := ""
	for _, x := range append(f.files(), others...) {
		if x.name == "" {
			continue
		}
		if x.name == stdout {
			if err := f.checkStdout(x.flag); err != nil {
				return err
			}
			if shown != "" {
				return fmt.Errorf("-%s and -%s cannot both be written to standard output. Name a file for one of them", shown, x.flag)
			}
			shown = x.flag
		} else if suffix := keptSuffix(x.name); suffix != "" {
			return fmt.Errorf("-%s %s: a name that ends in %s is that of a file to be kept. Choose another", x.flag, x.name, suffix)
		}
	}
	return nil
}

func (f *planFaces) checkStdout(flag string) error {
	switch {
	case flag == "out":
		return errors.New("-out - is no file. A saved plan is a file of its own: give its name, such as tonight.plan")
	case flag == "json-into":
		return errors.New("-json-into - is what -json is for. Give -json to have the events on standard output instead of the text, or name a file")
	case f.json:
		return fmt.Errorf("-json writes to standard output, and so does -%s -. Name a file for one of them: -json-into FILE or -%s FILE", flag, flag)
	case !f.instead:
		return fmt.Errorf("-%s - would take the place of what is said of the run. Name a file", flag)
	}
	return nil
}

// keptSuffix is the end of a name that only files of the configuration, of its data
// and of the state have; empty for any other name.
func keptSuffix(name string) string {
	for _, suffix := range []string{".org.hcl", ".org.json", ".orgvars", ".csv", "state.json"} {
		if strings.HasSuffix(name, suffix) {
			return suffix
		}
	}
	return ""
}

// takesStdout reports whether a face stands in for the text.
func (f *planFaces) takesStdout() bool {
	return f.markdown == stdout || f.html == stdout || f.svg == stdout
}
