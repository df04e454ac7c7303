package moxtra

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
)

const orgList = `GET /me/orgs/PuE0cDUJRkg98FG0FUwJqi4/users`

// TestOrgUsers holds the list of an org's users.
func TestOrgUsers(t *testing.T) {
	r := rawSandbox(t)
	r.tell(story{
		{orgList, 200, `{"code":"RESPONSE_SUCCESS","data":{"count":5,"last_index":0,"users":[{"id":"UiaduESWsbzFoK9TOldC6zF","unique_id":"A122d3s8sj","status":"GROUP_MEMBER",` +
			`"admin":true,"last_name":"test","first_name":"jim","language":"en","disabled":false,"phone_number":"",` +
			`"picture_uri":"https://www.moxtra.com/service/themes/images/default/avatar-single-360.png","tags":[],"created_time":1348864985783,"updated_time":1348864985783},`},
		{orgList, 200, `"id":"U0000000000000000000004","unique_id":"A12asTh213sxSH","status":"GROUP_MEMBER","admin":false,"last_name":"Smith","first_name":"Joe","language":"en",` +
			`"disabled":false,"phone_number":"408-1234567"`},
		{orgList, 200, `"tags":[{"name":"Research","value":"Test"}]`},
		{orgList, 200, `"last_name":"Nutt","first_name":"Hazel","language":"da","disabled":true`},
		{orgList + `?index=0`, 200, `"count":5,"last_index":0,"users":[{"id":"Uiadu`},
		{orgList + `?index=3`, 200, `"count":5,"last_index":0,"users":[{"id":"U0000000000000000000004"`},
		{orgList + `?index=5`, 200, `"count":5,"last_index":0,"users":[]`},
		{orgList + `?index=-1`, 400, `index is not a number from 0 on`},
		{orgList + `?index=one`, 400, `index is not a number from 0 on`},
		{`GET /UiaduESWsbzFoK9TOldC6zF/orgs/PuE0cDUJRkg98FG0FUwJqi4/users`, 200, `"count":5`},
		{`GET /me/orgs/PCfe3LxyzjbJex42qcJXhyu/users`, 404, `there is no such org`},
		{`GET /Unobody/orgs/PuE0cDUJRkg98FG0FUwJqi4/users`, 404, `there is no such user`},
		{`POST /me {"first_name":"Kim"}`, 200, bare},
		{orgList, 200, `"first_name":"Kim"`},
	})
	rawSandbox(t, "list_fields", "brief").tell(story{
		{orgList, 200, `{"id":"UiaduESWsbzFoK9TOldC6zF","unique_id":"A122d3s8sj","status":"GROUP_MEMBER","admin":true,"disabled":false,"phone_number":""`}})
	rawSandbox(t, "list_key", "array").tell(story{
		{orgList, 200, `{"code":"RESPONSE_SUCCESS","data":[{"id":"UiaduESWsbzFoK9TOldC6zF",`}, {orgList + `?index=9`, 200, `"data":[]}`}})
	rawSandbox(t, "count", "absent").tell(story{{orgList, 200, `"data":{"last_index":0,"users":[`}})
	rawSandbox(t, "page_end", "404").tell(story{
		{orgList + `?index=4`, 200, `"users":[{`}, {orgList + `?index=5`, 404, `there is no such page`}})
	rawSandbox(t, "order", "reverse").tell(story{{orgList, 200, `"users":[{"id":"U0000000000000000000005"`}})
	rawSandbox(t, "lists_lag", "1h").tell(story{
		{`POST /me {"first_name":"Kim"}`, 200, bare}, {`GET /me`, 200, `"first_name":"Kim"`}, {orgList, 200, `"first_name":"jim"`}})
}

// orgPage is one page as a client sees it.
type orgPage struct {
	Data struct {
		Count int
		Last  int `json:"last_index"`
		Users []struct{ ID string }
	}
}

// walk sends last_index back as index until it is 0, a page brings nobody new, or 20
// calls are made. It returns how many users each call brought that were new, and the
// last count and last_index.
func (r *raw) walk() (news []int, last orgPage) {
	r.t.Helper()
	seen := map[string]bool{}
	for call := orgList; len(news) < 20; {
		status, body := r.do(call)
		last = orgPage{}
		if err := json.Unmarshal([]byte(body), &last); err != nil || status != 200 {
			r.t.Fatal(status, body, err)
		}
		before := len(seen)
		for _, user := range last.Data.Users {
			seen[user.ID] = true
		}
		news = append(news, len(seen)-before)
		if len(seen) == before || last.Data.Last == 0 {
			break
		}
		call = orgList + "?index=" + strconv.Itoa(last.Data.Last)
	}
	return news, last
}

// TestPaging walks through the list under every reading of index and last_index.
func TestPaging(t *testing.T) {
	for _, test := range []struct {
		switches    []string
		news        string // new users by call
		count, last int
	}{
		{[]string{"org_users", "16"}, "[7 7 2]", 16, 0},
		{[]string{"org_users", "14"}, "[7 7]", 14, 0},
		{[]string{"org_users", "16", "count", "page"}, "[7 7 2]", 2, 0},
		{[]string{"org_users", "16", "last_index", "past"}, "[7 7 2 0]", 16, 28},
		{[]string{"org_users", "14", "last_index", "past", "count", "page"}, "[7 7 0]", 0, 21},
		{[]string{"org_users", "16", "last_index", "last"}, "[7 6 3 0]", 16, 15},
		{[]string{"org_users", "13", "last_index", "last"}, "[7 6 0]", 13, 12},
		{[]string{"org_users", "16", "index", "page"}, "[7 7 2]", 16, 0},
		{[]string{"org_users", "16", "index", "page", "last_index", "past"}, "[7 7 2 0]", 16, 5},
		{[]string{"org_users", "16", "index", "page", "last_index", "last"}, "[7 7 2 0]", 16, 4},
		{[]string{"org_users", "16", "order", "shuffled"}, "[7 7 2]", 16, 0},
		{[]string{"org_users", "16", "list_repeats", "yes"}, "[7 0]", 16, 14},
		{[]string{"org_users", "16", "list_repeats", "yes", "index", "page"}, "[7 0]", 16, 3},
		{[]string{"org_users", "16", "list_skips", "yes"}, "[6 6 1]", 16, 0},
	} {
		r := rawSandbox(t, append(test.switches, "page_size", "7")...)
		news, last := r.walk()
		if got := fmt.Sprint(news); got != test.news || last.Data.Count != test.count || last.Data.Last != test.last {
			t.Errorf("%v: %s, count %d, last_index %d; want %s, %d, %d", test.switches, got, last.Data.Count, last.Data.Last, test.news, test.count, test.last)
		}
	}
}

// TestManyOrgUsers: 1,250 users are 13 pages.
func TestManyOrgUsers(t *testing.T) {
	news, last := rawSandbox(t, "org_users", "1250").walk()
	if got := fmt.Sprint(news); got != "[100 100 100 100 100 100 100 100 100 100 100 100 50]" || last.Data.Count != 1250 {
		t.Errorf("%s of %d", got, last.Data.Count)
	}
	rawSandbox(t, "org_users", "1250").tell(story{
		{`GET /U0000000000000000001250`, 200, `"name":"User 1250","first_name":"User","last_name":"1250","unique_id":"sample-1250"`}})
}

// TestPageNumbers: pages are counted from 1 on, and 0 is the first as well.
func TestPageNumbers(t *testing.T) {
	const second = `"users":[{"id":"U0000000000000000000008"`
	rawSandbox(t, "org_users", "20", "page_size", "7", "index", "page").tell(story{
		{orgList + `?index=0`, 200, `"users":[{"id":"Uiadu`}, {orgList + `?index=1`, 200, `"users":[{"id":"Uiadu`},
		{orgList + `?index=2`, 200, second}, {orgList + `?index=4`, 200, `"users":[]`}})
	rawSandbox(t, "org_users", "20", "page_size", "7", "index", "page", "last_index", "last").tell(story{{orgList + `?index=1`, 200, second}})
	rawSandbox(t, "org_users", "20", "page_size", "7").tell(story{{orgList + `?index=7`, 200, second}})
}
