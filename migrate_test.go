package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestMigratesAround takes the state of an organisation from a file to each kind of
// place and back. It is the same everywhere, and nothing is left to do.
func TestMigratesAround(t *testing.T) {
	t.Parallel()
	for _, kind := range elsewhere() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			there := kept(t, kind)
			s := newEmptySite(t)
			s.env = append(s.env, there.env...)
			s.run(0, "apply", "-auto-approve")
			s.run(0, "state", "pull")
			before := s.out

			s.run(0, "state", "migrate", "-to="+there.flag())
			if want := fmt.Sprintf("state %q {", kind); !strings.Contains(s.out, want) {
				t.Errorf("it does not say what to write into the configuration: no %s in:\n%s", want, s.out)
			}
			s.place = there
			s.want("before")
			s.run(0, "plan", "-detailed-exitcode")
			s.run(0, "state", "pull")
			if s.out != before {
				t.Errorf("it was\n%s\nand is\n%s", before, s.out)
			}
			s.run(1, "state", "migrate", "-to=file,path=espalier.state.json", "-from=file,path=none.json")

			// What happens there is brought back to another file.
			s.want("after")
			s.run(0, "apply", "-auto-approve")
			s.run(0, "state", "pull")
			after := s.out
			s.run(1, "state", "migrate", "-to=file") // which still has the old one
			s.run(0, "state", "migrate", "-to=file,path=back.json")
			s.place = place{kind: "file", values: map[string]string{"path": "back.json"}}
			s.want("after")
			s.run(0, "state", "pull")
			if s.out != after || after == before {
				t.Errorf("it was\n%s\nand is\n%s", after, s.out)
			}
			s.run(0, "plan", "-detailed-exitcode")
		})
	}
}

// flag is the place as the flags of migrate take it.
func (p place) flag() string {
	words := []string{p.kind}
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		words = append(words, name+"="+p.values[name])
	}
	return strings.Join(words, ",")
}
