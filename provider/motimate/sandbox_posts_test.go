package motimate

import (
	"strings"
	"testing"
)

const (
	acme  = `POST /public_api/groups {"name":"Acme","kind":"Organization"}`
	oslo  = `POST /public_api/groups {"name":"Oslo","kind":"Store","parent_id":1}`
	hello = `POST /public_api/posts {"title":"Hello","body":"World"}`
)

// long300 is a text of 300 characters.
var long300 = strings.Repeat("abcdef", 50)

// helloIn is a post with files and groups.
func helloIn(files, groups string) string {
	return `POST /public_api/posts {"title":"Hello","body":"World","file_ids":` + files + `,"group_ids":` + groups + `}`
}

// TestPosts holds what the sandbox takes of posts and what it refuses.
func TestPosts(t *testing.T) {
	logo := uploaded("logo.png", "image/png", "x")
	rawSandbox(t).tell(story{
		{acme, 201, ``}, {oslo, 201, ``}, {logo, 201, ``},
		{`GET /public_api/posts`, 200, `{"data":[]}`},
		{helloIn("[1]", "[2,1]"), 201, `{"data":{"id":1,"title":"Hello","body":"World","file_ids":[1],"group_ids":[2,1]}}`},
		{hello, 201, `{"data":{"id":2,"title":"Hello","body":"World","file_ids":[],"group_ids":[]}}`},
		{helloIn("null", "[]"), 201, `"id":3,"title":"Hello","body":"World","file_ids":[],"group_ids":[]`},
		{`POST /public_api/posts {"title":"Hello"}`, 422, `body is missing`},
		{`POST /public_api/posts {"body":"World","title":""}`, 422, `title is missing`},
		{`POST /public_api/posts {"title":"Hello","body":"World","author":1}`, 422, `there is no field \"author\"`},
		{`POST /public_api/posts {"title":"Hello","body":7}`, 422, `body is not a string`},
		{`POST /public_api/posts form:title=Hello&body=World`, 422, `not in the form that this call takes`},
		{helloIn("[9]", "[1]"), 404, `there is no file 9`},
		{helloIn("[1]", "[9]"), 404, `there is no group 9`},
		{helloIn("[1,1]", "[]"), 422, `file_ids names 1 twice`},
		{helloIn(`["1"]`, "[]"), 422, `file_ids is not an id`},
		{helloIn(`[null]`, "[]"), 422, `file_ids holds what is not an id`},
		{helloIn(`7`, "[]"), 422, `file_ids is not a list of ids`},

		{`GET /public_api/posts/1`, 200, `{"data":{"id":1,"title":"Hello","body":"World","file_ids":[1],"group_ids":[2,1]}}`},
		{`GET /public_api/posts?per_page=1&page=1`, 200, `{"data":[{"id":1,"title":"Hello","body":"World","file_ids":[1],"group_ids":[2,1]}]}`},
		{`GET /public_api/posts?filter[updated_at_gt]=2999-01-01T00:00:00Z`, 200, `{"data":[]}`},
		{`GET /public_api/posts/9`, 404, `there is no such post`},
		{`PATCH /public_api/posts/1 {"title":"Good morning"}`, 200, `{"data":{"id":1,"title":"Good morning","body":"World","file_ids":[1],"group_ids":[2,1]}}`},
		{`PATCH /public_api/posts/1 {"group_ids":[2],"file_ids":[]}`, 200, `"file_ids":[],"group_ids":[2]`},
		{`PATCH /public_api/posts/1 {"title":null}`, 422, `title is missing`},
		{`PATCH /public_api/posts/1 {"file_ids":[7]}`, 404, `there is no file 7`},
		{`PATCH /public_api/posts/9 {}`, 404, `there is no such post`},
		{`PATCH /public_api/posts/1`, 200, `"title":"Good morning"`},
		{`PATCH /public_api/posts/1 {"file_ids":[1]}`, 200, `"file_ids":[1]`},

		{`DELETE /public_api/groups/2`, 204, ``},
		{`GET /public_api/posts/1`, 200, `"file_ids":[1],"group_ids":[]`},
		{`DELETE /public_api/files/1`, 204, ``},
		{`GET /public_api/posts/1`, 200, `"file_ids":[],"group_ids":[]`},
		{`DELETE /public_api/posts/1`, 204, ``},
		{`DELETE /public_api/posts/1`, 404, `there is no such post`},
		{`GET /public_api/posts/1`, 404, `there is no such post`},
	})
}

// TestSwitchedPosts tells short stories of posts and files under one switch each.
func TestSwitchedPosts(t *testing.T) {
	logo := uploaded("our logo.png", "image/png", "abc")
	for _, test := range []struct {
		name     string
		switches []string
		steps    story
	}{
		{"none of them", []string{"posts", "absent"}, story{
			{`GET /public_api/posts`, 404, `there is no GET /public_api/posts`}, {hello, 404, ``}, {logo, 404, ``},
			{`GET /public_api/files/1`, 404, ``}, {`GET /public_api/groups`, 200, ``}}},
		{"brief lists", []string{"list_posts", "brief"}, story{{hello, 201, ``},
			{`GET /public_api/posts`, 200, `{"data":[{"id":1,"title":"Hello"}]}`}, {`GET /public_api/posts/1`, 200, `"body":"World","file_ids":[],"group_ids":[]`}}},
		{"bodies trimmed", []string{"post_body", "trimmed"}, story{
			{`POST /public_api/posts {"title":"Hello ","body":" World \n\n"}`, 201, `"title":"Hello ","body":" World","file_ids"`},
			{`PATCH /public_api/posts/1 {"body":" \t"}`, 422, `body is missing`}}},
		{"bodies kept", nil, story{{`POST /public_api/posts {"title":"Hello","body":" World \n\n"}`, 201, `"body":" World \n\n"`}}},
		{"other statuses", []string{"create_answer", "200", "patch_answer", "201"}, story{{hello, 200, `"id":1`},
			{`PATCH /public_api/posts/1 {"title":"Bye"}`, 201, `"title":"Bye"`}, {logo, 200, `"id":1`}}},
		{"no bodies", []string{"create_answer", "204", "patch_answer", "204"}, story{{hello, 204, ``},
			{`PATCH /public_api/posts/1 {"title":"Bye"}`, 204, ``}, {logo, 204, ``}, {`GET /public_api/posts/1`, 200, `"title":"Bye"`}}},
		{"forms", []string{"create_body", "form"}, story{{logo, 201, ``}, {logo, 201, ``},
			{`POST /public_api/posts form:title=Hello&body=W%26W&file_ids[]=2&file_ids[]=1&group_ids[]=`, 201, `"body":"W&W","file_ids":[2,1],"group_ids":[]`},
			{`PATCH /public_api/posts/1 {"file_ids":[1]}`, 200, `"file_ids":[1]`}, {hello, 422, `not in the form`}}},
		{"ids in quotes", []string{"ids", "string"}, story{{logo, 201, `"id":"1"`}, {acme, 201, ``}, {helloIn(`["1"]`, `[1]`), 201, `"id":"1","title":"Hello","body":"World","file_ids":["1"],"group_ids":["1"]`}}},
		{"unknown to 422", []string{"unknown_relation", "422"}, story{{helloIn(`[1]`, `[]`), 422, `there is no file 1`}}},
		{"refused to 400", []string{"refusal", "400"}, story{{`POST /public_api/posts {}`, 400, `body is missing; title is missing`}}},
		{"groups cascade", []string{"group_delete", "cascade"}, story{{acme, 201, ``}, {oslo, 201, ``}, {helloIn(`[]`, `[1,2]`), 201, ``},
			{helloIn(`[]`, `[2]`), 201, ``}, {`DELETE /public_api/groups/1`, 204, ``}, {`GET /public_api/posts/1`, 200, `"group_ids":[]`}, {`GET /public_api/posts/2`, 200, `"group_ids":[]`}}},
		{"checksums", []string{"file_checksum", "present"}, story{{logo, 201, `"size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}`},
			{`GET /public_api/files`, 200, `"sha256":"ba7816`}, {`GET /public_api/files/1`, 200, `"sha256":"ba7816`}}},
		{"files used", []string{"file_delete", "refused"}, story{{logo, 201, ``}, {helloIn(`[1]`, `[]`), 201, ``}, {`DELETE /public_api/files/1`, 422, `1 posts use the file`},
			{`PATCH /public_api/posts/1 {"file_ids":[]}`, 200, ``}, {`DELETE /public_api/files/1`, 204, ``}}},
		{"names cleaned", []string{"file_names", "cleaned"}, story{{logo, 201, `"name":"our_logo.png"`}, {`GET /public_api/files`, 200, `"name":"our_logo.png"`}}},
		{"long titles cut", []string{"long_texts", "cut"}, story{{`POST /public_api/posts {"title":"` + long300 + `","body":"` + long300 + `"}`, 201,
			`"title":"` + long300[:255] + `","body":"` + long300 + `"`}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rawSandbox(t, test.switches...)
			r.t = t
			r.tell(test.steps)
		})
	}
}
