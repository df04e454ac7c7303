package render

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// run feeds an apply of n people to a progress, one step a second; the third
// fails.
func run(t *testing.T, n int, o ProgressOptions) string {
	t.Helper()
	plan := &planner.Plan{}
	for i := range n {
		plan.Steps = append(plan.Steps, planner.Step{Address: person(i), Action: planner.Create, Label: mail(i)})
	}
	var b bytes.Buffer
	began := time.Unix(1_000_000, 0)
	g := NewProgress(&b, plan, began, o)
	for i := range n {
		at := began.Add(time.Duration(i+1) * time.Second)
		g.Step(planner.Event{At: at.Add(-time.Second), Index: i, Step: &plan.Steps[i], Status: planner.Running, Settled: i, Total: n})
		ev := planner.Event{At: at, Index: i, Step: &plan.Steps[i], Status: planner.Done, Took: time.Second, Settled: i + 1, Total: n}
		if i == 2 {
			ev.Status, ev.Err = planner.Failed, errors.New("create user: HTTP 422: the address is taken\x1b[2J")
		}
		g.Step(ev)
	}
	if err := g.End(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestProgressFewSteps(t *testing.T) {
	got := run(t, 4, ProgressOptions{Verb: "apply"})
	want := `+ acme_user.staff["0"]  "person.0@example.org"  created  1.0 s
+ acme_user.staff["1"]  "person.1@example.org"  created  1.0 s
+ acme_user.staff["2"]  "person.2@example.org"  failed
    create user: HTTP 422: the address is taken\u001b[2J
+ acme_user.staff["3"]  "person.3@example.org"  created  1.0 s
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestProgressHeartbeat(t *testing.T) {
	got := run(t, 45, ProgressOptions{Verb: "apply"})
	want := `+ acme_user.staff["2"]  "person.2@example.org"  failed
    create user: HTTP 422: the address is taken\u001b[2J
apply: 10 of 45 done, 1 failed, about 35 s left
apply: 20 of 45 done, 1 failed, about 25 s left
apply: 30 of 45 done, 1 failed, about 15 s left
apply: 40 of 45 done, 1 failed, about 5 s left
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestProgressTerminal(t *testing.T) {
	got := run(t, 45, ProgressOptions{Verb: "apply", Terminal: true, Options: Options{Width: 80}})
	if !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("the bar is left behind: %q", got[len(got)-40:])
	}
	bars := strings.Split(got, "\r\x1b[K")
	if want := "apply  ████████████████████████  45/45  1 failed  1.0/s"; bars[len(bars)-2] != want {
		t.Errorf("got %q, want %q", bars[len(bars)-2], want)
	}
	if want := "apply  ██████████░░░░░░░░░░░░░░  20/45  1 failed  1.0/s  about 25 s left"; !strings.Contains(got, want) {
		t.Errorf("%q is not in %q", want, got)
	}
	for _, bar := range bars {
		if last := bar[strings.LastIndex(bar, "\n")+1:]; width(last) >= 80 {
			t.Errorf("the bar fills the line: %q", last)
		}
	}
	for _, bar := range strings.Split(run(t, 45, ProgressOptions{Verb: "apply", Terminal: true, Options: Options{Width: 30}}), "\r\x1b[K") {
		if last := bar[strings.LastIndex(bar, "\n")+1:]; width(last) >= 30 {
			t.Errorf("the bar fills a narrow line: %q", last)
		}
	}
}

func TestProgressWaiting(t *testing.T) {
	var b bytes.Buffer
	plan := &planner.Plan{Steps: make([]planner.Step, 100)}
	began := time.Unix(1_000_000, 0)
	g := NewProgress(&b, plan, began, ProgressOptions{Verb: "apply"})
	g.Step(planner.Event{At: began.Add(time.Second), Step: &plan.Steps[0], Status: planner.Done, Settled: 50, Total: 100})
	g.Waiting(began.Add(11*time.Second), "the budget of calls is spent", began.Add(70*time.Second))
	g.Tick(began.Add(15 * time.Second))
	g.Tick(began.Add(22 * time.Second))
	until := began.Add(70 * time.Second).Format(time.TimeOnly)
	want := fmt.Sprintf("apply: 50 of 100 done, about 59 s left, waiting 59 s, until %s: the budget of calls is spent\n", until) +
		fmt.Sprintf("apply: 50 of 100 done, about 48 s left, waiting 48 s, until %s: the budget of calls is spent\n", until)
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}
