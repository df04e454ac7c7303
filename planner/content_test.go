package planner

import (
	"maps"
	"strings"
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
		}, []string{`+ acme_post.a title="Hello" body="Welcome!"`}, nil},
		{"signs mean something", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Price", "body": "It costs 1.5 kr. Do. Not stop!"})
			w.stands("acme_post", "7", attrs{"title": "Price", "body": "It costs 15 kr. Do not, stop."})
		}, []string{`+ acme_post.a title="Price" body="It costs 1.5 kr. Do. Not stop!"`}, nil},
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
		{"a picture whose name has other signs", func(w *world) {
			w.want("acme_picture.a", picture("my logo.png", 3, "d1"))
			w.stands("acme_picture", "7", listed("my_logo.png", 3))
		}, []string{"& acme_picture.a"}, nil},
		{"a picture of a name alike, of which another has the very name", func(w *world) {
			w.want("acme_picture.a", picture("slide 1-12.png", 3, "d1"))
			w.want("acme_picture.b", picture("slide 11-2.png", 3, "d2"))
			w.stands("acme_picture", "7", listed("slide 11-2.png", 3))
		}, []string{`+ acme_picture.a source="wall/slide 1-12.png" name="slide 1-12.png" size=[] digest="d1" media="image/png"`, "& acme_picture.b"}, nil},
		{"the equal one goes to whom it is equal to", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome.\n"})
			w.want("acme_post.b", attrs{"title": "Hello", "body": "Welcome."})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome."})
		}, []string{`+ acme_post.a title="Hello" body="Welcome.\n"`, "& acme_post.b"}, nil},
		{"one that leaves something out comes last", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "x"})
			w.want("acme_post.b", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}})
		}, []string{`+ acme_post.a title="Hello" body="x"`, "& acme_post.b"}, nil},
		{"one that leaves something out has what is left", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "x"})
			w.want("acme_post.b", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}})
			w.stands("acme_post", "8", attrs{"title": "Hello", "body": "x", "groups": []string{"2"}})
		}, []string{"& acme_post.a", "& acme_post.b"}, nil},
		{"one that leaves something out comes last, with a picture that the other needs", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "x"})
			w.want("acme_picture.p", picture("p.png", 3, "d1"))
			w.want("acme_post.b", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}, "pictures": []any{ref("acme_picture.p")}})
			w.stands("acme_picture", "5", listed("p.png", 3))
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "x", "groups": []string{"1"}, "pictures": []string{"5"}})
		}, []string{`+ acme_post.a title="Hello" body="x"`, "& acme_picture.p", "& acme_post.b"}, nil},
		{"a renamed label that leaves something out comes last", func(w *world) {
			w.owned("acme_post.old", "7", hello("1"))
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome to all."})
			w.want("acme_post.b", hello("1"))
		}, []string{`+ acme_post.a title="Hello" body="Welcome to all."`, "= acme_post.b from acme_post.old"}, nil},
		{"two are as much like one", func(w *world) {
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome.\n"})
			w.want("acme_post.b", attrs{"title": "Hello", "body": " Welcome."})
			w.stands("acme_post", "7", attrs{"title": "Hello", "body": "Welcome."})
		}, nil, []string{"One live post may be any of several", "id 7", "acme_post.a (main.org.hcl:1", "acme_post.b (main.org.hcl:2", "espalier import 'acme_post.a' 7"}},
		{"two new labels are as much like one old", func(w *world) {
			w.owned("acme_post.old", "7", attrs{"title": "Hello", "body": "Welcome."})
			w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome.\n"})
			w.want("acme_post.b", attrs{"title": "Hello", "body": " Welcome."})
		}, nil, []string{"One live post may be any of several", "espalier state mv 'acme_post.old' 'acme_post.a'"}},
		{"a renamed label of a picture that the server has renamed", func(w *world) {
			rec := w.owned("acme_picture.old", "7", attrs{"name": "x (1).png", "size": num(3), "digest": "d1"})
			rec.Writes = map[string]Write{"name": {Sent: str("x.png"), Answer: str("x (1).png"), At: now.Add(-time.Hour)}}
			w.want("acme_picture.new", picture("x.png", 3, "d1"))
		}, []string{"= acme_picture.new from acme_picture.old"}, nil},
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

// TestContentTaken: what an adopted picture does not tell is taken to be as wanted,
// and the step says so; so does a warning, unless we know what we sent.
func TestContentTaken(t *testing.T) {
	const warning = "2 pictures are taken as the same by name and size alone"
	w := newWall(t)
	for i, name := range []string{"a.png", "b.png"} {
		w.want("acme_picture."+name[:1], picture(name, 3, "d1"))
		w.stands("acme_picture", string(rune('7'+i)), listed(name, 3))
	}
	p := w.expect("& acme_picture.a", "& acme_picture.b")
	got := map[string]string{}
	for name, v := range p.Steps[0].Taken {
		got[name] = said(v)
	}
	if diff := cmp.Diff(map[string]string{"digest": `"d1"`}, got); diff != "" || p.Summary.Calls != 0 {
		t.Errorf("taken (-want +got), %d calls:\n%s", p.Summary.Calls, diff)
	}
	if diff := cmp.Diff([]string{warning}, warnings(p)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	for _, name := range []string{"a.png", "b.png"} {
		w.in.State.Intents = append(w.in.State.Intents, Intent{Address: address(t, "acme_picture."+name[:1]), Provider: "acme", Action: Create, At: now.Add(-time.Minute),
			Wanted: w.values("acme_picture", attrs{"name": name, "size": num(3), "digest": "d1"})})
	}
	if diff := cmp.Diff([]string{}, warnings(w.expect("& acme_picture.a", "& acme_picture.b"))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestContentOfAnEarlierFile: what an earlier run made, without learning of it, of a
// file that has been edited since is not taken to be of the new one.
func TestContentOfAnEarlierFile(t *testing.T) {
	for _, c := range []struct {
		action Action
		steps  []string
	}{
		{Create, []string{`-/+ acme_picture.a digest="d2"`, "- acme_picture.a"}},
		{Replace, []string{"- acme_picture.a", `-/+ acme_picture.a digest="d2"`, "- acme_picture.a"}},
	} {
		w := newWall(t)
		i := Intent{Address: address(t, "acme_picture.a"), Provider: "acme", Action: c.action, At: now.Add(-time.Hour),
			Wanted: w.values("acme_picture", attrs{"name": "a.png", "size": num(3), "digest": "d1"})}
		if c.action == Replace {
			w.owned("acme_picture.a", "6", attrs{"name": "a.png", "size": num(4), "digest": "d0"})
			i.ID = "6"
			c.steps[1] = `-/+ acme_picture.a size=[] digest="d2"`
		}
		w.in.State.Intents = []Intent{i}
		w.want("acme_picture.a", picture("a.png", 3, "d2"))
		w.stands("acme_picture", "7", listed("a.png", 3))
		w.expect(c.steps...)
	}
}

// TestContentMadeInAnotherWay: what an earlier run made without learning of it is
// known in whatever way the server has written it.
func TestContentMadeInAnotherWay(t *testing.T) {
	w := newWall(t)
	w.in.State.Intents = []Intent{{Address: address(t, "acme_picture.a"), Provider: "acme", Action: Create, At: now.Add(-time.Minute),
		Wanted: w.values("acme_picture", attrs{"name": "my logo.png", "size": num(3), "digest": "d1"})}}
	w.want("acme_picture.a", picture("my logo.png", 3, "d1"))
	w.stands("acme_picture", "7", listed("my_logo.png", 3))
	p := w.expect("& acme_picture.a")
	if _, ok := p.Steps[0].Taken["name"]; !ok || p.Steps[0].Made.IsZero() {
		t.Errorf("%+v", p.Steps[0])
	}
}

// TestContentSimilar: what is much like something that is to be made is pointed out.
func TestContentSimilar(t *testing.T) {
	w := newWall(t)
	w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome!"})
	w.stands("acme_post", "7", attrs{"title": "hello", "body": "Welcome."})
	w.want("acme_picture.a", picture("mylogo.png", 3, "d1"))
	w.stands("acme_picture", "8", listed("my_logo.png", 3))
	p := w.mustPlan()
	if diff := cmp.Diff([][]string{{"7"}, {"8"}}, [][]string{p.Steps[0].Similar, p.Steps[1].Similar}); diff != "" {
		t.Errorf("similar (-want +got):\n%s", diff)
	}
	want := []string{"A live picture is much like one that is to be made", "A live post is much like one that is to be made"}
	if diff := cmp.Diff(want, warnings(p)); diff != "" {
		t.Fatalf("warnings (-want +got):\n%s", diff)
	}
	if !strings.Contains(p.Warnings[1].Detail, "espalier import 'acme_post.a' ID") || strings.Contains(p.Warnings[0].Detail, "import") {
		t.Errorf("%+v", p.Warnings)
	}
}

// TestContentOfTypesThatNeedEachOther falls back on the order of the instances.
func TestContentOfTypesThatNeedEachOther(t *testing.T) {
	w := newWall(t)
	w.want("acme_picture.p", picture("p.png", 3, "d1"))
	w.want("acme_post.a", attrs{"title": "A", "body": "x", "pictures": []any{ref("acme_picture.p")}})
	w.want("acme_group.g", attrs{"name": "G", "kind": "organization"}).Needs = []schema.Address{address(t, "acme_post.a")}
	w.want("acme_post.b", helloTo("acme_group.g"))
	w.stands("acme_picture", "5", listed("p.png", 3))
	w.stands("acme_post", "7", attrs{"title": "A", "body": "x", "pictures": []string{"5"}})
	w.stands("acme_group", "3", attrs{"name": "G", "kind": "organization", "parent": nil})
	w.stands("acme_post", "8", hello("3"))
	w.expect("& acme_picture.p", "& acme_post.a", "& acme_group.g", "& acme_post.b")
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
	w.want("acme_group.g", attrs{"name": "G", "kind": "store"})
	w.want("acme_post.d", attrs{"title": "To some", "body": "x", "groups": []any{ref("acme_group.g")}})
	w.stands("acme_post", "20", attrs{"title": "To some", "body": "x"}) // may be to the very group
	w.stands("acme_post", "21", attrs{"title": "To some", "body": "x", "groups": []string{"1"}})
	w.in.Live = w.tables()
	got := ToRead(w.in)
	want := []ObjectID{{"acme", "acme_post", "20"}, {"acme", "acme_post", "7"}, {"acme", "acme_post", "8"}}
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
	lookup.Step.Similar = []string{"7"}
	if a := settle(); a.Outcome != Happened || a.Object.ID != "8" {
		t.Errorf("one was there before: %+v", a)
	}
	lookup.Step.Similar = nil
	w = newWall(t)
	lookup.Values = w.values("acme_post", attrs{"title": "Hello", "body": "Welcome to all."})
	w.stands("acme_post", "7", hello("1"))
	w.stands("acme_post", "8", hello())
	if a := settle(); a.Outcome != Happened || a.Object.ID != "8" {
		t.Errorf("one has more than was sent: %+v", a)
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

// TestContentVerifiedBesideOthers: what the plan has given to another is nothing that
// has appeared.
func TestContentVerifiedBesideOthers(t *testing.T) {
	w := newWall(t)
	w.want("acme_post.a", attrs{"title": "Hello", "body": "Welcome to all."})
	w.want("acme_post.b", hello("1"))
	w.stands("acme_post", "7", hello("1"))
	p := w.expect(`+ acme_post.a title="Hello" body="Welcome to all."`, "& acme_post.b")
	w.in.Live = w.tables()
	if got := Verify(p, w.in.Types, w.in.Live); len(got) > 0 {
		t.Errorf("nothing has changed: %v", got)
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
			all := rapid.IntRange(0, 3).Draw(rt, "all") > 0
			if !all { // else two may want the very same
				groups = nil
			}
			key := title + "\x00" + body + "\x00" + setOf(groups).GoString()
			if seen[key] {
				continue
			}
			seen[key] = true
			a := attrs{"title": title, "body": body, "groups": groups}
			wanted := maps.Clone(a)
			if !all {
				delete(wanted, "groups")
			}
			w.want("acme_post.p"+string(rune('a'+i)), wanted)
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
