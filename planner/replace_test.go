package planner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// posted is a wall with a picture whose file has been edited, and a post with it.
func posted(t testing.TB) *world {
	w := newWall(t)
	w.owned("acme_picture.p", "1", attrs{"name": "p.png", "size": num(3), "digest": "d1"})
	w.want("acme_picture.p", picture("p.png", 3, "d2"))
	rec := w.owned("acme_post.a", "7", attrs{"title": "A", "body": "x", "pictures": []string{"1"}})
	rec.Needs = []schema.Address{address(t, "acme_picture.p")}
	w.want("acme_post.a", attrs{"title": "A", "body": "x", "pictures": []any{ref("acme_picture.p")}})
	return w
}

func TestReplace(t *testing.T) {
	w := posted(t)
	p := w.expect(`-/+ acme_picture.p digest="d2"`, "~ acme_post.a pictures=[<acme_picture.p>]", "- acme_picture.p")
	if diff := cmp.Diff([][]int{nil, {0}, {0, 1}}, [][]int{p.Steps[0].Needs, p.Steps[1].Needs, p.Steps[2].Needs}, values); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if got := len(p.Steps[0].After); got != 5 {
		t.Errorf("the new one is made with %d attributes", got)
	}
	if diff := cmp.Diff([]string{"1"}, p.Steps[0].Deposed); diff != "" || p.Steps[2].ID != "1" || !p.Steps[2].Last {
		t.Errorf("deposed (-want +got):\n%s\n%+v", diff, p.Steps[2])
	}
	if p.Summary.Replace != 1 || p.Summary.Delete != 0 || p.Summary.Calls != 3 {
		t.Errorf("%+v", p.Summary)
	}
	c := p.Steps[1].Changes[0]
	if c.Refers != "picture" || len(c.Added) != 1 || len(c.Removed) != 1 || c.Added[0].ID != "" || c.Removed[0].ID != "1" || c.Removed[0].Label != "p.png" {
		t.Errorf("what comes and goes: %+v", c)
	}
	data, err := Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(data)
	if diff := cmp.Diff(p, back, values); err != nil || diff != "" {
		t.Errorf("%v; saved (-want +got):\n%s", err, diff)
	}
}

// TestReplaceWaitsForPosts: a post that could not be changed keeps the old picture.
func TestReplaceWaitsForPosts(t *testing.T) {
	p, f := posted(t).mustPlan(), &fake{fails: map[string]error{"update acme_post.a": errors.New("no")}}
	r := applied(t, p, f, 4)
	if slices.Contains(f.log, "delete acme_picture.p") || r.Status[0] != Done || r.Status[2] != Skipped {
		t.Errorf("%v, %v", r.Status, f.log)
	}
	f = &fake{}
	applied(t, p, f, 4)
	want := []string{"create acme_picture.p", "update acme_post.a", "delete acme_picture.p"}
	if diff := cmp.Diff(want, f.calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestReplaceLooksUp: a new one whose creation was not answered is looked up like
// any other, and the old one goes when it is found.
func TestReplaceLooksUp(t *testing.T) {
	p := posted(t).mustPlan()
	lost := map[string]error{"create acme_picture.p": &CallError{Verdict: Unanswered, Err: errors.New("cut")}}
	f := &fake{once: lost, lists: map[string]Answer{"acme_picture.p": {Outcome: Happened, Object: schema.Object{ID: "2"}}}}
	if r := applied(t, p, f, 1); r.Count(Done) != 3 || f.asked != 1 || r.Found != 1 {
		t.Errorf("%v, asked %d", r.Status, f.asked)
	}
	f = &fake{fails: lost, lists: map[string]Answer{"acme_picture.p": {Outcome: Unclear, Until: now.Add(time.Hour), Why: "no list shows it"}}}
	f.fails = map[string]error{"create acme_picture.p": &CallError{Verdict: Unanswered, Err: errors.New("cut")}}
	if r := applied(t, p, f, 1); r.Status[0] != Undecided || r.Count(Skipped) != 2 || len(f.calls()) != 1 {
		t.Errorf("%v, calls %v", r.Status, f.calls())
	}
}

// TestLeftByReplacement: what an earlier run has replaced and not deleted.
func TestLeftByReplacement(t *testing.T) {
	for _, c := range []struct {
		name    string
		given   func(w *world, rec *Record)
		steps   []string
		reason  string
		warning string
	}{
		{"it is deleted", func(w *world, _ *Record) { w.stands("acme_picture", "1", listed("p.png", 3)) }, []string{"- acme_picture.p"}, reasonLeft, ""},
		{"it is gone", func(*world, *Record) {}, []string{". acme_picture.p"}, reasonLeft + ", and gone from the live system", ""},
		{"a list that is behind does not show it", func(_ *world, rec *Record) { rec.Written = now.Add(-time.Minute) }, []string{"- acme_picture.p"}, reasonLeft, ""},
		{"another address has it", func(w *world, _ *Record) {
			w.owned("acme_picture.q", "1", attrs{"name": "q.png", "size": num(3), "digest": "d9"})
			w.want("acme_picture.q", picture("q.png", 3, "d9"))
		}, []string{". acme_picture.p"}, reasonLeft + ", and in use under another address", ""},
		{"a post still has it", func(w *world, _ *Record) {
			w.stands("acme_picture", "1", listed("p.png", 3))
			w.owned("acme_post.a", "7", attrs{"title": "A", "body": "x", "pictures": []string{"1"}})
			w.want("acme_post.a", attrs{"title": "A", "body": "x", "pictures": []any{ref("acme_picture.p")}})
		}, []string{"~ acme_post.a pictures=[2]", "- acme_picture.p"}, reasonLeft, ""},
		{"a post leaves its pictures alone", func(w *world, _ *Record) {
			w.stands("acme_picture", "1", listed("p.png", 3))
			w.owned("acme_post.a", "7", attrs{"title": "A", "body": "x", "pictures": []string{"1"}})
			w.want("acme_post.a", attrs{"title": "A", "body": "x", "pictures": []any{ref("acme_picture.p")}}).Block.IgnoreChanges = []string{"pictures"}
		}, []string{}, "", "A picture that was replaced is not deleted yet"},
		{"the picture is not wanted any more", func(w *world, _ *Record) {
			w.stands("acme_picture", "1", listed("p.png", 3))
			w.in.Instances = nil
		}, []string{"- acme_picture.p", "- acme_picture.p"}, reasonLeft, ""},
		{"everything goes", func(w *world, _ *Record) {
			w.stands("acme_picture", "1", listed("p.png", 3))
			w.in.Destroy = true
		}, []string{"- acme_picture.p", "- acme_picture.p"}, reasonLeft, ""},
		{"it is replaced again", func(w *world, _ *Record) {
			w.stands("acme_picture", "1", listed("p.png", 3))
			w.in.Instances = nil
			w.want("acme_picture.p", picture("p.png", 3, "d3"))
		}, []string{`-/+ acme_picture.p digest="d3"`, "- acme_picture.p", "- acme_picture.p"}, "", ""},
		{"it is not found by its content", func(w *world, _ *Record) {
			w.stands("acme_picture", "1", listed("q.png", 3))
			w.want("acme_picture.q", picture("q.png", 3, "d9"))
		}, []string{`+ acme_picture.q source="wall/q.png" name="q.png" size=[] digest="d9" media="image/png"`, "- acme_picture.p"}, "", ""},
		{"a deletion of it was begun", func(w *world, rec *Record) {
			rec.Deposed = nil
			w.stands("acme_picture", "1", listed("p.png", 3))
			w.in.State.Intents = []Intent{{Address: rec.Address, Provider: "acme", Action: Delete, ID: "1", At: now.Add(-time.Hour)}}
		}, []string{"- acme_picture.p"}, reasonStray, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWall(t)
			rec := w.owned("acme_picture.p", "2", attrs{"name": "p.png", "size": num(3), "digest": "d2"})
			rec.Deposed = []string{"1"}
			w.want("acme_picture.p", picture("p.png", 3, "d2"))
			c.given(w, rec)
			p := w.expect(c.steps...)
			for _, s := range p.Steps {
				if s.ID == "1" && c.reason != "" && s.Replaced && s.Reason != c.reason {
					t.Errorf("reason %q", s.Reason)
				}
			}
			if c.warning != "" && !slices.Contains(warnings(p), c.warning) {
				t.Errorf("warnings %q", warnings(p))
			}
			if n := p.Summary.Unmanaged["acme_picture"]; n != 0 {
				t.Errorf("%d are not managed", n)
			}
		})
	}
}

// TestReplaceOfTarget: with a limited plan the old picture stays for the post that
// is left out.
func TestReplaceOfTarget(t *testing.T) {
	w := posted(t)
	w.in.Targets = []schema.Address{address(t, "acme_picture.p")}
	p := w.expect(`-/+ acme_picture.p digest="d2"`)
	if diff := cmp.Diff([]string{"A picture that was replaced is not deleted yet"}, warnings(p)); diff != "" || !strings.Contains(p.Warnings[0].Detail, "acme_post.a") {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1"}, p.Steps[0].Deposed); diff != "" {
		t.Errorf("deposed (-want +got):\n%s", diff)
	}
	w.in.Targets = []schema.Address{address(t, "acme_post.a")}
	w.expect(`-/+ acme_picture.p digest="d2"`, "~ acme_post.a pictures=[<acme_picture.p>]", "- acme_picture.p")
}

// TestReplaceGuards: what is replaced comes back, so that it is no deletion; but what
// must stay must not be replaced.
func TestReplaceGuards(t *testing.T) {
	w := posted(t)
	w.in.Guards.MaxDelete = Limit{Number: 0, Absolute: true}
	w.in.Blocks[address(t, "acme_picture.p")].PreventDestroy = true
	p := w.mustPlan()
	got := map[string]int{}
	for _, r := range p.Refusals {
		got[r.Guard] += r.Count
	}
	if diff := cmp.Diff(map[string]int{GuardPreventDestroy: 1}, got); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

// TestReplaceUnanswered: an earlier run sent the new one and learned nothing.
func TestReplaceUnanswered(t *testing.T) {
	given := func(digest string) *world {
		w := posted(t)
		w.in.State.Intents = []Intent{{Address: address(t, "acme_picture.p"), Provider: "acme", Action: Replace, ID: "1", At: now.Add(-time.Minute),
			Wanted: w.values("acme_picture", attrs{"name": "p.png", "size": num(3), "digest": digest})}}
		return w
	}
	made := attrs{"name": "p.png", "size": num(3)}
	t.Run("it cannot be told", func(t *testing.T) {
		w := given("d2")
		p := w.mustPlan()
		if s := p.Steps[0]; s.Action != Replace || !s.Unsettled || p.Findings[0].Outcome != Unclear {
			t.Errorf("%+v, %+v", s, p.Findings)
		}
	})
	t.Run("it was made", func(t *testing.T) {
		w := given("d2")
		w.stands("acme_picture", "2", made)
		p := w.expect("& acme_picture.p", "~ acme_post.a pictures=[2]", "- acme_picture.p")
		if p.Steps[0].ID != "2" || p.Steps[2].ID != "1" || p.Steps[0].Made.IsZero() || p.Findings[0].Outcome != Happened || p.Findings[0].ID != "2" || len(p.Drift) > 0 {
			t.Errorf("%+v, %+v", p.Steps, p.Findings)
		}
		if diff := cmp.Diff([]string{"1"}, p.Steps[0].Deposed); diff != "" {
			t.Errorf("deposed (-want +got):\n%s", diff)
		}
	})
	t.Run("it was made, and is not wanted any more", func(t *testing.T) {
		w := given("d9")
		w.stands("acme_picture", "2", attrs{"name": "p.png", "size": num(3), "digest": "d9"})
		p := w.expect("- acme_picture.p", `-/+ acme_picture.p digest="d2"`, "~ acme_post.a pictures=[<acme_picture.p>]", "- acme_picture.p")
		if p.Steps[0].ID != "2" || p.Findings[0].Outcome != Happened || p.Findings[0].ID != "2" || p.Steps[3].ID != "1" {
			t.Errorf("%+v, %+v", p.Steps, p.Findings)
		}
	})
	t.Run("it was made, and the address is gone", func(t *testing.T) {
		w := given("d2")
		w.stands("acme_picture", "2", made)
		w.in.Instances = nil
		p := w.expect("- acme_post.a", "- acme_picture.p", "- acme_picture.p")
		if p.Findings[0].ID != "2" {
			t.Errorf("%+v", p.Findings)
		}
	})
	t.Run("two may be it", func(t *testing.T) {
		w := given("d2")
		w.stands("acme_picture", "2", made)
		w.stands("acme_picture", "3", made)
		w.refused("Several live pictures have this content", "ids 2, 3", "espalier state rm 'acme_picture.p'")
	})
}

// TestReplaceOfWhatIsNotTold: a checksum that no reading tells is compared with the one
// that was sent, also where the state has a digest of it alone; without either it
// is no reason for anything.
func TestReplaceOfWhatIsNotTold(t *testing.T) {
	for _, c := range []struct {
		name  string
		given func(rec *Record)
		steps []string
	}{
		{"the same", func(rec *Record) { rec.Attrs["digest"] = str("d2") }, []string{}},
		{"another", func(rec *Record) { rec.Attrs["digest"] = str("d1") }, []string{`-/+ acme_picture.p digest="d2"`, "- acme_picture.p"}},
		{"nothing", func(*Record) {}, []string{}},
		{"the same, and secret", func(rec *Record) { rec.Digests = map[string]string{"digest": digestOf(str("d2"))} }, []string{}},
		{"another, and secret", func(rec *Record) { rec.Digests = map[string]string{"digest": digestOf(str("d1"))} }, []string{`-/+ acme_picture.p digest="d2"`, "- acme_picture.p"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWall(t)
			c.given(w.owned("acme_picture.p", "1", listed("p.png", 3)))
			w.want("acme_picture.p", picture("p.png", 3, "d2"))
			w.expect(c.steps...)
		})
	}
}

// TestPostsOrder: a group that goes is taken out of the posts first.
func TestPostsOrder(t *testing.T) {
	w := newWall(t)
	w.owned("acme_group.g", "3", attrs{"name": "G", "kind": "organization", "parent": nil})
	w.owned("acme_post.a", "7", attrs{"title": "A", "body": "x", "groups": []string{"3", "4"}})
	w.want("acme_post.a", attrs{"title": "A", "body": "x", "groups": []string{"4"}})
	p := w.expect("~ acme_post.a groups=[4]", "- acme_group.g")
	if diff := cmp.Diff([]int{0}, p.Steps[1].Needs); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if c := p.Steps[0].Changes[0]; len(c.Removed) != 1 || c.Removed[0].Label != "G" || c.Refers != "group" {
		t.Errorf("%+v", c)
	}
}

// TestReplaceIgnored: who ignores the path of a file ignores the file.
func TestReplaceIgnored(t *testing.T) {
	w := posted(t)
	w.in.Instances[0].Block.IgnoreChanges = []string{"source"}
	w.expect()
	w = newWall(t)
	w.want("acme_picture.p", picture("p.png", 3, "d2")).Block.IgnoreChanges = []string{"source"}
	w.expect(`+ acme_picture.p source="wall/p.png" name="p.png" size=[] digest="d2" media="image/png"`)
}

// TestReplaceNotKept: a new one that has another name than was sent has failed by
// that field, and all goes on, since yet another one would fare no better; later
// plans know it as it is.
func TestReplaceNotKept(t *testing.T) {
	answer := map[string]cty.Value{"name": str("p (1).png"), "size": num(3)}
	w := newWall(t)
	w.owned("acme_picture.p", "1", attrs{"name": "old.png", "size": num(3), "digest": "d2"})
	w.want("acme_picture.p", picture("p.png", 3, "d2"))
	rec := w.owned("acme_post.a", "7", attrs{"title": "A", "body": "x", "pictures": []string{"1"}})
	rec.Needs = []schema.Address{address(t, "acme_picture.p")}
	w.want("acme_post.a", attrs{"title": "A", "body": "x", "pictures": []any{ref("acme_picture.p")}})
	f := &fake{answers: map[string]map[string]cty.Value{"create acme_picture.p": answer}}
	o := options(4)
	o.Types = w.in.Types
	r := appliedWith(t, context.Background(), w.mustPlan(), f, o)
	var kept *NotKeptError
	if !errors.As(r.Errors[0], &kept) || !kept.Made || !kept.Final || kept.What != `name (it is "p (1).png" instead of "p.png")` {
		t.Errorf("%v", r.Errors[0])
	}
	if diff := cmp.Diff([]Status{Failed, Done, Done}, r.Status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	for had, fails := range map[string]bool{"p.png": true, "p (1).png": false} { // it has got another name, or the same as ever
		w := newWall(t)
		rec := w.owned("acme_picture.p", "1", attrs{"name": had, "size": num(3), "digest": "d1"})
		rec.Writes = map[string]Write{"name": {Sent: str("p.png"), Answer: str(had), At: now.Add(-2 * time.Hour)}}
		w.want("acme_picture.p", picture("p.png", 3, "d2"))
		o.Objects = func(schema.Address) (map[string]cty.Value, bool) { return rec.Attrs, true }
		r := appliedWith(t, context.Background(), w.mustPlan(), f, o)
		if (r.Status[0] == Failed) != fails || r.Status[1] != Done {
			t.Errorf("%s: %v, %v", had, r.Status, r.Errors)
		}
	}
	for _, c := range []struct {
		name    string
		answer  cty.Value
		warning []string
	}{
		{"answered", str("p (1).png"), []string{}},
		{"not answered", cty.NilVal, []string{"The server has another name"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWall(t)
			rec := w.owned("acme_picture.p", "2", attrs{"name": "p (1).png", "size": num(3), "digest": "d2"})
			rec.Writes = map[string]Write{"name": {Sent: str("p.png"), Answer: c.answer, At: now.Add(-2 * time.Hour)}}
			w.want("acme_picture.p", picture("p.png", 3, "d2"))
			if diff := cmp.Diff(c.warning, warnings(w.expect())); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			w.in.Instances = nil
			w.want("acme_picture.p", picture("q.png", 3, "d2"))
			w.expect(`-/+ acme_picture.p name="q.png"`, "- acme_picture.p")
		})
	}
}

// TestGoesWhileUsed: what is deleted while a post that leaves it alone still shows it
// is pointed out.
func TestGoesWhileUsed(t *testing.T) {
	for _, c := range []struct {
		name  string
		post  attrs
		steps []string
		says  []string
	}{
		{"left out", attrs{"title": "A", "body": "x"}, []string{"- acme_group.g", "- acme_picture.p"},
			[]string{"A group that is deleted is still referred to", "A picture that is deleted is still referred to"}},
		{"taken out", attrs{"title": "A", "body": "x", "pictures": []string{}, "groups": []string{}},
			[]string{"~ acme_post.a pictures=[] groups=[]", "- acme_group.g", "- acme_picture.p"}, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWall(t)
			w.owned("acme_group.g", "3", attrs{"name": "G", "kind": "organization", "parent": nil})
			w.owned("acme_picture.p", "5", attrs{"name": "p.png", "size": num(3), "digest": "d1"})
			w.owned("acme_post.a", "7", attrs{"title": "A", "body": "x", "pictures": []string{"5"}, "groups": []string{"3"}})
			w.want("acme_post.a", c.post)
			p := w.expect(c.steps...)
			if diff := cmp.Diff(c.says, warnings(p)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReplacementThatCannotBeTold: while a live object may be what a replacement made,
// and the server does not tell enough of it, nothing is made again.
func TestReplacementThatCannotBeTold(t *testing.T) {
	w := newWall(t)
	w.owned("acme_picture.a", "6", attrs{"name": "a.png", "size": num(4), "digest": "d0"})
	w.in.State.Intents = []Intent{{Address: address(t, "acme_picture.a"), Provider: "acme", ID: "6", Action: Replace, At: now.Add(-time.Minute),
		Wanted: w.values("acme_picture", attrs{"name": "a.png", "size": num(3), "digest": "d1"})}}
	w.want("acme_picture.a", picture("a.png", 3, "d1"))
	w.stands("acme_picture", "7", attrs{"name": "a.png"})
	_, diags := w.plan()
	if !diags.HasErrors() || !strings.Contains(diags.Error(), "whether a new picture is there") || !strings.Contains(diags[0].Detail, "with id 7 may be it") {
		t.Errorf("it says %v", diags)
	}
}
