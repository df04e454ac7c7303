package motimate

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/providertest"
	"github.com/espalier-dev/espalier/schema"
)

// smallOrganisation is Acme: Norway with Oslo and A/B, Sweden with another
// Oslo; two positions; three people beside the administrator.
func smallOrganisation(t *testing.T, behaviour map[string]string) *client {
	t.Helper()
	s, err := NewSandbox(provider.SandboxOptions{Behaviour: behaviour, Observe: held(t)})
	if err != nil {
		t.Fatal(err)
	}
	err = s.store.Write(func(tx *sandbox.Tx) error {
		for id, group := range map[int64]sandboxGroup{
			1: {Name: "Acme", Level: 1}, 2: {Name: "Norway", Level: 2, Parent: 1}, 3: {Name: "Sweden", Level: 2, Parent: 1},
			4: {Name: "Oslo", Level: 4, Parent: 2}, 5: {Name: "Oslo", Level: 4, Parent: 3}, 6: {Name: "A/B", Level: 4, Parent: 2},
		} {
			if err := sandbox.Put(tx, s.groups, id, group); err != nil {
				return err
			}
		}
		for id, position := range map[int64]sandboxPosition{1: {Name: "Barista", ImportID: "b-1"}, 2: {Name: "Chef"}} {
			if err := sandbox.Put(tx, s.positions, id, position); err != nil {
				return err
			}
		}
		for id, user := range map[int64]sandboxUser{
			2: {Email: "Kim@example.org", Phone: "+47 900 00 001", Employee: "100", First: "Kim", Role: "normal_user",
				Groups: []sandboxMembership{{4, "admin"}}, Positions: []int64{1}},
			3: {Email: "lee@example.org", First: "Lee", Role: "pulse_editor", Groups: []sandboxMembership{{4, "member"}, {5, "member"}}},
			4: {Phone: "+47 900 00 002", Role: "reporter", Positions: []int64{1, 2}},
		} {
			if err := sandbox.Put(tx, s.users, id, user); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return providertest.Serve(t, New(), s, kindsOf("country", "Country", "shop", "Store")).(*client)
}

// TestSingles looks one thing up by each of its keys.
func TestSingles(t *testing.T) {
	c := smallOrganisation(t, map[string]string{"roles": "present"})
	for _, test := range []struct {
		data string
		args map[string]cty.Value
		want string // id, or a part of the error
		kind provider.Kind
	}{
		{dataUser, texted("employee_number", "100"), "2", 0},
		{dataUser, texted("email", "kIM@EXAMPLE.org"), "2", 0},
		{dataUser, texted("phone_number", "+4790000002"), "4", 0},
		{dataUser, texted("id", "3"), "3", 0},
		{dataUser, texted("id", "3", "email", "kim@example.org"), `there is none with id "3" and email "kim@example.org"`, provider.NotFound},
		{dataUser, texted("email", "nobody@example.org"), `there is none with email "nobody@example.org"`, provider.NotFound},
		{dataUser, nil, "nothing says which one. Give its id or another key; an empty text is none", provider.Refused},
		{dataUser, texted("email", "", "phone_number", ""), "nothing says which one", provider.Refused},
		{dataUser, texted("phone_number", "n/a"), `phone_number "n/a" has no digits. Write the number, or null where there is none`, provider.Refused},
		{dataUser, texted("employee_number", "100", "phone_number", "+"), `phone_number "+" has no digits`, provider.Refused},
		{dataUser, texted("email", "", "employee_number", "100"), "2", 0},
		{dataGroup, texted("id", "6"), "6", 0},
		{dataGroup, texted("name", "Norway"), "2", 0},
		{dataGroup, texted("name", "Oslo"), `2 have name "Oslo": ids 4, 5. Give the id`, provider.Refused},
		{dataGroup, texted("name", "Oslo", "parent", "3"), "5", 0},
		{dataGroup, texted("path", "Acme/Norway/Oslo"), "4", 0},
		{dataGroup, texted("path", "Acme/Norway/A/B"), "6", 0},
		{dataGroup, texted("path", "Acme"), "1", 0},
		{dataGroup, texted("path", "Acme/Norway", "id", "2"), "2", 0},
		{dataGroup, texted("path", "Acme/Norway", "id", "3"), `there is none with path "Acme/Norway" and id "3"`, provider.NotFound},
		{dataGroup, texted("name", "Acme", "parent", ""), "1", 0},
		{dataGroup, texted("name", "Norway", "parent", ""), `there is none with name "Norway" and parent ""`, provider.NotFound},
		{dataGroup, texted("path", ""), "the path is empty. Write the names from the top down, such as Acme/Norway, or null", provider.Refused},
		{dataGroup, texted("path", "", "name", "Norway"), "the path is empty", provider.Refused},
		{dataGroup, texted("path", "//", "id", "2"), "the path is empty", provider.Refused},
		{dataGroup, nil, "nothing says which one", provider.Refused},
		{dataGroup, texted("path", "Norway/Oslo"), `there is none with path "Norway/Oslo". Check`, provider.NotFound},
		{dataGroup, texted("path", "Acme/Norway/Bergen/Shop"), `(there is "Acme/Norway", and no "Bergen/Shop" below it)`, provider.NotFound},
		{dataGroup, texted("path", "Acme/"), "1", 0},
		{dataGroup, texted("path", "/Acme/Norway/A/B//"), "6", 0},
		{dataGroup, texted("path", "Norge/"), `there is none with path "Norge/". Check`, provider.NotFound},
		{dataGroup, texted("path", "/Acme/Norge/"), `there is none with path "/Acme/Norge/" (there is "Acme", and no "Norge" below it)`, provider.NotFound},
		{dataPosition, texted("import_id", "b-1"), "1", 0},
		{dataPosition, texted("name", "Chef"), "2", 0},
		{dataMe, nil, "1", 0},
		{"motimate_nothing", nil, "There is no such data source", provider.Failed},
	} {
		values, err := c.Data(context.Background(), test.data, test.args)
		if err != nil {
			if provider.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s %v: %v", test.data, test.args, err)
			}
			continue
		}
		if values["id"].AsString() != test.want {
			t.Errorf("%s %v: %v, want %s", test.data, test.args, values, test.want)
		}
		fitsType(t, test.data, values)
	}
}

// fitsType checks a result against the data source's own type.
func fitsType(t *testing.T, name string, values map[string]cty.Value) {
	t.Helper()
	for _, typ := range dataTypes() {
		if typ.Name != name {
			continue
		}
		for _, a := range typ.Attributes {
			v, ok := values[a.Name]
			if !ok && a.Computed || ok && !v.Type().Equals(a.Type) {
				t.Errorf("%s: %s is %#v, which is no %s", name, a.Name, v, a.Type.FriendlyName())
			}
		}
		for attr := range values {
			if typ.Attribute(attr) == nil {
				t.Errorf("%s: %s is no attribute", name, attr)
			}
		}
	}
}

func TestPlurals(t *testing.T) {
	c := smallOrganisation(t, map[string]string{"roles": "present"})
	for _, test := range []struct {
		data, list string
		args       map[string]cty.Value
		want       string
	}{
		{dataUsers, "users", nil, "1 2 3 4"},
		{dataUsers, "users", texted("group", "4"), "2 3"},
		{dataUsers, "users", texted("group", "4", "position", "1"), "2"},
		{dataUsers, "users", texted("organization_role", "pulse_editor"), "3"},
		{dataUsers, "users", texted("group", "99"), ""},
		{dataGroups, "groups", texted("kind", "shop"), "4 5 6"},
		{dataGroups, "groups", texted("kind", "shop", "parent", "2"), "4 6"},
		{dataGroups, "groups", texted("parent", ""), "1"},
		{dataPositions, "positions", nil, "1 2"},
		{dataPositions, "positions", texted("name", "Chef"), "2"},
	} {
		values, err := c.Data(context.Background(), test.data, test.args)
		if err != nil {
			t.Errorf("%s %v: %v", test.data, test.args, err)
			continue
		}
		var found []string
		for it := values[test.list].ElementIterator(); it.Next(); {
			_, v := it.Element()
			found = append(found, v.GetAttr("id").AsString())
		}
		if diff := cmp.Diff(test.want, strings.Join(found, " ")); diff != "" {
			t.Errorf("%s %v: %s", test.data, test.args, diff)
		}
		fitsType(t, test.data, values)
	}
}

func TestAGroupInFull(t *testing.T) {
	c := smallOrganisation(t, nil)
	values, err := c.Data(context.Background(), dataGroup, texted("id", "5"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"ID": "", "id": "5", "name": "Oslo", "kind": "shop", "parent": "3", "level": "4", "path": "Acme/Sweden/Oslo"}
	if diff := cmp.Diff(want, shown(schema.Object{Attrs: values})); diff != "" {
		t.Error(diff)
	}
}

// TestMembershipsThatListsLack: one person is read alone; a filter that cannot
// be right is refused.
func TestMembershipsThatListsLack(t *testing.T) {
	c := smallOrganisation(t, map[string]string{"list_memberships": "absent"})
	values, err := c.Data(context.Background(), dataUser, texted("id", "3"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := ids(values, "groups"); strings.Join(got, " ") != "4 5" || !values["leads"].IsNull() {
		t.Errorf("%#v", values)
	}
	_, err = c.Data(context.Background(), dataUsers, texted("group", "4"))
	if provider.KindOf(err) != provider.Refused || !strings.Contains(err.Error(), "does not say who is in what, so it cannot be filtered by group") {
		t.Error(err)
	}
	all, err := c.Data(context.Background(), dataUsers, nil)
	if err != nil || all["users"].LengthInt() != 4 {
		t.Error(all, err)
	}
}

// TestALotOfDataIsReadOnce counts the calls of many look-ups.
func TestALotOfDataIsReadOnce(t *testing.T) {
	c := smallOrganisation(t, nil)
	for range 5 {
		for _, args := range []map[string]cty.Value{texted("id", "2"), texted("employee_number", "100")} {
			if _, err := c.Data(context.Background(), dataUser, args); err != nil {
				t.Fatal(err)
			}
		}
	}
	listing, err := c.List(context.Background(), typeUser)
	if err != nil || listing.Calls != 0 {
		t.Errorf("%d more calls, %v", listing.Calls, err)
	}
}

func TestACircleEnds(t *testing.T) {
	group := func(id, parent string) schema.Object {
		return schema.Object{ID: id, Attrs: texted("name", "g"+id, "parent", parent)}
	}
	tree := newTree([]schema.Object{group("1", "2"), group("2", "1")})
	if path := tree.path(tree.byID["1"]); path != "g2/g1" {
		t.Error(path)
	}
	if found := tree.at("g1/g2"); len(found) != 0 {
		t.Error(found)
	}
}
