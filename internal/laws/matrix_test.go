package laws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMatrix: under every value of every switch an organisation is made, edited,
// put right after somebody else, found again without its state and taken down;
// each step ends as wanted, or in a clear refusal with nothing changed that is
// in the table.
func TestMatrix(t *testing.T) {
	abreast(t, variants(t))
}

// TestMixedMatrix: under any choice of values for any of the switches the same
// holds, but that a refusal of the table need not be met. The choices are the same
// each time; ESPALIER_SOAK multiplies them.
func TestMixedMatrix(t *testing.T) {
	choices := 12
	if soak, err := strconv.Atoi(os.Getenv("ESPALIER_SOAK")); err == nil && soak > 1 {
		choices *= soak
	}
	all := switches(t)
	var mixes []variant
	for i := range choices {
		v := mixed(rand.New(rand.NewPCG(uint64(i), 0)), all)
		v.name = fmt.Sprint(i)
		mixes = append(mixes, v)
	}
	abreast(t, mixes)
}

// abreast tells the story to several servers at a time: some wait for real, as they
// are asked to.
func abreast(t *testing.T, all []variant) {
	each := make(chan variant)
	var working sync.WaitGroup
	for range 12 {
		working.Go(func() {
			for v := range each {
				t.Run(v.name, func(t *testing.T) {
					t.Log(v.behaviour)
					v.play(t, t.TempDir())
				})
			}
		})
	}
	for _, v := range all {
		each <- v
	}
	close(each)
	working.Wait()
}

// play tells the whole story to a server of this kind.
func (v variant) play(t fataler, dir string) {
	t.Helper()
	b, stop := newBench(t, dir, v)
	defer stop()
	first := fixed(v.people)
	for _, step := range []struct {
		phase phase
		begin func()
	}{
		{makes, func() { b.have(first) }},
		{looks, func() {}},
		{changes, func() { b.have(v.edited(first)) }},
		{looks, func() {}},
		{drifts, func() { b.wait(); b.vandalize(); b.wait() }},
		{looks, func() {}},
		{adopts, func() { b.wait(); b.forget() }},
		{looks, func() {}},
		{destroys, func() { b.want = &org{} }},
	} {
		step.begin()
		if !b.phase(step.phase) {
			return
		}
	}
	for _, r := range b.variant.refuses {
		if !r.met && !r.luck {
			t.Errorf("%s: what is in the table of refusals was not met: %q", r.phase, r.says)
		}
	}
}

// phase runs one part of the story to its end, and says whether there is more.
func (b *bench) phase(now phase) bool {
	b.t.Helper()
	full := []string{}
	if now == drifts || now == adopts {
		b.until(now, 2, "plan", "-detailed-exitcode")
		if b.variant.fullReads && now == drifts {
			full = append(full, "-refresh=full")
			if b.variant.behaviour["filters"] != "" && !strings.Contains(b.said, "To read them one by one, give -refresh=full") {
				b.t.Errorf("it is not said that memberships were not read: %s", b.said)
			}
		}
	}
	b.sent()
	if now == looks {
		if !b.until(now, 0, "plan", "-detailed-exitcode") {
			return false
		}
		if calls, _ := b.sent(); b.variant.counted && len(calls) > b.fair() {
			b.t.Errorf("an empty plan cost %d calls, and %d are enough:\n%s", len(calls), b.fair(), strings.Join(calls, "\n"))
		}
		return true
	}
	command := "apply"
	if now == destroys {
		command = "destroy"
	}
	if !b.until(now, 0, append([]string{command, "-auto-approve"}, full...)...) {
		return false
	}
	b.is()
	return true
}

// until runs a command until it ends with a code, which has to be at once but for
// refusals that are in the table, and trouble that was asked for. It reports
// whether the story goes on.
func (b *bench) until(now phase, want int, command ...string) bool {
	b.t.Helper()
	for run := 1; ; run++ {
		before := b.log()
		b.sent()
		code := b.run(append(command, b.allow...)...)
		if code == want {
			return true
		}
		r := b.excuse(now, code)
		switch {
		case r != nil:
			if _, writes := b.sent(); !r.partial && (len(writes) > 0 || !bytes.Equal(before, b.log())) {
				b.t.Errorf("%s: refused, and %v was carried out", now, writes)
			}
			if r.met = true; r.then == nil {
				return false
			}
			r.then(b)
		case !b.mayAgain(code) || run == 4*mostRuns:
			b.t.Fatalf("%s: %v ended with %d, want %d: %s\n%s", now, command, code, want, b.said, b.door)
		}
	}
}

// excuse is the refusal of the table that an exit code and what was said are.
func (b *bench) excuse(now phase, code int) *refused {
	for i, r := range b.variant.refuses {
		said := !slices.ContainsFunc(r.says, func(words string) bool { return !strings.Contains(b.said, words) })
		if (r.phase == now || r.phase == anywhere) && (r.code == code || r.luck && r.code == 6 && code == 1) && said {
			return &b.variant.refuses[i]
		}
	}
	return nil
}

// allLists are those of people, groups, positions, posts and files.
const allLists = 5

// fair is what an empty plan may cost: the pages of people, a list of each type,
// and ten more.
func (b *bench) fair() int {
	page := pageSize
	if cap, err := strconv.Atoi(b.variant.behaviour["page_cap"]); err == nil {
		page = cap
	}
	return (len(b.want.people)+page)/page + allLists + 10
}

// mayAgain reports whether a command that ended with a code may be run again.
func (b *bench) mayAgain(code int) bool {
	if code == 6 && strings.Contains(b.said, "it can be told by") {
		b.wait()
		return true
	}
	_, trouble := b.variant.behaviour["faults"]
	return trouble && (code == 1 || code == 6)
}

// wait lets enough time and requests pass for any reading to be up to date.
func (b *bench) wait() {
	b.pass(2 * time.Hour)
	for range 30 {
		b.past("GET", "/public_api/me", "")
	}
}

// TestIgnoredInSilence: a parent that the server ignores, and shows in no answer,
// is seen as soon as no reading can be behind any more.
func TestIgnoredInSilence(t *testing.T) {
	b, stop := newBench(t, t.TempDir(), newVariant("", map[string]string{"patch_parent": "ignored", "single_parent": "absent"}))
	defer stop()
	first := fixed(b.variant.people)
	b.have(first)
	b.until(makes, 0, "apply", "-auto-approve")
	b.have(b.variant.edited(first))
	b.until(changes, 0, "apply", "-auto-approve")
	b.until(looks, 0, "plan", "-detailed-exitcode")
	b.wait()
	b.until(looks, 2, "plan", "-detailed-exitcode")
	for _, text := range []string{`motimate_group.east was sent parent "Sweden" on`, `It still has "Norway"`, "The server has not kept parent", "so it may not offer this change"} {
		if !strings.Contains(b.said, text) {
			t.Errorf("no %q in %s", text, b.said)
		}
	}
	if strings.Contains(b.said, "hanged outside") {
		t.Errorf("it is told as somebody else's doing: %s", b.said)
	}
	b.adapt(unmoved)
	b.until(changes, 0, "apply", "-auto-approve")
	b.is()
}

// vandalize changes what is ours as somebody else.
func (b *bench) vandalize() {
	b.t.Helper()
	b.meddle("PATCH", "users", b.find("users", "email", b.want.people[0].email), b.naming(0, map[string]any{"first_name": "Vandal"}))
	out := []map[string]any{{"group_id": b.find("groups", "name", "Lund"), "_delete": true}}
	b.meddle("PATCH", "users", b.find("users", "email", b.want.people[3].email), b.naming(3, map[string]any{"group_relations": out}))
	b.meddle("PATCH", "groups", b.find("groups", "name", "Oslo City"), `{"name":"Vandal"}`)
	b.meddle("DELETE", "users", b.find("users", "email", "fresh@example.org"), "")
}

// naming is the body of a change of a person; where the server needs that, it names
// what stays as well.
func (b *bench) naming(who int, change map[string]any) string {
	b.t.Helper()
	if p := b.want.people[who]; b.variant.behaviour["patch_absent"] == "cleared" {
		all := map[string]any{"email": p.email, "first_name": p.first}
		if p.last != "" {
			all["last_name"] = p.last
		}
		maps.Copy(all, change)
		change = all
	}
	text, err := json.Marshal(change)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}
