package moxtra

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// mustRead reads a data source and checks that it gives all its attributes, each of
// its type.
func mustRead(t *testing.T, c provider.Client, typ string, args map[string]cty.Value) map[string]cty.Value {
	t.Helper()
	values, err := c.Data(ctx, typ, args)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range New().Data() {
		if source.Name != typ {
			continue
		}
		for _, a := range source.Attributes {
			v, there := values[a.Name]
			if _, given := args[a.Name]; !there && (a.Computed || given) || there && (!v.Type().Equals(a.Type) || !v.IsWhollyKnown()) {
				t.Errorf("%s of %s is %#v", a.Name, typ, v)
			}
		}
	}
	return values
}

// at walks into a value: by names into objects, by numbers into lists.
func at(v cty.Value, path ...any) cty.Value {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = v.GetAttr(step)
		case int:
			v = v.Index(cty.NumberIntVal(int64(step)))
		}
	}
	return v
}

// TestDataSources reads the vendor's samples.
func TestDataSources(t *testing.T) {
	c, r := open(t)
	user := mustRead(t, c, dataUser, nil)
	if user["email"].AsString() != "jim@test.com" || user["id"].AsString() != "UiaduESWsbzFoK9TOldC6zF" || at(user["teams"], 0, "name").AsString() != "John's team" {
		t.Errorf("%v", shown(user))
	}
	if again := mustRead(t, c, dataUser, texted("user_id", "me")); !again["id"].RawEquals(user["id"]) || r.take() != "GET /me" {
		t.Errorf("%v", shown(again))
	}
	self, err := c.Self(ctx)
	if err != nil || self.ID != user["id"].AsString() || r.take() != "" {
		t.Errorf("%v, %v", self, err)
	}
	if unread := mustRead(t, c, dataUnreadFeeds, nil); unread["unread_feeds"].IsNull() || r.take() != "GET /me/unreadfeeds" {
		t.Errorf("%v", shown(unread))
	}
	todos := mustRead(t, c, dataTodos, nil)
	first := at(todos["binders"], 0, "todos", 0)
	for name, want := range map[string]cty.Value{
		"id": cty.StringVal("266"), "name": cty.StringVal("Project X"), "creator_id": cty.StringVal(john), "creator_name": cty.StringVal("John Doe"),
		"assignee_id": cty.StringVal("Ua9hIj1Bi33F3bxq5yQ4gCH"), "assignee_name": cty.StringVal("Smith Fun"), "comments": cty.StringVal("Need to add budgets"),
		"description": cty.NullVal(cty.String), "completed": cty.False, "due_time": cty.NumberIntVal(1398495600000), "due_at": cty.StringVal("2014-04-26T07:00:00Z"),
		"reminder_time": cty.NumberIntVal(1398296662605), "reminder_at": cty.StringVal("2014-04-23T23:44:22.605Z"),
		"created_time": cty.NumberIntVal(1414713251914), "updated_at": cty.StringVal("2014-10-30T23:54:11.918Z"),
	} {
		if got := first.GetAttr(name); !got.RawEquals(want) {
			t.Errorf("%s of a task is %#v, want %#v", name, got, want)
		}
	}
	if undated := at(todos["binders"], 0, "todos", 1); !undated.GetAttr("due_time").RawEquals(cty.NumberIntVal(0)) || !undated.GetAttr("due_at").IsNull() {
		t.Errorf("a task without a date: %#v", undated)
	}
	team := mustRead(t, c, dataTeam, texted("team_id", "PRTA3fRhzcxEPit77Dw063F"))
	if team["name"].AsString() != "John's team" || team["created_at"].AsString() != "2016-06-30T22:50:47.209Z" || at(team["members"], 0, "member", "name").AsString() != "John Wess" || !at(team["members"], 0, "owner").True() {
		t.Errorf("%v", shown(team))
	}
}

// TestFeedsKeepTheirShape reads activities, one of them without an object.
func TestFeedsKeepTheirShape(t *testing.T) {
	c, r := open(t)
	plain := mustRead(t, c, dataTimeline, nil)
	sorted := mustRead(t, c, dataTimeline, texted("filter", "unreadfeeds", "sort", "time"))
	mustRead(t, c, dataTimeline, texted("user_id", "me", "sort", "time", "filter", "unreadfeeds"))
	if got := r.take(); got != "GET /me/timeline\nGET /me/timeline?filter=unreadfeeds&sort=time" {
		t.Errorf("it took\n%s", got)
	}
	var without, with cty.Value
	for it := plain["feeds"].ElementIterator(); it.Next(); {
		if _, feed := it.Element(); feed.GetAttr("object").IsNull() {
			without = feed
		} else if feed.GetAttr("id").AsString() == "370" {
			with = feed
		}
	}
	if without == cty.NilVal || without.GetAttr("verb").AsString() != "join" || at(without, "target", "displayName").AsString() != "Crystal" || at(without, "generator", "id").AsString() != "Bj0GDAOoP48Cllc9wlGK3vE" {
		t.Errorf("of the activity without an object: %#v", without)
	}
	want := map[string]string{"object": "comment 128 <p>Hello</p> Hello", "actor": "person Utkj3YC5BxRHCCaq9widP67 John Wess johnw@test.com", "target": "page 6 PAGE_TYPE_IMAGE https://www.moxtra.com/Be0pVl0vaYeI5RKtLRqnfM9/6"}
	for part, names := range map[string][]string{"object": {"objectType", "id", "content", "content_text"}, "actor": {"objectType", "id", "displayName", "email"}, "target": {"objectType", "id", "type", "url"}} {
		var words []string
		for _, name := range names {
			words = append(words, at(with, part, name).AsString())
		}
		if diff := cmp.Diff(want[part], strings.Join(words, " ")); diff != "" {
			t.Errorf("%s: %s", part, diff)
		}
	}
	if at(with, "published").AsString() != "2016-08-16T01:46:07Z" || !at(with, "published_time").RawEquals(cty.NumberIntVal(1471311967000)) || !at(with, "actor", "published_time").RawEquals(cty.NumberIntVal(1463952096000)) {
		t.Errorf("times: %#v", with)
	}
	if n := sorted["feeds"].LengthInt(); n == 0 || n > plain["feeds"].LengthInt() {
		t.Errorf("%d have not been read", n)
	}
	for _, typ := range []string{dataMentions, dataFavorites} {
		if feeds := mustRead(t, c, typ, nil)["feeds"]; feeds.LengthInt() != 2 {
			t.Errorf("%s has %d activities", typ, feeds.LengthInt())
		}
	}
}

// TestOrgUsersAreFiltered looks for users of the org.
func TestOrgUsersAreFiltered(t *testing.T) {
	c, r := open(t)
	if _, err := c.List(ctx, typeUser); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args map[string]cty.Value
		want string
	}{
		{nil, "Joe,Hazel,Smith,jim,John"},
		{texted("org_id", orgID, "status", "GROUP_MEMBER"), "Joe,Hazel,Smith,jim,John"},
		{map[string]cty.Value{"admin": cty.True}, "jim"},
		{map[string]cty.Value{"admin": cty.False, "disabled": cty.True}, "Hazel"},
		{map[string]cty.Value{"disabled": cty.False, "status": cty.NullVal(cty.String)}, "Joe,Smith,jim,John"},
		{texted("status", "GROUP_INVITED"), ""},
	} {
		values := mustRead(t, c, dataOrgUsers, test.args)
		var names []string
		for it := values["users"].ElementIterator(); it.Next(); {
			_, one := it.Element()
			names = append(names, one.GetAttr("first_name").AsString())
		}
		if got := strings.Join(names, ","); got != test.want || !values["total"].RawEquals(cty.NumberIntVal(5)) || values["org_id"].AsString() != orgID {
			t.Errorf("%v: %s of %#v, want %s", shown(test.args), got, values["total"], test.want)
		}
	}
	if got := r.take(); got != "GET /me/orgs/"+orgID+"/users" {
		t.Errorf("it took\n%s", got)
	}
	tagged := mustRead(t, c, dataOrgUsers, nil)["users"].Index(cty.NumberIntVal(0))
	if at(tagged, "tags", 0, "value").AsString() != "Test" || tagged.GetAttr("phone_number").AsString() != "408-1234567" {
		t.Errorf("%#v", tagged)
	}
}

// TestWhatCannotBeRead names what is wrong with arguments.
func TestWhatCannotBeRead(t *testing.T) {
	c, _ := open(t)
	for _, test := range []struct {
		typ  string
		args map[string]cty.Value
		kind provider.Kind
		want string
	}{
		{dataUser, texted("user_id", ""), provider.Refused, "read moxtra_user: user_id is empty. Write what is meant, or null for what holds where it is left out"},
		{dataTeam, texted("team_id", ""), provider.Refused, "read moxtra_team: team_id is empty"},
		{dataTeam, texted("team_id", "P/../x"), provider.NotFound, "There is no such team, or the account may not see it; check team_id"},
		{dataTodos, texted("user_id", "Unobody"), provider.NotFound, "read the todos of user Unobody: HTTP 404"},
		{dataOrgUsers, texted("org_id", "Pnone"), provider.Failed, "There is no such org, or the account is not in it; check org_id"},
		{dataOrgUsers, texted("status", ""), provider.Refused, "status is empty"},
		{"moxtra_none", nil, provider.Failed, "There is no such data source"},
	} {
		if _, err := c.Data(ctx, test.typ, test.args); provider.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.typ, err, test.want)
		}
	}
	bare := newClient(&provider.Connection{}, nil)
	if _, err := bare.Data(ctx, dataOrgUsers, nil); provider.KindOf(err) != provider.Refused || !strings.Contains(err.Error(), "nothing says of which org. Write org_id here or in the provider block") {
		t.Error(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, typ := range New().Data() {
		if _, err := c.Data(cancelled, typ.Name, texted("team_id", "P1")); err != context.Canceled {
			t.Errorf("%s: %v", typ.Name, err)
		}
	}
}

// TestSecretArgumentsStaySecret marks what came of a secret.
func TestSecretArgumentsStaySecret(t *testing.T) {
	c, _ := open(t)
	values, err := c.Data(ctx, dataUser, map[string]cty.Value{"user_id": cty.StringVal(john).Mark(schema.Sensitive)})
	if err != nil || !schema.IsSensitive(values["user_id"]) || schema.IsSensitive(values["email"]) {
		t.Errorf("%v, %v", values, err)
	}
}

// TestStrangeAnswers reads data sources of a server whose answers are not those
// documented: an error, or nothing set, and never a panic.
func TestStrangeAnswers(t *testing.T) {
	for body, fine := range map[string]bool{
		`{"data":{}}`: true,
		`{"code":"RESPONSE_SUCCESS","data":null}`: true,
		`{"data":null}`: false,
		`{"data":{"feeds":null,"binders":null,"members":null,"unread_feeds":null}}`:                                          true,
		`{"data":{"feeds":[null,{}],"binders":[null,{"todos":[null]}],"members":[null,{"member":null}],"unread_feeds":"3"}}`: true,
		`{"data":{"feeds":[{"id":7,"actor":"me"}],"binders":[7],"members":{},"unread_feeds":[]}}`:                            false,
		`{"data":[]}`: false,
		`{}`:          false,
		`[`:           false,
	} {
		c := against(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		for _, typ := range []string{dataTimeline, dataMentions, dataFavorites, dataTodos, dataTeam, dataUnreadFeeds} {
			args := map[string]cty.Value(nil)
			if typ == dataTeam {
				args = texted("team_id", "P1")
			}
			if fine {
				mustRead(t, c, typ, args)
			} else if _, err := c.Data(ctx, typ, args); provider.KindOf(err) != provider.Malformed {
				t.Errorf("%s of %s: %v", typ, body, err)
			}
		}
	}
}
