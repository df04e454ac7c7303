package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// findBranch finds the group that a person means by an address, a name, or the
// end of a path such as Norway/Oslo. What fits several groups is an error that
// tells them apart, what fits none one that names the nearest.
func findBranch(f planner.Forest, asked string) (int, error) {
	var found []int
	for i := range f.Branches {
		a := f.Branches[i].Address
		if !a.IsZero() && a.String() == asked {
			return i, nil
		}
		if !a.IsZero() && a.Resource().String() == asked || standsAt(f, i, asked) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return 0, noBranch(f, asked)
	}
	var places []string
	for _, i := range found[:min(len(found), 5)] {
		places = append(places, placeOf(f, i))
	}
	if more := len(found) - len(places); more > 0 {
		places = append(places, fmt.Sprintf("%d more", more))
	}
	return 0, fmt.Errorf("-branch %q fits %d groups: %s. Give the address or the path of one", asked, len(found), strings.Join(places, ", "))
}

// names are what a unit is called, now and after a plan.
func names(b *planner.Branch) []string {
	list := []string{b.Unit().Name}
	if b.Before != nil && b.Before.Name != list[0] {
		list = append(list, b.Before.Name)
	}
	return list
}

// standsAt reports whether a unit and those above it end a path. Names may hold
// a slash themselves.
func standsAt(f planner.Forest, i int, path string) bool {
	path = strings.TrimSpace(path)
	for i >= 0 {
		b := &f.Branches[i]
		if slices.Contains(names(b), path) {
			return true
		}
		rest, cut := path, false
		for _, name := range names(b) {
			if rest, cut = strings.CutSuffix(path, name); cut {
				rest = strings.TrimRight(rest, " ")
				if rest, cut = strings.CutSuffix(rest, "/"); cut {
					break
				}
			}
		}
		if !cut {
			return false
		}
		path, i = strings.TrimRight(rest, " "), b.Parent
	}
	return false
}

// placeOf tells a unit from others of its name.
func placeOf(f planner.Forest, i int) string {
	var path []string
	for at := i; at >= 0 && len(path) < 12; at = f.Branches[at].Parent {
		path = append(path, f.Branches[at].Unit().Name)
	}
	slices.Reverse(path)
	place := strings.Join(path, "/")
	if b := &f.Branches[i]; !b.Address.IsZero() {
		return fmt.Sprintf("%s (%s)", place, b.Address)
	}
	return place
}

func noBranch(f planner.Forest, asked string) error {
	var known []string
	for i := range f.Branches {
		if a := f.Branches[i].Address; !a.IsZero() {
			known = append(known, a.String())
		}
		known = append(known, names(&f.Branches[i])...)
	}
	// Of a path the last name is what was most likely meant.
	last := strings.TrimSpace(asked[strings.LastIndex(asked, "/")+1:])
	for _, word := range []string{asked, last} {
		if near := schema.Suggest(word, known); near != "" {
			return fmt.Errorf("-branch %q: no group of this tree has that address, name or path. Did you mean %q?", asked, near)
		}
	}
	return fmt.Errorf("-branch %q: no group of this tree has that address, name or path. \"espalier tree -full\" shows all of them", asked)
}
