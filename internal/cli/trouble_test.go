package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// shelf is a vendor's client that only lists, and counts how often.
type shelf struct {
	provider.Client
	objects map[string][]schema.Object
	err     error
	lists   int
}

func (c *shelf) List(_ context.Context, typ string) (provider.Listing, error) {
	c.lists++
	return provider.Listing{Objects: c.objects[typ]}, c.err
}

// remembered is a session with a state that owns nothing.
type remembered struct{ state.Session }

func (remembered) Snapshot() *state.Snapshot { return state.New("test") }

// called puts the name of a vendor into a text that speaks of acme.
func called(text string) string {
	return strings.ReplaceAll(text, "acme", all.Providers()[0].Name())
}

var troubled = called(`provider "acme" {
  kinds = { company = "Organization", shop = "Butikk" }
}

resource "acme_user" "ada" {
  email        = "ada@example.org"
  phone_number = "4711"
  groups       = ["17", "18"]
  leads        = ["18"]
  positions    = ["5"]
}

resource "acme_group" "oslo" {
  name   = "Oslo"
  kind   = "shop"
  parent = "17"
}
`)

// scene is a run of which calls can be said to have failed.
func scene(t *testing.T, client *shelf) target {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.org.hcl"), []byte(troubled), 0o600); err != nil {
		t.Fatal(err)
	}
	a := newApp(Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Now: time.Now,
		Environ: []string{strings.ToUpper(called("acme")) + "_BASE_URL=http://127.0.0.1:1", strings.ToUpper(called("acme")) + "_ACCESS_TOKEN=none-such"}})
	a.dir = dir
	p, err := a.load(variables{})
	if err != nil {
		t.Fatal(err)
	}
	p.providers[called("acme")].client = client
	named := func(id, name string) schema.Object {
		return schema.Object{ID: id, Attrs: map[string]cty.Value{"name": cty.StringVal(name), "kind": cty.StringVal("company")}}
	}
	if client.objects == nil {
		client.objects = map[string][]schema.Object{called("acme_group"): {named("17", "Norway")}, called("acme_position"): {named("5", "Barista")}}
	}
	// What the plan had read: a group is live that the list does not show any more.
	seen := map[string]map[string]*planner.Table{called("acme"): {
		called("acme_group"): planner.NewTable(a.types(called("acme_group")), []schema.Object{named("17", "Norway"), named("18", "Bergen")}),
	}}
	j := journal{p: p, before: state.New("test"), live: seen, mine: &committed{records: map[schema.Address]*state.Record{}}}
	return target{p: p, session: remembered{}, journal: j, stop: context.Background(), troubles: p.troubles(),
		listed: &listings{tables: map[[2]string]*planner.Table{}, fresh: map[[2]string]reading{}}}
}

func idSet(list ...string) cty.Value {
	var values []cty.Value
	for _, id := range list {
		values = append(values, cty.StringVal(id))
	}
	return cty.SetVal(values)
}

// person and unit are the values of the two objects of the configuration.
func person() map[string]cty.Value {
	return map[string]cty.Value{"email": cty.StringVal("ada@example.org"), "phone_number": cty.StringVal("4711"), "groups": idSet("17", "18"), "leads": idSet("18"), "positions": idSet("5")}
}

func unit() map[string]cty.Value {
	return map[string]cty.Value{"name": cty.StringVal("Oslo"), "kind": cty.StringVal("shop"), "parent": cty.StringVal("17")}
}

func stepOf(t *testing.T, address string, action planner.Action) *planner.Step {
	t.Helper()
	addr, err := schema.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	s := &planner.Step{Address: addr, Provider: called("acme"), Action: action, File: "main.org.hcl", Line: 5, Class: schema.ClassPerson}
	if addr.Type == called("acme_group") {
		s.Line, s.Class = 13, schema.ClassUnit
	}
	if action != planner.Create {
		s.ID = "99"
	}
	return s
}

// TestTold holds what is said of each error of a vendor, and under which line.
func TestTold(t *testing.T) {
	ada, oslo := called("acme_user.ada"), called("acme_group.oslo")
	for _, test := range []struct {
		name, address string
		what          deed
		kind          call
		err           provider.Error
		line          int
		summary       string
		says          []string
	}{
		{"a group is gone", ada, toCreate(), aCreate, provider.Error{Kind: provider.Refused, Status: 404, Vendor: "no such group"}, 8,
			"The group Bergen is not live any more", []string{"is to be in group Bergen (id 18), which is not live any more. The server says: no such group (HTTP 404). Plan again"}},
		{"a group is gone, by its field", ada, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 422, Vendor: "group 18 is unknown", Attrs: []string{"groups"}}, 8,
			"The group Bergen is not live any more", []string{"(HTTP 422)"}},
		{"the parent is there", oslo, toCreate(), aCreate, provider.Error{Kind: provider.Refused, Status: 404}, 16,
			"Something that the group refers to is not there", []string{"The server gives no reason (HTTP 404). It refers to group Norway (id 17). A list shows that, so either it was deleted a moment ago"}},
		{"the e-mail is taken", ada, toCreate(), aCreate, provider.Error{Kind: provider.Refused, Status: 409, Vendor: "has been taken", Attrs: []string{"email"}}, 6,
			"This email is taken already", []string{`the email "ada@example.org", which somebody else has.`, called("espalier import 'acme_user.ada' ID")}},
		{"the name is taken", oslo, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 400, Vendor: "name already exists.", Attrs: []string{"name"}}, 14,
			"This name is taken already", []string{`the name "Oslo", which something else has. The server says: name already exists (HTTP 400).`, "or free it first"}},
		{"a value is refused", ada, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 422, Vendor: "phone_number is too short", Attrs: []string{"phone_number"}}, 7,
			"The server does not take this phone_number", []string{`because of its phone_number "4711"`, "Put it right and apply again."}},
		{"a field is not taken", oslo, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 422, Vendor: `there is no field "kind"; there is no field "name"`, Attrs: []string{"name"}}, 14,
			"The server does not take this name", []string{"It takes no such field, so this cannot be done by its API: do it by hand, or leave the name as it is"}},
		{"what was not sent is not blamed first", ada, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 422, Vendor: "employee_number, email", Attrs: []string{"employee_number", "email"}}, 6,
			"The server does not take this email", nil},
		{"what is not touched", oslo, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 422, Vendor: "name is missing", Attrs: []string{"name"}}, 13,
			"The server refuses the change for what it does not touch", []string{called("acme_group.oslo was not changed, because of its name, which this change does not touch. The server says: name is missing (HTTP 422). Some servers take a change for the whole object"),
				called(`see the settings of provider "acme".`)}},
		{"what is touched goes before what is not", oslo, toChange(), aChange, provider.Error{Kind: provider.Refused, Status: 422, Vendor: "name, parent", Attrs: []string{"name", "parent"}}, 16,
			"The server does not take this parent", nil},
		{"a level is not there", oslo, toCreate(), aCreate, provider.Error{Kind: provider.Refused, Status: 422, Vendor: `no kind "Butikk"`, Attrs: []string{"kind"}}, 15,
			"The server does not take this kind", []string{`was not created with the kind "shop".`, called(`It was sent as "Butikk", as provider "acme" says.`), `The levels that live groups carry are "company" (live "Organization").`}},
		{"nothing is blamed", ada, toCreate(), aCreate, provider.Error{Kind: provider.Refused, Status: 400}, 5,
			"The server refuses to create the person", []string{"The server gives no reason (HTTP 400). Put right what it says, and apply again."}},
		{"too large", ada, toCreate(), aCreate, provider.Error{Kind: provider.Refused, Status: 413}, 5,
			"What was sent is too large for the server", []string{"takes no request of this size. The server gives no reason (HTTP 413). Ask whoever runs the server"}},
		{"gone", ada, toChange(), aChange, provider.Error{Kind: provider.NotFound, Status: 404}, 5,
			"The person is not live any more", []string{"was live with the id 99", "Plan again"}},
		{"no right", ada, toCreate(), aCreate, provider.Error{Kind: provider.Unauthorized, Status: 403, Vendor: "forbidden"}, 1,
			"The account may not create a person", []string{"The server says: forbidden (HTTP 403)", called(`Give the account of provider "acme" the role it needs`)}},
		{"no token", oslo, toDelete(), aChange, provider.Error{Kind: provider.Unauthorized, Status: 401}, 1,
			"The server does not accept the token", []string{"was not deleted.", called(`Check the credentials of provider "acme"`)}},
		{"trouble", ada, toCreate(), aCreate, provider.Error{Kind: provider.Unanswered, Op: "create user", Status: 502, Remedy: "It is looked up"}, 5,
			"The server is in trouble", []string{called("It is not known whether acme_user.ada was created. The call to create user was answered with HTTP 502. It is looked up.")}},
		{"too many calls", ada, toChange(), aChange, provider.Error{Kind: provider.Unavailable, Op: "update user 99", Status: 429, Remedy: "Run again later"}, 5,
			"The server takes no more calls for now", []string{called("It is not known whether acme_user.ada was changed."), "HTTP 429. Run again later."}},
		{"cut", oslo, toChange(), aChange, provider.Error{Kind: provider.Unavailable, Op: "update group 99", Err: errors.New("cut")}, 13,
			"No answer came", []string{"The call to update group 99 ended like this: cut."}},
		{"a login page", ada, toCreate(), aCreate, provider.Error{Kind: provider.Malformed, Op: "create user", Status: 200, Err: errors.New("the answer is a web page")}, 5,
			"The answer is not one of the API", []string{called("acme_user.ada was not created. The call to create user was answered with HTTP 200, but the answer is a web page.")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			live := scene(t, &shelf{})
			action, wanted := planner.Update, person()
			if test.what == toCreate() {
				action = planner.Create
			}
			if test.address == oslo {
				wanted = unit()
			}
			err, step := error(&test.err), stepOf(t, test.address, action)
			if strings.Contains(test.name, "touched") {
				step.Changes = []planner.Change{{Attr: "parent"}}
			}
			told := live.told(context.Background(), step, test.what, wanted, err, live.p.judged(err, test.kind, nil))
			var d *render.Diagnosis
			if !errors.As(told, &d) {
				t.Fatalf("%v is no diagnosis", told)
			}
			if d.Summary != test.summary || d.Subject == nil || d.Subject.Start.Line != test.line || d.Source == nil {
				t.Errorf("%q at %v, want %q at line %d", d.Summary, d.Subject, test.summary, test.line)
			}
			for _, text := range test.says {
				if !strings.Contains(d.Detail, text) {
					t.Errorf("%q does not say %q", d.Detail, text)
				}
			}
			for _, text := range []string{d.Discreet, d.Summary} {
				if strings.Contains(text, "ada@example.org") || strings.Contains(text, ada) || strings.Contains(text, "4711") {
					t.Errorf("%q names somebody", text)
				}
			}
			var c *planner.CallError
			if want := live.p.judged(err, test.kind, nil).(*planner.CallError).Verdict; !errors.As(told, &c) || c.Verdict != want {
				t.Errorf("the verdict is %d, want %d", c.Verdict, want)
			}
		})
	}
}

// What is sensitive is not in the words, and its lines are not shown.
func TestToldWithoutSecrets(t *testing.T) {
	live := scene(t, &shelf{})
	wanted := person()
	wanted["phone_number"] = wanted["phone_number"].Mark(schema.Sensitive)
	step := stepOf(t, called("acme_user.ada"), planner.Create)
	step.Sensitive = []string{"phone_number"}
	for _, attr := range []string{"phone_number", ""} {
		e := &provider.Error{Kind: provider.Refused, Status: 422, Vendor: "4711 is taken", Attrs: []string{attr}}
		told := live.told(context.Background(), step, toCreate(), wanted, e, live.p.judged(e, aCreate, sensitiveTexts(wanted)))
		var d *render.Diagnosis
		if !errors.As(told, &d) || strings.Contains(told.Error()+d.Detail+d.Discreet+d.Err.Error(), "4711") {
			t.Errorf("a secret is told: %v", told)
		}
		if attr != "" && (d.Source != nil || d.Subject.Start.Line != 7 || d.Subject.Start.Column != 0) {
			t.Errorf("a line with a secret is shown: %v", d.Subject)
		}
	}
}

// Many failures cost one list of each type; one that cannot be read is not asked
// for again, and a run of few calls asks for none.
func TestMissingIsLookedUpOnce(t *testing.T) {
	for _, test := range []struct {
		name     string
		client   *shelf
		maxCalls int
		lists    int
		says     string
	}{
		{"listed", &shelf{}, 0, 2, "which is not live any more"},
		{"not to be had", &shelf{err: errors.New("no")}, 0, 2, "Whether all of these are live could not be looked up: either one is not, or"},
		{"few calls", &shelf{}, 10, 0, "Whether all of these are live could not be looked up: either one is not, or"},
	} {
		live := scene(t, test.client)
		live.p.maxCalls = test.maxCalls
		for range 20 {
			e := &provider.Error{Kind: provider.Refused, Status: 404}
			told := live.told(context.Background(), stepOf(t, called("acme_user.ada"), planner.Create), toCreate(), person(), e, live.p.judged(e, aCreate, nil))
			if !strings.Contains(told.Error(), test.says) {
				t.Fatalf("%s: %q does not say %q", test.name, told, test.says)
			}
		}
		if test.client.lists != test.lists {
			t.Errorf("%s: %d lists, want %d", test.name, test.client.lists, test.lists)
		}
	}
}

// A saved plan that is carried out where its files are others, or none, names the
// place alone; what the configuration does not say has none.
func TestPlaces(t *testing.T) {
	live := scene(t, &shelf{})
	e := &provider.Error{Kind: provider.Refused, Status: 422, Attrs: []string{"email"}}
	place := func(step *planner.Step) *render.Diagnosis {
		var d *render.Diagnosis
		if !errors.As(live.told(context.Background(), step, toCreate(), person(), e, live.p.judged(e, aCreate, nil)), &d) {
			t.Fatal("no diagnosis")
		}
		return d
	}
	moved := stepOf(t, called("acme_user.ada"), planner.Create)
	moved.Line = 50
	if d := place(moved); d.Source != nil || d.Subject.Start.Line != 50 || d.Subject.Start.Column != 0 {
		t.Errorf("%v", d.Subject)
	}
	moved.File = ""
	if d := place(moved); d.Subject != nil || d.Source != nil {
		t.Errorf("%v", d.Subject)
	}
	live.p.config, live.troubles = nil, live.p.troubles()
	if d := place(stepOf(t, called("acme_user.ada"), planner.Create)); d.Source != nil || d.Subject.Start.Line != 5 {
		t.Errorf("%v", d.Subject)
	}
}

// What ends a run before anything was sent, and what is no vendor's word, stays as
// it is.
func TestNotTold(t *testing.T) {
	live := scene(t, &shelf{})
	for _, err := range []error{nil, errors.New("anything"), &provider.Error{Kind: provider.Unavailable, Status: 429}} {
		judged := live.p.judged(err, aCreate, nil)
		if told := live.told(context.Background(), stepOf(t, called("acme_user.ada"), planner.Create), toCreate(), person(), err, judged); told != judged {
			t.Errorf("%v has become %v", judged, told)
		}
	}
}
