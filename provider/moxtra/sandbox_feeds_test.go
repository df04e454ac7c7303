package moxtra

import (
	"encoding/json"
	"fmt"
	"testing"
)

// TestFeeds reads the lists of activities by the numbers of what they hold.
func TestFeeds(t *testing.T) {
	r := rawSandbox(t)
	for _, test := range []struct{ call, want string }{
		{`GET /me/timeline`, "[370 386 478 563]"},
		{`GET /me/timeline?filter=unreadfeeds`, "[386 478 563]"},
		{`GET /me/timeline?sort=time`, "[563 370 386 478]"},
		{`GET /v1/UiaduESWsbzFoK9TOldC6zF/timeline?filter=unreadfeeds&sort=time`, "[563 386 478]"},
		{`GET /me/mentions`, "[370 563]"},
		{`GET /me/favorites`, "[370 563]"},
		{`GET /Utkj3YC5BxRHCCaq9widP67/timeline`, "[]"},
		{`GET /Utkj3YC5BxRHCCaq9widP67/favorites`, "[]"},
	} {
		status, body := r.do(test.call)
		var answer struct {
			Data struct{ Feeds []struct{ ID int } }
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil || status != 200 || answer.Data.Feeds == nil {
			t.Fatal(test.call, status, body, err)
		}
		ids := []int{}
		for _, feed := range answer.Data.Feeds {
			ids = append(ids, feed.ID)
		}
		if got := fmt.Sprint(ids); got != test.want {
			t.Errorf("%s: %s, want %s", test.call, got, test.want)
		}
	}
	r.tell(story{
		{`GET /me/timeline`, 200, `{"object":null,"target":{"id":"Bj0GDAOoP48Cllc9wlGK3vE","displayName":"Crystal","url":"https://www.moxtra.com/Bj0GDAOoP48Cllc9wlGK3vE",` +
			`"image":"https://www.moxtra.com/images/binder/default_cover.png","objectType":"binder","updated":"2016-08-16T01:46:07Z","published":"2016-08-16T01:46:07Z"},` +
			`"actor":{"id":"Utkj3YC5BxRHCCaq9widP67","image":"https://www.moxtra.com/board/Be0pVl0vaYeI5RKtLRqnfM9/user/2/15763","displayName":"John Wess","objectType":"person",` +
			`"unique_id":"","email":"johnw@test.com","updated":"2017-01-27T22:23:42Z","published":"2016-05-22T21:21:36Z"},` +
			`"generator":{"id":"Bj0GDAOoP48Cllc9wlGK3vE"},"published":"2016-08-16T01:46:07Z","verb":"join","id":478}`},
		{`GET /me/favorites`, 200, `"type":"PAGE_TYPE_WHITEBOARD"`},
		{`GET /me/mentions`, 200, `"actor":{"objectType":"event","displayName":"Moxtra Scheduling"`},
		{`GET /me/unreadfeeds`, 200, `{"code":"RESPONSE_SUCCESS","data":{"unread_feeds":3}}`},
		{`GET /me/todos`, 200, `{"code":"RESPONSE_SUCCESS","data":{"binders":[{"binder_id":"B34gq491gkjFjbmXYW5xQkC","count":2,"todos":[{"id":266,"name":"Project X",` +
			`"creator_id":"Utkj3YC5BxRHCCaq9widP67","creator_name":"John Doe","due_time":1398495600000,"assignee_id":"Ua9hIj1Bi33F3bxq5yQ4gCH","assignee_name":"Smith Fun",` +
			`"reminder_time":1398296662605,"comments":"Need to add budgets","completed":false,"description":"","updated_time":1414713251918,"created_time":1414713251914},`},
		{`GET /me/todos`, 200, `{"binder_id":"By0mC8O3r0EI0UXSMWshOw5","count":1,"todos":[{"id":27,"name":"Training Class"`},
		{`GET /Utkj3YC5BxRHCCaq9widP67/todos`, 200, `"binders":[]`},
		{`GET /Utkj3YC5BxRHCCaq9widP67/unreadfeeds`, 200, `"unread_feeds":0`},
		{`GET /me/timeline?filter=read`, 400, `there is no filter \"read\"`},
		{`GET /me/timeline?sort=name`, 400, `there is no sort \"name\"`},
		{`GET /Unobody/timeline`, 404, `there is no such user`},
		{`GET /Unobody/unreadfeeds`, 404, `there is no such user`},
		{`GET /Unobody/todos`, 404, `there is no such user`},
		{`GET /Unobody/mentions`, 404, `there is no such user`},
		{`GET /Unobody/favorites`, 404, `there is no such user`},
	})
}
