package render

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// personal reports whether objects of a type are people to be shielded. What the
// library does not know may be told by the steps of the plan.
func (n *names) personal(typ string) bool {
	if n.Library.Resources[typ] == nil && n.meet(typ) {
		return n.People != PeopleNames && n.classes()[typ]
	}
	return n.People != PeopleNames && n.person(typ)
}

// meet reports whether a word is a type that the library or the plan knows.
func (n *names) meet(typ string) bool {
	_, inPlan := n.classes()[typ]
	return inPlan || n.Library.Resources[typ] != nil
}

// classify says of each type of the plan's steps whether its objects are shielded.
func (n *names) classify() map[string]bool {
	out := map[string]bool{}
	for i := range n.whole.Steps {
		step := &n.whole.Steps[i]
		out[step.Address.Type] = out[step.Address.Type] || n.shielded(step)
	}
	return out
}

// digestText is what a digest in the place of a key looks like.
var digestText = regexp.MustCompile(`^#[0-9a-f]{8}$`)

// address is the address of an object as it is shown. Of a person who is not shown by
// name a key that may say who it is becomes a short digest, the same all over a plan.
func (n *names) address(a schema.Address) schema.Address {
	if a.Key.Kind != schema.StringKey || digestText.MatchString(a.Key.Text) || !n.personal(a.Type) || n.isHarmless(a) {
		return a
	}
	mac := hmac.New(sha256.New, n.secret())
	mac.Write([]byte(a.String()))
	a.Key.Text = "#" + hex.EncodeToString(mac.Sum(nil)[:4])
	return a
}

// shownAs is the address of an object in words as it is shown; people who are counted
// have none.
func (n *names) shownAs(a schema.Address) string {
	if n.People == PeopleCounts && n.personal(a.Type) {
		return anybody
	}
	return n.address(a).String()
}

// formerly is the address that an object had before, as it is shown.
func (n *names) formerly(step *planner.Step) string {
	if n.counted(step) {
		return "at another address"
	}
	return clean(step.From.String())
}

// isHarmless reports whether the key of a person may be shown. Of one whose values the
// plan does not know that is sure only of so few digits that they count something.
func (n *names) isHarmless(a schema.Address) bool {
	if harmless, known := n.harmless()[a]; known {
		return harmless
	}
	return len(a.Key.Text) <= 3 && !strings.ContainsFunc(a.Key.Text, func(r rune) bool { return r < '0' || r > '9' })
}

// makeSecret is what digests are keyed by: all that the plan is about, so that nobody
// who knows one person can look for them among the digests.
func (n *names) makeSecret() []byte {
	h := sha256.New()
	h.Write(n.seed)
	h.Write([]byte(n.whole.ID))
	for i := range n.whole.Steps {
		h.Write([]byte(n.whole.Steps[i].Address.String() + "\x00" + n.whole.Steps[i].Label + "\x00"))
	}
	return h.Sum(nil)
}

// findHarmless says of the addresses of people with steps whether the key does not say
// who it is.
func (n *names) findHarmless() map[schema.Address]bool {
	out := map[schema.Address]bool{}
	for i := range n.whole.Steps {
		step := &n.whole.Steps[i]
		if !n.shielded(step) {
			continue
		}
		own := textsOf(step)
		for _, a := range []schema.Address{step.Address, step.From} {
			if a.Key.Kind == schema.StringKey && len(own) > 0 {
				out[a] = !tellsWho(a.Key.Text, own)
			}
		}
	}
	return out
}

// tellsWho reports whether a key names somebody: as an e-mail address does, or because it
// is one of the texts that the person has, or is made of one. How it is written does not
// matter, nor where an e-mail address leads.
func tellsWho(key string, own []string) bool {
	if strings.ContainsAny(key, "@ ") || phoneText.MatchString(key) {
		return true
	}
	key = bare(key)
	return slices.ContainsFunc(own, func(text string) bool {
		text, _, _ = strings.Cut(text, "@")
		text = bare(text)
		return key == text || len(text) > 3 && strings.Contains(key, text)
	})
}

// bare is a text in small letters with nothing but letters and digits.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
