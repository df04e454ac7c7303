package faces

import (
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// numbers are what a face counts, by name; what is not counted is 0.
type numbers map[string]int

// TestNumbers reads the numbers out of each face, as a person or a program would, and
// compares them.
func TestNumbers(t *testing.T) {
	for name, x := range organisations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := settle(t, name)
			for _, people := range []string{"names", "addresses", "counts"} {
				all := o.faces(x.code, "-people="+people)
				want := ofDocument(t, all["plan.json"])
				compare(t, people+": events", want, ofEvents(t, all["events.ndjson"]))
				compare(t, people+": text", want, ofText(t, all["plan.txt"]))
				compare(t, people+": comment", want, ofText(t, all["comment.md"]))
				compare(t, people+": page", want, ofText(t, visible(all["report.html"])))
				picture := ofText(t, visible(all["tree.svg"]))
				drawn := maps.Clone(want)
				for _, not := range []string{"calls", "losing"} { // a picture of the tree does not say these
					delete(drawn, not)
					delete(picture, not)
				}
				compare(t, people+": picture", drawn, picture)
				if people == "names" {
					compareLists(t, want, all)
				}
			}
		})
	}
}

func compare(t *testing.T, face string, want, got numbers) {
	t.Helper()
	for _, n := range []numbers{want, got} {
		maps.DeleteFunc(n, func(_ string, count int) bool { return count == 0 })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s counts otherwise than the document (-document +face):\n%s", face, diff)
	}
}

// actions are the words of the actions in the closing line and in the document.
var actions = []string{"create", "adopt", "readdress", "update", "move", "replace", "delete", "forget"}

// closing finds the numbers in the words of the text, the comment, the page and the
// title of the picture.
var closing = map[string]*regexp.Regexp{
	"people": regexp.MustCompile(`([\d,]+) (?:person|people) affected`),
	"calls":  regexp.MustCompile(`; ([\d,]+) calls?, `),
	"losing": regexp.MustCompile(`([\d,]+) (?:person loses|people lose) a membership or a position`),
}

// ofText are the numbers in a text for people. Each sentence may stand there more
// than once, always with the same numbers.
func ofText(t *testing.T, text string) numbers {
	t.Helper()
	n := numbers{}
	find := func(name string, in *regexp.Regexp) {
		for _, match := range in.FindAllStringSubmatch(text, -1) {
			count, err := strconv.Atoi(strings.ReplaceAll(match[1], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			if before, there := n[name]; there && before != count {
				t.Errorf("it says %d and %d of %s", before, count, name)
			}
			n[name] = count
		}
	}
	for _, action := range actions {
		find(action, regexp.MustCompile(`([\d,]+) to `+action+`\b`))
	}
	for name, in := range closing {
		find(name, in)
	}
	return n
}

// visible is a page or picture as it is read: without its marks and its data.
func visible(text string) string {
	for _, part := range []string{`(?s)<(style|script)[^>]*>.*?</(style|script)>`, `<[^>]*>`} {
		text = regexp.MustCompile(part).ReplaceAllString(text, " ")
	}
	return html.UnescapeString(text)
}

func ofDocument(t *testing.T, text string) numbers {
	t.Helper()
	var d struct {
		Espalier struct {
			Summary map[string]json.RawMessage
			Cost    struct{ Calls int }
		}
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	read := func(name string) int {
		var count int
		if err := json.Unmarshal(d.Espalier.Summary[name], &count); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return count
	}
	n := numbers{"people": read("people_affected"), "losing": read("people_losing"), "calls": read("calls")}
	if d.Espalier.Cost.Calls != n["calls"] {
		t.Errorf("the cost is %d calls, the summary says %d", d.Espalier.Cost.Calls, n["calls"])
	}
	for _, action := range actions {
		n[action] = read(action)
	}
	return n
}

func ofEvents(t *testing.T, text string) numbers {
	t.Helper()
	n := numbers{}
	for line := range strings.Lines(text) {
		var event struct {
			Type    string
			Changes struct {
				Add, Change, Remove, Import, Move, Readdress, Replace, Forget, Calls int
				People                                                               int `json:"people_affected"`
				Losing                                                               int `json:"people_losing"`
			}
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if c := event.Changes; event.Type == "change_summary" {
			n = numbers{"create": c.Add, "update": c.Change - c.Move, "delete": c.Remove, "adopt": c.Import, "move": c.Move, "readdress": c.Readdress,
				"replace": c.Replace, "forget": c.Forget, "calls": c.Calls, "people": c.People, "losing": c.Losing}
		}
	}
	return n
}

// compareLists counts what the lists of the document and of the events hold.
func compareLists(t *testing.T, want numbers, all map[string]string) {
	t.Helper()
	bare := numbers{}
	for _, action := range actions {
		bare[action] = want[action]
	}
	listed := numbers{}
	for _, c := range parse(t, all["plan.json"]).Changes {
		listed[c.Espalier.Action]++
	}
	compare(t, "the list of changes", maps.Clone(bare), listed)
	told := numbers{}
	for line := range strings.Lines(all["events.ndjson"]) {
		var event struct {
			Type   string
			Change struct{ Action string }
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if event.Type == "planned_change" {
			told[event.Change.Action]++
		}
	}
	compare(t, "the events", bare, told)
}
