package render

import (
	"fmt"
	"io"
	"testing"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// crowd is a plan that changes n people: half of them alike, a quarter each by
// different values and new.
func crowd(n int) *planner.Plan {
	p := &planner.Plan{}
	for i := range n {
		step := planner.Step{Address: person(i), Class: schema.ClassPerson, Action: planner.Update, Label: mail(i), Changes: []planner.Change{text("email", "x@example.com", mail(i))}}
		switch i % 4 {
		case 0, 1:
			step.Changes = []planner.Change{member("positions", "position", []string{"Barista"}, nil)}
		case 2:
			step.Action = planner.Create
		}
		p.Steps = append(p.Steps, step)
	}
	summarise(p)
	return p
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		plan := crowd(n)
		for name, face := range map[string]func() error{
			"text": func() error { return Plan(io.Discard, plan, Options{}, Cost{}) },
			"full": func() error { return Plan(io.Discard, plan, Options{Full: true}, Cost{}) },
			"json": func() error { return PlanJSON(io.Discard, plan, Options{}, Cost{}) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := face(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
