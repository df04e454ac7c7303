package faces

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/internal/cli"
	"github.com/espalier-dev/espalier/state"
)

// organisation is a folder of testdata, lived through up to the plan that is shown.
type organisation struct {
	t        *testing.T
	dir      string
	environ  []string
	out, err string
}

// organisations are the folders of testdata, with how each gets to its plan and the
// exit code of that.
func organisations() map[string]struct {
	code  int
	until func(*organisation)
} {
	return map[string]struct {
		code  int
		until func(*organisation)
	}{
		"cafes":    {cli.ExitDone, nil},
		"choir":    {cli.ExitDone, nil},
		"club":     {cli.ExitDone, nil},
		"hospital": {cli.ExitDone, (*organisation).loseState},
		"school":   {cli.ExitRefused, nil},
		"townhall": {cli.ExitDone, (*organisation).meddle},
	}
}

// settle copies an organisation, applies what it was, and puts what it is to be in
// its place.
func settle(t *testing.T, name string) *organisation {
	t.Helper()
	o := &organisation{t: t, dir: filepath.Join(t.TempDir(), name)}
	o.check(os.CopyFS(o.dir, os.DirFS(filepath.Join("testdata", name))))
	o.become("before")
	o.run(cli.ExitDone, "apply", "-auto-approve", "-parallelism=1")
	if until := organisations()[name].until; until != nil {
		until(o)
	}
	o.become("after")
	return o
}

func (o *organisation) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// become makes one of the files beside it the configuration of the folder.
func (o *organisation) become(stage string) {
	o.t.Helper()
	text, err := os.ReadFile(filepath.Join(o.dir, stage+".hcl"))
	o.check(err)
	o.check(os.WriteFile(filepath.Join(o.dir, "main.org.hcl"), text, 0o600))
}

// run types a command in the folder, which must end with that exit code.
func (o *organisation) run(code int, args ...string) {
	o.t.Helper()
	if got := o.try(args...); got != code {
		o.t.Fatalf("espalier %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, o.out, o.err)
	}
}

// try types a command in the folder and returns its exit code. The clock stands still.
func (o *organisation) try(args ...string) int {
	var out, err bytes.Buffer
	code := cli.Main(append([]string{"-chdir=" + o.dir}, args...), cli.Streams{
		In: strings.NewReader(""), Out: &out, Err: &err, Width: 100, Environ: o.environ,
		Now: func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) },
	})
	o.out, o.err = out.String(), err.String()
	return code
}

// loseState has the folder know nothing of what it owns.
func (o *organisation) loseState() {
	o.t.Helper()
	o.check(os.Remove(filepath.Join(o.dir, state.DefaultPath)))
}

// meddle has somebody change the live organisation by other means.
func (o *organisation) meddle() {
	o.t.Helper()
	kept, err := os.ReadFile(filepath.Join(o.dir, state.DefaultPath))
	o.check(err)
	o.loseState()
	o.become("outside")
	o.run(cli.ExitDone, "apply", "-auto-approve", "-parallelism=1")
	o.check(os.WriteFile(filepath.Join(o.dir, state.DefaultPath), kept, 0o600))
}

// faces are all that one plan is shown as, by file name.
func (o *organisation) faces(code int, flags ...string) map[string]string {
	o.t.Helper()
	o.run(code, append([]string{"plan", "-out=saved.plan", "-json-into=events.ndjson", "-markdown=comment.md", "-html=report.html", "-svg=tree.svg"}, flags...)...)
	all := map[string]string{"plan.txt": o.out}
	if strings.Contains(o.err, "was not saved") {
		o.t.Fatal(o.err)
	}
	for _, name := range []string{"events.ndjson", "comment.md", "report.html", "tree.svg"} {
		text, err := os.ReadFile(filepath.Join(o.dir, name))
		o.check(err)
		all[name] = string(text)
	}
	o.run(cli.ExitDone, append([]string{"show", "-json", "saved.plan"}, ofShow(flags)...)...)
	all["plan.json"] = o.out
	return all
}

// ofShow are the flags of a plan that are about showing it.
func ofShow(flags []string) []string {
	var list []string
	for _, f := range flags {
		if strings.HasPrefix(f, "-people") {
			list = append(list, f)
		}
	}
	return list
}

// document is what tests look at in the JSON of a plan.
type document struct {
	Changes []struct {
		Address  string
		Change   struct{ Actions []string }
		Espalier struct{ Action string }
	} `json:"resource_changes"`
	Espalier struct {
		PlanID   string `json:"plan_id"`
		Lineage  string
		Summary  map[string]any
		Refusals []any
	}
}

func parse(t *testing.T, text string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// settled is a face without what is another at each run: the id of the plan, the
// lineage of the state, and the folder; and of a page without the parts that are the
// same in each.
func (o *organisation) settled(text string, d document) string {
	text = strings.ReplaceAll(text, o.dir, "FOLDER")
	text = strings.ReplaceAll(text, d.Espalier.PlanID, "PLAN-ID")
	if d.Espalier.Lineage != "" {
		text = strings.ReplaceAll(text, d.Espalier.Lineage, "LINEAGE")
	}
	for _, part := range []string{`(?s)<style>.*?</style>`, `(?s)<script>.*?</script>`, `<meta http-equiv="Content-Security-Policy"[^>]*>`} {
		text = regexp.MustCompile(part).ReplaceAllString(text, "")
	}
	return inOrder(text)
}

// inOrder sorts the events of what was read, which come as the answers do.
func inOrder(text string) string {
	lines := strings.SplitAfter(text, "\n")
	var reads []int
	var sorted []string
	for i, l := range lines {
		if strings.HasSuffix(l, `"type":"refreshed"}`+"\n") {
			reads, sorted = append(reads, i), append(sorted, l)
		}
	}
	slices.Sort(sorted)
	for i, at := range reads {
		lines[at] = sorted[i]
	}
	return strings.Join(lines, "")
}
