package schema

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest returns the candidate that the given name was probably meant to be,
// or "" if none is close. Among equally close ones the first by name wins, so
// that a message does not change from run to run.
func nearest(given string, candidates iter.Seq[string]) string {
	limit := 2
	switch {
	case len(given) < 4:
		limit = 1
	case len(given) > 8:
		limit = 3
	}
	best, bestDistance := "", limit+1
	folded := strings.ToLower(given)
	for name := range candidates {
		d := levenshtein.Distance(folded, strings.ToLower(name), nil)
		if d < bestDistance || d == bestDistance && best != "" && name < best {
			best, bestDistance = name, d
		}
	}
	return best
}

// around returns the first values that hold the given text, or that are the first part
// of it, such as nb of nb-NO, whatever the case. Blanks count as the underscores that
// stand for them in names.
func around(given string, all []string, most int) []string {
	part := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(given)), " ", "_")
	if part == "" {
		return nil
	}
	var found []string
	for _, name := range all {
		folded := strings.ToLower(name)
		rest, begins := strings.CutPrefix(part, folded)
		if len(found) < most && (strings.Contains(folded, part) || begins && strings.ContainsAny(rest[:1], "-_.:/")) {
			found = append(found, name)
		}
	}
	return found
}

// didYouMean returns " Did you mean ...?" with a space before it, or "".
func didYouMean(given string, candidates iter.Seq[string]) string {
	if name := nearest(given, candidates); name != "" {
		return " Did you mean " + quoted(name) + "?"
	}
	return ""
}

// hintedMisses is how often one and the same place may fail with a search for
// what was meant. Where a hundred thousand instances share a mistake, a search
// through as many keys for each would never end.
const hintedMisses = 20

// quoted puts a name in quotes for a message.
func quoted(s string) string { return `"` + s + `"` }

// nearKeys lists the instance keys closest to the given one, closest first.
func nearKeys(given string, keys iter.Seq[string], most int) []string {
	type ranked struct {
		key      string
		distance int
	}
	var all []ranked
	for key := range keys {
		all = append(all, ranked{key, levenshtein.Distance(given, key, nil)})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(a.key, b.key)
	})
	var near []string
	for _, r := range all[:min(most, len(all))] {
		near = append(near, r.key)
	}
	return near
}

// sentence joins words as in "a, b and c".
func sentence(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// values iterates over a list.
func values(list []string) iter.Seq[string] { return slices.Values(list) }

// named lists the keys of a map, sorted.
func named[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Suggest returns the candidate that the given name was probably meant to be, or
// "" if none is close.
func Suggest(given string, candidates []string) string { return nearest(given, values(candidates)) }
