package schema

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFoldingIsAnEquivalence: folding twice changes nothing, and texts that
// differ by case alone become one.
func TestFoldingIsAnEquivalence(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "text")
		for _, how := range []Compare{CompareExact, CompareFold, ComparePhone, CompareNone} {
			once := Fold(how, s)
			if twice := Fold(how, once); twice != once {
				rt.Errorf("%d: %q becomes %q and then %q", how, s, once, twice)
			}
		}
		other := rapid.String().Draw(rt, "other")
		if got, want := Fold(CompareFold, s) == Fold(CompareFold, other), strings.EqualFold(s, other); got != want {
			rt.Errorf("%q and %q: the same is %v, want %v", s, other, got, want)
		}
		if upper := strings.ToUpper(s); strings.EqualFold(upper, s) && Fold(CompareFold, upper) != Fold(CompareFold, s) {
			rt.Errorf("%q and %q differ", s, upper)
		}
	})
}
