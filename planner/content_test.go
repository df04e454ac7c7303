package planner

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

// newWall is a world with posts and pictures, which have no natural keys.
func newWall(t testing.TB) *world {
	w := newWorld(t)
	id := schema.Attribute{Name: "id", Type: cty.String, Computed: true}
	picture := &schema.Type{Name: "acme_picture", Provider: "acme", Noun: [2]string{"picture", "pictures"},
		Content: []string{"name", "size", "digest"},
		Upload:  &schema.Upload{Source: "source", Name: "name", Size: "size", Digest: "digest", MediaType: "media"},
		Attributes: []schema.Attribute{
			{Name: "source", Type: cty.String, Required: true, Purpose: schema.PurposeSource, Compare: schema.CompareNone},
			{Name: "name", Type: cty.String, Derived: true, Forces: true},
			{Name: "size", Type: cty.Number, Derived: true, Forces: true},
			{Name: "digest", Type: cty.String, Derived: true, Forces: true},
			{Name: "media", Type: cty.String, Derived: true, Compare: schema.CompareNone}, id}}
	post := &schema.Type{Name: "acme_post", Provider: "acme", Noun: [2]string{"post", "posts"},
		Content: []string{"title", "body", "groups"},
		Attributes: []schema.Attribute{
			{Name: "title", Type: cty.String, Required: true},
			{Name: "body", Type: cty.String, Required: true},
			{Name: "pictures", Type: cty.Set(cty.String), Refers: "acme_picture"},
			{Name: "groups", Type: cty.Set(cty.String), Refers: "acme_group"}, id}}
	for _, typ := range []*schema.Type{picture, post} {
		w.in.Types[typ.Name] = typ.Index()
	}
	return w
}

// picture are the wanted attributes of a picture.
func picture(name string, size int64, digest string) attrs {
	return attrs{"source": "wall/" + name, "name": name, "size": cty.NumberIntVal(size), "digest": digest, "media": "image/png"}
}

// listed are those that a server tells: no path and no checksum.
func listed(name string, size int64) attrs {
	return attrs{"name": name, "size": cty.NumberIntVal(size)}
}

func hello(groups ...string) attrs {
	return attrs{"title": "Hello", "body": "Welcome to all.", "groups": groups}
}

// helloTo is hello to a group that is still to be made.
func helloTo(group ref, ids ...any) attrs {
	return attrs{"title": "Hello", "body": "Welcome to all.", "groups": append([]any{group}, ids...)}
}

func TestContentIsKnownAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		given func(w *world)
		steps []string
		says  []string
	}{
		{"nothing is there", func(w *world) { w.want("acme_post.a", hello("1")) },
			[]string{`+ acme_post.a title="Hello" body="Welcome to all." groups=[1]`}, nil},
		{"a stranger is adopted", func(w *world) {
			w.want("acme_post.a", hello("1"))
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome to all.", "groups": []string{"1"}})
		}, []string{"& acme_post.a"}, nil},
		{"what is not wanted is not compared", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "x"})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}})
		}, []string{"& acme_post.a"}, nil},
		{"another group is another post", func(w *world) {
			w.want("acme_post.a", hello("1"))
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome to all.", "groups": []string{"1", "2"}})
		}, []string{`+ acme_post.a title="Hello" body="Welcome to all." groups=[1]`}, nil},
		{"the server's way of writing", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome.\n"})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome."})
		}, []string{"& acme_post.a"}, nil},
		{"another way of writing", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome!"})
			w.stands("acme_post", "7", attrs{"title": "hello", "body": "Welcome."})
		}, []string{`& acme_post.a title="Hello" body="Welcome!"`}, nil},
		{"the equal one goes before", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome."})
			w.stands("acme_post", "6", attrs{"title": "hello", "body": "Welcome."})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome."})
		}, []string{"& acme_post.a"}, nil},
		{"several are equal", func(w *world) {
			w.want("acme_post.a", hello("1"))
			w.stands("acme_post", "7", hello("1"))
			w.stands("acme_post", "8", hello("1"))
		}, nil, []string{"Several live posts have this content", "ids 7, 8", "espalier import 'acme_post.a' ID"}},
		{"the list does not tell", func(w *world) {
			w.want("acme_post.a", hello("1"))
			w.stands("acme_post", "7", attrs{"title": "Hello"})
		}, nil, []string{"It cannot be told whether this post is there", "id 7", "another title", "espalier import"}},
		{"the list tells enough", func(w *world) {
			w.want("acme_post.a", hello("1"))
			w.stands("acme_post", "7", attrs{"title": "Other"})
		}, []string{`+ acme_post.a title="Hello" body="Welcome to all." groups=[1]`}, nil},
		{"a renamed label", func(w *world) {
			w.owned("acme_post.old", "7", hello("1"))
			w.stands("acme_post", "8", hello("1"))
			w.want("acme_post.new", hello("1"))
		}, []string{"= acme_post.new from acme_post.old"}, nil},
		{"a renamed label, where the list does not tell", func(w *world) {
			w.own("acme_post.old", "7", hello("1"))
			w.stands("acme_post", "7", attrs{"title": "Hello"})
			w.want("acme_post.new", hello("1"))
		}, []string{"= acme_post.new from acme_post.old"}, nil},
		{"a renamed label and a new group", func(w *world) {
			w.owned("acme_post.old", "7", hello("1"))
			w.want("acme_group.g", attrs{"name": "G", "kind": "organization"})
			w.want("acme_post.new", helloTo("acme_group.g", "1"))
		}, []string{`+ acme_group.g name="G" kind="organization"`, `~ acme_post.new from acme_post.old groups=[<acme_group.g> "1"]`}, nil},
		{"two labels gone", func(w *world) {
			w.owned("acme_post.old", "7", hello("1"))
			w.owned("acme_post.older", "8", hello("1"))
			w.want("acme_post.new", hello("1"))
		}, nil, []string{"acme_post.old, acme_post.older", "espalier state mv OLD 'acme_post.new'"}},
		{"a group to be made", func(w *world) {
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome to all."})
			w.want("acme_group.g", attrs{"name": "G", "kind": "organization"})
			w.want("acme_post.a", helloTo("acme_group.g"))
		}, []string{`+ acme_group.g name="G" kind="organization"`, `+ acme_post.a title="Hello" body="Welcome to all." groups=[<acme_group.g>]`}, nil},
		{"what another address has by its id", func(w *world) {
			w.owned("acme_post.b", "7", hello("1"))
			w.want("acme_post.a", hello("1"))
			w.want("acme_post.b", attrs{"title": "Bye", "body": "x"})
		}, []string{`+ acme_post.a title="Hello" body="Welcome to all." groups=[1]`, `~ acme_post.b title="Bye" body="x"`}, nil},
		{"gone, and made by somebody else", func(w *world) {
			w.own("acme_post.a", "7", hello("1"))
			w.stands("acme_post", "8", hello("1"))
			w.want("acme_post.a", hello("1"))
		}, []string{"& acme_post.a"}, nil},
		{"the same twice", func(w *world) {
			w.want("acme_post.a", hello("1"))
			w.want("acme_post.b", hello("1"))
		}, nil, []string{"Two posts with the same content", "acme_post.a (main.org.hcl:1", "acme_post.b (main.org.hcl:2", "change one of them"}},
		{"the same twice, in a group to be made", func(w *world) {
			w.want("acme_group.g", attrs{"name": "G", "kind": "organization"})
			w.want("acme_post.a", helloTo("acme_group.g"))
			w.want("acme_post.b", helloTo("acme_group.g"))
		}, nil, []string{"Two posts with the same content"}},
		{"the same picture twice", func(w *world) {
			w.want("acme_picture.a", picture("a.png", 3, "d1"))
			w.want("acme_picture.b", picture("a.png", 3, "d1"))
		}, nil, []string{"Two pictures with the same content", "Use one of them for both"}},
		{"a picture without a checksum", func(w *world) {
			w.want("acme_picture.a", picture("a.png", 3, "d1"))
			w.stands("acme_picture", "7", listed("a.png", 3))
		}, []string{"& acme_picture.a"}, nil},
		{"a picture with another checksum", func(w *world) {
			w.want("acme_picture.a", picture("a.png", 3, "d1"))
			w.stands("acme_picture", "7", attrs{"name": "a.png", "size": num(3), "digest": "d2"})
		}, []string{`+ acme_picture.a source="wall/a.png" name="a.png" size=[] digest="d1" media="image/png"`}, nil},
		{"a picture of another name", func(w *world) {
			w.want("acme_picture.a", picture("my logo.png", 3, "d1"))
			w.stands("acme_picture", "7", listed("my_logo.png", 3))
		}, []string{"& acme_picture.a"}, nil},
		{"a path and a media type say nothing", func(w *world) {
			w.owned("acme_picture.a", "7", attrs{"source": "old/a.png", "name": "a.png", "size": num(3), "digest": "d1", "media": "image/x-png"})
			w.want("acme_picture.a", picture("a.png", 3, "d1"))
		}, []string{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWall(t)
			c.given(w)
			if c.says != nil {
				w.refused(c.says...)
				return
			}
			w.expect(c.steps...)
		})
	}
}

// TestContentTaken: what an adopted picture does not tell, or tells in another form,
// is taken to be as wanted, and the step says so.
func TestContentTaken(t *testing.T) {
	w := newWall(t)
	w.want("acme_picture.a", picture("my logo.png", 3, "d1"))
	w.stands("acme_picture", "7", listed("my_logo.png", 3))
	p := w.expect("& acme_picture.a")
	got := map[string]string{}
	for name, v := range p.Steps[0].Taken {
		got[name] = said(v)
	}
	if diff := cmp.Diff(map[string]string{"name": `"my logo.png"`, "digest": `"d1"`}, got); diff != "" || p.Summary.Calls != 0 {
		t.Errorf("taken (-want +got), %d calls:\n%s", p.Summary.Calls, diff)
	}
}

// TestContentWrittenInAnotherWay: a name that the server has written in its own way
// is no reason to replace a picture, be it told by the answer or found later.
func TestContentWrittenInAnotherWay(t *testing.T) {
	for _, answer := range []cty.Value{str("my_logo.png"), cty.NilVal} {
		w := newWall(t)
		rec := w.owned("acme_picture.a", "7", attrs{"name": "my_logo.png", "size": num(3), "digest": "d1"})
		rec.Writes = map[string]Write{"name": {Sent: str("my logo.png"), Answer: answer, At: now.Add(-time.Hour)}}
		w.want("acme_picture.a", picture("my logo.png", 3, "d1"))
		w.expect()
	}
}

// TestToRead: what a list does not tell is read of those alone that are equal in all
// that it does.
func TestToRead(t *testing.T) {
	w := newWall(t)
	w.want("acme_post.a", hello("1"))
	w.want("acme_post.b", attrs{"title": "Bye", "body": "x"})
	w.want("acme_picture.a", picture("a.png", 3, "d1"))
	w.stands("acme_post", "5", attrs{"title": "Other"})
	w.stands("acme_post", "6", attrs{"title": "Hello", "body": "Something else."})
	w.stands("acme_post", "7", attrs{"title": "Hello"})
	w.stands("acme_post", "8", attrs{})
	w.stands("acme_picture", "9", listed("a.png", 3))
	w.own("acme_post.b", "10", attrs{"title": "Bye", "body": "x"})
	w.stands("acme_post", "10", attrs{"title": "Bye"})
	rec := w.own("acme_post.c", "11", attrs{"title": "Hello", "body": "y"})
	rec.Deposed = []string{"12"}
	w.stands("acme_post", "11", attrs{"title": "Hello"})
	w.stands("acme_post", "12", attrs{"title": "Hello"})
	w.in.Live = w.tables()
	got := ToRead(w.in)
	want := []ObjectID{{"acme", "acme_post", "7"}, {"acme", "acme_post", "8"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("to read (-want +got):\n%s", diff)
	}
	if got := ToSettle(w.in, []Lookup{{Step: &Step{Address: address(t, "acme_post.z"), Provider: "acme"}, Values: w.values("acme_post", attrs{"title": "Other", "body": "z"})}}); len(got) != 2 {
		t.Errorf("to settle %v", got)
	}
	p := &Plan{Steps: []Step{{Action: Create, Address: address(t, "acme_post.z"), Provider: "acme", After: map[string]schema.Template{"title": schema.Known(str("Other"))}}}}
	if got := ToVerify(w.in, p); len(got) != 1 { // 5 tells all that is wanted
		t.Errorf("to verify %v", got)
	}
}

// TestContentUnanswered: a post whose creation was not answered is looked up by its
// content, also under a new label, and is not sent again while it cannot be told.
func TestContentUnanswered(t *testing.T) {
	given := func(label string) *world {
		w := newWall(t)
		w.want(label, hello("1"))
		w.in.State.Intents = []Intent{{Address: address(t, "acme_post.a"), Provider: "acme", Action: Create, At: now.Add(-time.Minute),
			Wanted: w.values("acme_post", attrs{"title": "Hello", "body": "Welcome to all.", "groups": []string{"1"}})}}
		return w
	}
	for _, label := range []string{"acme_post.a", "acme_post.b"} {
		w := given(label)
		p := w.mustPlan()
		if s := p.Steps[0]; !s.Unsettled || s.Action != Create || p.Findings[0].Outcome != Unclear {
			t.Errorf("%s: %+v, %+v", label, s, p.Findings)
		}
		w.stands("acme_post", "7", hello("1"))
		p = w.mustPlan()
		if s := p.Steps[0]; s.Action != Adopt || s.Made.IsZero() || p.Findings[0].Outcome != Happened || p.Findings[0].ID != "7" {
			t.Errorf("%s: %+v, %+v", label, s, p.Findings)
		}
	}
	w := given("acme_post.b")
	w.in.Instances = nil
	w.stands("acme_post", "7", hello("1"))
	w.expect("- acme_post.a")
}

// TestContentSettles: the lookup at the end of a run goes by content, too.
func TestContentSettles(t *testing.T) {
	w := newWall(t)
	lookup := Lookup{Step: &Step{Address: address(t, "acme_post.a"), Provider: "acme", Action: Create}, At: now.Add(-time.Minute),
		Values: w.values("acme_post", attrs{"title": "Hello", "body": "Welcome to all.", "groups": []string{"1"}})}
	settle := func() Answer {
		w.in.Live = w.tables()
		return Settle(w.in, []Lookup{lookup})[0]
	}
	if a := settle(); a.Outcome != Unclear {
		t.Errorf("without evidence: %+v", a)
	}
	w.stands("acme_post", "6", attrs{"title": "Hello"})
	if a := settle(); a.Outcome != Unclear || a.Why != "post 6 may be it, and the server does not tell all of its content" {
		t.Errorf("not told: %+v", a)
	}
	w.stands("acme_post", "7", hello("1"))
	if a := settle(); a.Outcome != Happened || a.Object.ID != "7" {
		t.Errorf("there: %+v", a)
	}
	w.stands("acme_post", "8", hello("1"))
	if a := settle(); a.Outcome != Unclear || a.Why != "2 live posts have its content" {
		t.Errorf("twice: %+v", a)
	}
	w = newWall(t)
	w.owned("acme_post.other", "5", attrs{"title": "Other"}).Written = now.Add(-30 * time.Second)
	if a := settle(); a.Outcome != NotSo {
		t.Errorf("with evidence: %+v", a)
	}
}

// TestContentVerified: a saved plan makes nothing that has appeared since.
func TestContentVerified(t *testing.T) {
	w := newWall(t)
	w.owned("acme_post.b", "7", hello("1"))
	w.want("acme_post.a", hello("1"))
	w.want("acme_post.b", attrs{"title": "Bye", "body": "x"})
	p := w.mustPlan()
	verify := func() map[int]error {
		w.in.Live = w.tables()
		if diags := Believe(w.in); diags.HasErrors() {
			t.Fatal(diags)
		}
		return Verify(p, w.in.Types, w.in.Live)
	}
	if got := verify(); len(got) > 0 {
		t.Errorf("nothing has changed: %v", got)
	}
	w.stands("acme_post", "8", hello("1"))
	if got := verify(); len(got) != 1 || got[0] == nil {
		t.Errorf("it has appeared: %v", got)
	}
}

// TestContentLostState is a law: with the state lost, whatever was made is adopted as
// it is, in any order of the list, and nothing is made again.
func TestContentLostState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWall(t)
		word := rapid.SampledFrom([]string{"a", "A", "a.", "b c", "bc", "🌲", ""})
		seen := map[string]bool{}
		for i := range rapid.IntRange(1, 8).Draw(rt, "posts") {
			title, body := "t"+word.Draw(rt, "title"), word.Draw(rt, "body")
			groups := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "3"}), 0, 3, rapid.ID).Draw(rt, "groups")
			key := title + "\x00" + body + "\x00" + setOf(groups).GoString()
			if seen[key] {
				continue
			}
			seen[key] = true
			a := attrs{"title": title, "body": body, "groups": groups}
			w.want("acme_post.p"+string(rune('a'+i)), a)
			w.stands("acme_post", string(rune('A'+i)), a)
		}
		p := w.mustPlan()
		taken := map[string]bool{}
		for _, s := range p.Steps {
			if s.Action != Adopt || s.Calls != 0 || taken[s.ID] {
				rt.Fatalf("%s, %d calls, id %s", line(&s), s.Calls, s.ID)
			}
			taken[s.ID] = true
		}
		if len(p.Steps) != len(seen) {
			rt.Fatalf("%d steps for %d posts", len(p.Steps), len(seen))
		}
	})
}

func num(n int64) cty.Value { return cty.NumberIntVal(n) }
