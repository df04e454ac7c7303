package motimate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// TestFiltersThatCannotBeMeant are refused: finding nothing would look like an
// answer.
func TestFiltersThatCannotBeMeant(t *testing.T) {
	c := smallOrganisation(t, map[string]string{"roles": "present"})
	for _, test := range []struct {
		data string
		args map[string]cty.Value
		want string
	}{
		{dataUsers, texted("group", ""), "the filter group is empty. Write what to filter by, or null for no filter"},
		{dataUsers, texted("position", "", "group", "4"), "the filter position is empty"},
		{dataGroups, texted("kind", ""), "the filter kind is empty"},
		{dataGroups, texted("kind", "Store"), `no level has the kind "Store". Write one of "country", "shop", as kinds in the provider block names them`},
		{dataPositions, texted("name", ""), "the filter name is empty"},
		{dataUsers, texted("organization_role", "organisation_admin"), `nobody has the organization_role "organisation_admin". Write one of "normal_user", "organization_admin", "pulse_editor", "reporter", "training_editor", which`},
	} {
		_, err := c.Data(context.Background(), test.data, test.args)
		if provider.KindOf(err) != provider.Refused || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v: %v", test.data, test.args, err)
		}
	}
	// Roles that nobody has are known all the same, and so is one that only somebody has.
	for role, want := range map[string]int{"training_editor": 0, "reporter": 1, "": 0} {
		values, err := c.Data(context.Background(), dataUsers, texted("organization_role", role))
		if err != nil || values["users"].LengthInt() != want {
			t.Errorf("%s: %v, %v", role, values, err)
		}
	}
	// A level without a group is empty; one that kinds does not name, but a group has, is there.
	for kind, want := range map[string]int{"country": 2, "Organization": 1} {
		values, err := c.Data(context.Background(), dataGroups, texted("kind", kind))
		if err != nil || values["groups"].LengthInt() != want {
			t.Errorf("%s: %v, %v", kind, values, err)
		}
	}
}

// TestKindsWithoutKinds: without kinds in the provider block a level has its live
// name, and one that no live group has is refused.
func TestKindsWithoutKinds(t *testing.T) {
	c := smallOrganisation(t, nil)
	c.wire = newWire(&options{})
	group := func(id, kind string) schema.Object { return schema.Object{ID: id, Attrs: texted("kind", kind)} }
	live := newDirectory([]schema.Object{group("1", "Organization"), group("2", "Store"), group("3", "Store"), group("4", "")})
	for kind, want := range map[string]string{
		"Store": "", "organisation": `no level has the kind "organisation". Write one of "Organization", "Store", which are the levels that live groups have`,
	} {
		err := c.knownKind(live, []criterion{{name: "kind", text: kind}})
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, unsaid := range []*directory{newDirectory(nil), newDirectory([]schema.Object{group("1", "")})} {
		if err := c.knownKind(unsaid, []criterion{{name: "kind", text: "Store"}}); err != nil {
			t.Error(err)
		}
	}
}

// TestTwoPeopleAreReadAloneAtOnce: the reading of one does not hold up another's.
func TestTwoPeopleAreReadAloneAtOnce(t *testing.T) {
	d := newDirectory(nil)
	second, first := make(chan struct{}), make(chan error)
	go func() {
		_, err := d.alone("1", func(id string) (schema.Object, error) {
			<-second
			return schema.Object{ID: id}, nil
		})
		first <- err
	}()
	if _, err := d.alone("2", func(id string) (schema.Object, error) {
		close(second)
		return schema.Object{ID: id}, nil
	}); err != nil {
		t.Error(err)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
	failed := errors.New("no")
	if _, err := d.alone("3", func(string) (schema.Object, error) { return schema.Object{}, failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
	if found, err := d.alone("3", func(id string) (schema.Object, error) { return schema.Object{ID: id}, nil }); err != nil || found.ID != "3" {
		t.Error("a failure is kept", err)
	}
}

// TestASensitiveArgument is in no error, and sensitive in the result.
func TestASensitiveArgument(t *testing.T) {
	c := smallOrganisation(t, nil)
	secret := func(text string) map[string]cty.Value {
		return map[string]cty.Value{"email": cty.StringVal(text).Mark(schema.Sensitive)}
	}
	_, err := c.Data(context.Background(), dataUser, secret("secret@example.org"))
	if err == nil || strings.Contains(err.Error(), "secret@") || !strings.Contains(err.Error(), "there is none with email (sensitive)") {
		t.Error(err)
	}
	values, err := c.Data(context.Background(), dataUser, secret("lee@example.org"))
	if err != nil || !schema.IsSensitive(values["email"]) || schema.IsSensitive(values["id"]) {
		t.Errorf("%#v, %v", values, err)
	}
	_, err = c.Data(context.Background(), dataGroup, map[string]cty.Value{"path": cty.StringVal("Acme/Norway/Hidden").Mark(schema.Sensitive)})
	if err == nil || strings.Contains(err.Error(), "Norway") {
		t.Error(err)
	}
}

// TestTwoGroupsOfOnePath: a name with a slash can make a path mean two groups.
func TestTwoGroupsOfOnePath(t *testing.T) {
	group := func(id, name, parent string) schema.Object {
		return schema.Object{ID: id, Attrs: texted("name", name, "parent", parent)}
	}
	tree := newTree([]schema.Object{group("1", "A", ""), group("2", "B/C", "1"), group("3", "A/B", ""), group("4", "C", "3"), group("5", "C/D", "9")})
	for path, want := range map[string]string{"A/B/C": "2 4", "A": "1", "A/B": "3", "C/D": "5", "C": "", "A//B": "", "/A": "", "": ""} {
		var found []string
		for _, object := range tree.at(path) {
			found = append(found, object.ID)
		}
		slices.Sort(found)
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
	_, err := one("group", tree.at("A/B/C"), []criterion{{name: "path", text: "A/B/C"}}, "")
	if provider.KindOf(err) != provider.Refused || !strings.Contains(err.Error(), `2 have path "A/B/C": ids `) {
		t.Error(err)
	}
	if hint := tree.way("A/B/X"); hint != ` (there is "A/B", and no "X" below it)` {
		t.Error(hint)
	}
}

// TestManyOfOneKey names the first ids and counts the others.
func TestManyOfOneKey(t *testing.T) {
	var found []schema.Object
	for i := range 25 {
		found = append(found, schema.Object{ID: fmt.Sprint(i)})
	}
	_, err := one("group", found, []criterion{{name: "name", text: "Team"}}, "")
	if want := `25 have name "Team": ids 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 15 more.`; err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
}

// TestOnePersonIsReadAloneOnce, however many data sources ask for the person.
func TestOnePersonIsReadAloneOnce(t *testing.T) {
	c := smallOrganisation(t, map[string]string{"list_memberships": "absent"})
	before, err := c.Data(context.Background(), dataUser, texted("id", "3"))
	if err != nil {
		t.Fatal(err)
	}
	c.HTTP = nil // no further call can be made
	after, err := c.Data(context.Background(), dataUser, texted("email", "LEE@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shown(schema.Object{Attrs: before}), shown(schema.Object{Attrs: after})); diff != "" {
		t.Error(diff)
	}
}

// TestFindIsAScan holds the indexes against looking at every object.
func TestFindIsAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mail := rapid.SampledFrom([]string{"", "a@example.org", "A@Example.org", "b@example.org", "ſ@example.org", "s@example.org"})
		group := rapid.SampledFrom([]string{"1", "2", "3"})
		var objects []schema.Object
		for i := range rapid.IntRange(0, 12).Draw(t, "people") {
			members := cty.SetValEmpty(cty.String)
			if list := rapid.SliceOfNDistinct(group, 0, 3, rapid.ID).Draw(t, "groups"); len(list) > 0 {
				var vals []cty.Value
				for _, id := range list {
					vals = append(vals, cty.StringVal(id))
				}
				members = cty.SetVal(vals)
			}
			objects = append(objects, schema.Object{ID: fmt.Sprint(i), Attrs: map[string]cty.Value{"email": cty.StringVal(mail.Draw(t, "mail")), "groups": members}})
		}
		wanted := []criterion{{name: "email", text: mail.Draw(t, "wanted mail")}, {name: "group", text: group.Draw(t, "wanted group")}}
		wanted = wanted[rapid.IntRange(0, 2).Draw(t, "from"):]
		d := newDirectory(objects)
		for range 2 { // with the index made, and found again
			found, whole := d.find(wanted)
			if diff := cmp.Diff(idsOf(scan(objects, wanted)), idsOf(found)); diff != "" || !whole {
				t.Fatalf("%v: %s", wanted, diff)
			}
		}
	})
}

// scan is what find says it does.
func scan(objects []schema.Object, wanted []criterion) []schema.Object {
	var found []schema.Object
	for _, object := range objects {
		fits := true
		for _, c := range wanted {
			members, _ := ids(object.Attrs, "groups")
			switch c.name {
			case "email":
				fits = fits && strings.EqualFold(textOf(object, "email"), c.text)
			case "group":
				fits = fits && slices.Contains(members, c.text)
			}
		}
		if fits {
			found = append(found, object)
		}
	}
	return found
}

func idsOf(objects []schema.Object) string {
	var list []string
	for _, object := range objects {
		list = append(list, object.ID)
	}
	return strings.Join(list, " ")
}
