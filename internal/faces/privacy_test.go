package faces

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/internal/cli"
)

// theatre is the folder of an organisation whose people stand in a table.
const theatre = "theatre"

// The tables of these people, one after the other: each names people in every way, as do
// the keys they stand under.
const (
	header = "key,email,phone,number,first,last,leads\n"
	cast   = "zora.quill@example.org,zora.quill@example.org,+47 988 00 001,,Zora Maria,Quillfeather,yes\n" +
		"EN770003,ygor.prow@example.org,,EN770003,Ygor,Prowinkel,\n" +
		"+47 988 00 003,,+47 988 00 003,,Xaver,Ostermond,\n" +
		"Wanda Vexford,wanda.v@example.org,,,Wanda,Vexford,\n" +
		"Ulfric,ulfric.t@example.org,+47 988 00 005,EN770005,Ulfric,Thornbeam,\n" +
		"b7,bodil.ekk@example.org,,EN770008,Bodil,Ekkersund,\n"
	recast = "zora.quill@example.org,zora.quill@example.org,+47 988 00 091,,Zora Maria,Quillfeather-Smyth,\n" +
		"EN7700033,ygor.prow@example.org,,EN7700033,Ygor,Prowinkel,\n" +
		"+47 988 00 003,,+47 988 00 003,,Xaver,Ostermond,yes\n" +
		"Wanda Vexford-Ruhm,wanda.v@example.org,,,Wanda,Vexford-Ruhm,\n" +
		"b7,bodil.ekk@example.org,,EN7700088,Bodil,Ekkersund,\n" +
		"sigrun.alm,sigrun.alm@example.org,+47 988 00 006,EN770006,Sigrun,Almqvist,\n"
	// rumour is what somebody else makes of it in the live system: other names, and a
	// person that the configuration does not know.
	rumour = "zora.quill@example.org,zora.quill@example.org,+47 988 00 001,,Zorina,Meddlesome,yes\n" +
		"EN770003,ygor.prow@example.org,,EN770003,Ygor,Prowinkel,\n" +
		"+47 988 00 003,,+47 988 00 003,,Xaverius,Ostermond,\n" +
		"Wanda Vexford,wanda.v@example.org,,,Wanda,Vexford,\n" +
		"Ulfric,ulfric.t@example.org,+47 988 00 005,EN770005,Ulfric,Thornbeam,\n" +
		"b7,bodil.ekk@example.org,,EN770008,Bodil,Ekkersund,\n" +
		"quentin,quentin.x@example.org,+47 988 00 077,EN770077,Quentin,Strangerson,\n"
)

// planted finds what names one of these people.
var planted = regexp.MustCompile(`(?i)@example|zora|quill|ygor|prowinkel|xaver|ostermond|wanda|vexford|ruhm|ulfric|thornbeam|sigrun|bodil|ekkersund|almqvist|zorina|meddlesome|quentin|strangerson|en7700|988[ ]?00|98800`)

// address finds the address of a person.
var address = regexp.MustCompile(`\b\w+_user\.p\b`)

// staff writes the table of people.
func (o *organisation) staff(rows string) {
	o.t.Helper()
	o.check(os.WriteFile(filepath.Join(o.dir, "staff.csv"), []byte(header+rows), 0o600))
}

// elsewhere has somebody make the live people as in some tables, one after the other, by
// other means.
func (o *organisation) elsewhere(tables ...string) {
	o.t.Helper()
	state := filepath.Join(o.dir, "espalier.state.json")
	table := filepath.Join(o.dir, "staff.csv")
	kept, err := os.ReadFile(state)
	o.check(err)
	was, err := os.ReadFile(table)
	o.check(err)
	o.loseState()
	for _, rows := range tables {
		o.staff(rows)
		o.run(cli.ExitDone, "apply", "-auto-approve", "-parallelism=1")
	}
	o.check(os.WriteFile(state, kept, 0o600))
	o.check(os.WriteFile(table, was, 0o600))
}

// first is the address of the first person of the tables.
func (o *organisation) first() string {
	o.t.Helper()
	o.run(cli.ExitDone, "state", "list")
	for address := range strings.Lines(o.out) {
		if strings.Contains(address, "zora.quill@") {
			return strings.TrimSpace(address)
		}
	}
	o.t.Fatalf("nobody is first:\n%s", o.out)
	return ""
}

// stage is an organisation that is live as in a table.
func stage(t *testing.T, rows string) *organisation {
	t.Helper()
	o := &organisation{t: t, dir: t.TempDir()}
	o.check(os.CopyFS(o.dir, os.DirFS(filepath.Join("testdata", theatre))))
	o.staff(rows)
	o.run(cli.ExitDone, "apply", "-auto-approve", "-parallelism=1")
	return o
}

// discreet runs a command that shows people in that way and must end with that exit code,
// in a step of a workflow, and looks for people in all that it has written.
func (o *organisation) discreet(people string, code int, args ...string) {
	o.t.Helper()
	o.environ = []string{"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + filepath.Join(o.dir, "summary.md")}
	o.run(code, append(args, "-people="+people)...)
	o.environ = nil
	written := map[string]string{"standard output": o.out, "standard error": o.err}
	for _, name := range []string{"events.ndjson", "comment.md", "report.html", "tree.svg", "summary.md"} {
		text, err := os.ReadFile(filepath.Join(o.dir, name))
		if err == nil {
			written[name] = string(text)
		}
		_ = os.Remove(filepath.Join(o.dir, name))
	}
	for name, text := range written {
		for _, line := range strings.Split(text, "\n") {
			if found := planted.FindString(line); found != "" {
				o.t.Errorf("espalier %s -people=%s names %q on %s:\n%s", strings.Join(args, " "), people, found, name, line)
			}
			if people == "counts" && address.MatchString(line) {
				o.t.Errorf("espalier %s -people=%s gives an address on %s:\n%s", strings.Join(args, " "), people, name, line)
			}
		}
	}
}

// files are flags for every face that goes into a file.
func files(args ...string) []string {
	return append(args, "-json-into=events.ndjson", "-markdown=comment.md", "-html=report.html", "-svg=tree.svg")
}

// TestNobodyIsNamed: where people are shown by address no command names one of them, be
// it in a face, an event, an annotation, a summary or an error; where they are counted,
// none gives an address of one either.
func TestNobodyIsNamed(t *testing.T) {
	for _, people := range []string{"addresses", "counts"} {
		t.Run(people, func(t *testing.T) {
			t.Parallel()
			t.Run("plan", func(t *testing.T) {
				o := stage(t, cast)
				o.elsewhere(rumour)
				o.staff(recast)
				o.discreet(people, cli.ExitDone, files("plan", "-full", "-out=saved.plan")...)
				if !strings.Contains(o.out, "employee_number cannot be changed here") || people == "addresses" && !strings.Contains(o.out, `_user.p["#`) {
					t.Errorf("the plan does not say what it could:\n%s", o.out)
				}
				o.discreet(people, cli.ExitDone, "plan", "-json")
				o.discreet(people, cli.ExitDone, files("show", "saved.plan", "-full")...)
				o.discreet(people, cli.ExitDone, "show", "-json", "saved.plan")
				o.discreet(people, cli.ExitDone, "tree", "-both")
				o.discreet(people, cli.ExitDone, "tree", "-both", "-json")
				o.discreet(people, cli.ExitDone, "plan", "-target="+o.first())
				o.discreet(people, cli.ExitDone, files("plan", "-refresh-only")...)
				o.discreet(people, cli.ExitDone, files("apply", "-auto-approve")...)
			})
			t.Run("conflict", func(t *testing.T) {
				o := stage(t, cast)
				o.staff(recast)
				o.run(cli.ExitDone, "plan", "-out=saved.plan")
				o.elsewhere(rumour)
				o.discreet(people, cli.ExitOutdated, "apply", "saved.plan", "-json-into=events.ndjson")
			})
			t.Run("apply", func(t *testing.T) {
				o := stage(t, cast)
				o.staff(recast)
				o.discreet(people, cli.ExitDone, "apply", "-auto-approve", "-json")
			})
			for name, x := range map[string]struct{ live, rows, wrong string }{
				"one phone twice":        {"", cast + "other,other@example.org,+47 988 00 001,,Zora,Other,\n", "Duplicate phone_number"},
				"one number twice":       {"", cast + "other,other@example.org,,EN770005,Zora,Other,\n", "Duplicate employee_number"},
				"a key of somebody else": {rumour, cast + "other,other@example.org,+47 988 00 077,,Zora,Other,\n", "This phone_number belongs to somebody else"},
				"two people":             {rumour, cast + "other,quentin.x@example.org,+47 988 00 001,,Zora,Other,\n", "Duplicate phone_number"},
				"one key twice":          {"", cast + "Ulfric,other@example.org,,,Zora,Other,\n", "Duplicate object key"},
				"no key":                 {"", cast + "Ulfric Thornbeam,,,,Zora,Other,\n", "Missing attribute"},
				"no table":               {"", cast + "Ulfric Thornbeam,Zora,Other\n", "line 8"},
			} {
				t.Run(name, func(t *testing.T) {
					o := stage(t, cast)
					if x.live != "" {
						o.elsewhere(x.live)
					}
					o.staff(x.rows)
					o.discreet(people, cli.ExitError, "plan", "-json-into=events.ndjson")
					if !strings.Contains(o.err, x.wrong) {
						t.Errorf("it does not say %q:\n%s", x.wrong, o.err)
					}
					o.discreet(people, cli.ExitError, "apply", "-auto-approve", "-json")
				})
			}
			t.Run("an id that is somebody else's", func(t *testing.T) {
				o := stage(t, cast)
				phone := strings.Replace(cast, "+47 988 00 001", "+47 988 00 099", 1)
				o.elsewhere(cast, phone, strings.Replace(phone, ",zora.quill@", ",zora.other@", 1))
				o.discreet(people, cli.ExitError, "plan", "-json-into=events.ndjson")
				if !strings.Contains(o.err, "Somebody else has this id") {
					t.Errorf("it does not say so:\n%s", o.err)
				}
			})
		})
	}
}
