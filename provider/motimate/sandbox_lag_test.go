package motimate

import (
	"context"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/providertest"
)

// TestListsBehind: lists show the world of half an hour ago, single reads do not.
func TestListsBehind(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	s, err := NewSandbox(provider.SandboxOptions{Behaviour: map[string]string{"lists_lag": "30m", "token_life": "24h"}, Observe: held(t), Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	c := providertest.Serve(t, New(), s, nil).(*client)
	count := func() int {
		c.Forget()
		listing, err := c.List(context.Background(), typePosition)
		if err != nil {
			t.Fatal(err)
		}
		return len(listing.Objects)
	}
	made, err := c.Create(context.Background(), typePosition, texted("name", "Chef"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(context.Background(), typePosition, made.ID, nil); err != nil || count() != 0 {
		t.Errorf("%v; %d listed at once, want 0", err, count())
	}
	clock = clock.Add(29 * time.Minute)
	if count() != 0 {
		t.Error("listed too early")
	}
	if err := c.Delete(context.Background(), typePosition, made.ID); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(2 * time.Minute)
	if count() != 1 {
		t.Error("not listed after half an hour, though its deletion is not shown yet")
	}
	clock = clock.Add(time.Hour)
	if count() != 0 {
		t.Error("still listed after its deletion")
	}
}

// TestSinglesBehind: reads of one object show the world of half an hour ago,
// answers of writes and lists do not.
func TestSinglesBehind(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	r := clocked(t, &clock, "singles_lag", "30m")
	const admin = `"email":"admin@example.org"`
	r.tell(story{
		{`GET /public_api/me`, 200, admin},
		{`GET /public_api/users/1`, 200, admin},
		{`POST /public_api/groups {"name":"Acme","kind":"Organization"}`, 201, `"name":"Acme"`},
		{`POST /public_api/positions {"name":"Chef"}`, 201, `"name":"Chef"`},
		{`POST /public_api/users {"email":"kim@example.org","group_relations":[{"group_id":1}],"position_relations":[{"position_id":1}]}`, 201, `"groups":[{"id":1,"kind":"Organization","level":"1","name":"Acme"}],"positions":[{"id":1,"name":"Chef"}]`},
		{`GET /public_api/groups/1`, 404, `there is no such group`},
		{`GET /public_api/positions/1`, 404, `there is no such position`},
		{`GET /public_api/users/2`, 404, `there is no such user`},
		{`GET /public_api/users`, 200, `"email":"kim@example.org"`},
	})
	clock = clock.Add(time.Hour)
	r.tell(story{
		{`PATCH /public_api/users/1 {"email":"root@example.org"}`, 200, `"email":"root@example.org"`},
		{`PATCH /public_api/groups/1 {"name":"Ace"}`, 200, `"name":"Ace"`},
		{`PATCH /public_api/positions/1 {"name":"Cook"}`, 201, `"name":"Cook"`},
		{`PATCH /public_api/users/2 {"first_name":"Kim"}`, 200, `"first_name":"Kim"`},
		{`GET /public_api/me`, 200, admin},
		{`GET /public_api/groups/1`, 200, `"name":"Acme"`},
		{`GET /public_api/positions/1`, 200, `"name":"Chef"`},
		{`GET /public_api/users/2`, 200, `"first_name":null,"last_name":null,"organization_role":"normal_user","phone_number":null,"groups":[{"id":1,"kind":"Organization","level":"1","name":"Acme"}],"positions":[{"id":1,"name":"Chef"}]`},
		{`GET /public_api/users`, 200, `"name":"Ace"`},
		{`DELETE /public_api/users/2`, 204, ``},
		{`DELETE /public_api/users/2`, 404, ``},
		{`GET /public_api/users/2`, 200, `"email":"kim@example.org"`},
	})
	clock = clock.Add(time.Hour)
	r.tell(story{
		{`GET /public_api/me`, 200, `"email":"root@example.org"`},
		{`GET /public_api/groups/1`, 200, `"name":"Ace"`},
		{`GET /public_api/positions/1`, 200, `"name":"Cook"`},
		{`GET /public_api/users/2`, 404, ``},
	})
}

// TestSeenAndUnseen: with replicas a write is seen by every second read.
func TestSeenAndUnseen(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	r := clocked(t, &clock, "lists_lag", "1h", "singles_lag", "30m", "lag_jitter", "replicas")
	r.tell(story{{`POST /public_api/positions {"name":"Chef"}`, 201, ``}})
	for range 2 {
		r.tell(story{
			{`GET /public_api/positions/1`, 200, `"name":"Chef"`},
			{`GET /public_api/positions`, 200, `"name":"Chef"`},
			{`GET /public_api/positions/1`, 404, ``},
			{`GET /public_api/positions`, 200, `{"data":[]}`},
		})
	}
	clock = clock.Add(40 * time.Minute)
	for range 2 {
		r.tell(story{
			{`GET /public_api/positions/1`, 200, `"name":"Chef"`},
			{`GET /public_api/positions/1`, 200, `"name":"Chef"`},
		})
	}
	r.tell(story{{`GET /public_api/positions`, 200, `"name":"Chef"`}, {`GET /public_api/positions`, 200, `{"data":[]}`}})
}

// clocked is a sandbox whose clock is the test's. Its tokens live for a day.
func clocked(t *testing.T, clock *time.Time, pairs ...string) *raw {
	t.Helper()
	behaviour := map[string]string{"token_life": "24h"}
	for i := 0; i < len(pairs); i += 2 {
		behaviour[pairs[i]] = pairs[i+1]
	}
	r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaviour, Now: func() time.Time { return *clock }})
	r.login(s)
	return r
}
