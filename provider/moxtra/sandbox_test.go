package moxtra

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/provider"
)

// raw speaks to a sandbox without the client.
type raw struct {
	t      *testing.T
	server *httptest.Server
	prefix string
	token  string
}

// behaving makes a behaviour of names and values in turn.
func behaving(pairs ...string) map[string]string {
	behaviour := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		behaviour[pairs[i]] = pairs[i+1]
	}
	return behaviour
}

func rawSandbox(t *testing.T, pairs ...string) *raw {
	t.Helper()
	r, s := tokenless(t, provider.SandboxOptions{Behaviour: behaving(pairs...)})
	r.login(s)
	return r
}

func tokenless(t *testing.T, o provider.SandboxOptions) (*raw, *Sandbox) {
	t.Helper()
	if o.Observe == nil {
		o.Observe = heldAnswers(t)
	}
	s, err := NewSandbox(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &raw{t: t, server: server}, s
}

// login gets a token in the way that the server names.
func (r *raw) login(s *Sandbox) {
	r.t.Helper()
	request := s.Token(r.server.URL)
	params := signed(request.Params, s.now())
	address, err := url.Parse(request.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	path, body := address.Path, params.Encode()
	if request.InQuery {
		path, body = path+"?"+body, ""
	}
	status, answer := r.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(body), int64(len(body)))
	r.token = tokenOf(answer)
	if status != http.StatusOK || r.token == "" {
		r.t.Fatalf("no token: %d %s", status, answer)
	}
}

func tokenOf(answer string) string {
	var token struct {
		Text string `json:"access_token"`
	}
	if json.Unmarshal([]byte(answer), &token) != nil {
		return ""
	}
	return token.Text
}

// signed are the parameters of a token call at a time, worked out anew from the
// documentation.
func signed(params url.Values, at time.Time) url.Values {
	all := url.Values{}
	for name := range params {
		all.Set(name, params.Get(name))
	}
	all.Set("timestamp", strconv.FormatInt(at.UnixMilli(), 10))
	mac := hmac.New(sha256.New, []byte(all.Get("client_secret")))
	mac.Write([]byte(all.Get("client_id") + all.Get("uniqueid") + all.Get("timestamp")))
	all.Set("signature", strings.TrimRight(base64.URLEncoding.EncodeToString(mac.Sum(nil)), "="))
	return all
}

// do sends "METHOD /path body" and returns the status and the body.
func (r *raw) do(call string) (int, string) {
	r.t.Helper()
	method, rest, _ := strings.Cut(call, " ")
	path, body, _ := strings.Cut(rest, " ")
	kind := "application/json"
	if form, ok := strings.CutPrefix(body, "form:"); ok {
		kind, body = "application/x-www-form-urlencoded", form
	}
	if parts, ok := strings.CutPrefix(body, "multipart:"); ok {
		kind, body = partsType, parts
	}
	return r.send(method, r.prefix+path, kind, strings.NewReader(body), int64(len(body)))
}

// send sends a body of so many bytes, -1 for a number that is not announced.
func (r *raw) send(method, path, kind string, body io.Reader, size int64) (int, string) {
	r.t.Helper()
	response := r.open(method, r.server.URL+path, kind, body, size)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(bytes.TrimSpace(answer))
}

// open sends a request and follows no redirect.
func (r *raw) open(method, address, kind string, body io.Reader, size int64) *http.Response {
	r.t.Helper()
	request, err := http.NewRequest(method, address, body)
	if err != nil {
		r.t.Fatal(err)
	}
	request.ContentLength = size
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := r.server.Client().Transport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	return response
}

// story is calls, each with its status and a part of its body.
type story []struct {
	call   string
	status int
	says   string
}

func (r *raw) tell(steps story) {
	r.t.Helper()
	for _, step := range steps {
		status, body := r.do(step.call)
		if status != step.status || !strings.Contains(body, step.says) {
			r.t.Errorf("%s\n  got  %d %s\n  want %d %s", step.call, status, body, step.status, step.says)
		}
	}
}

const (
	bare = `{"code":"RESPONSE_SUCCESS"}`
	jim  = `"id":"UiaduESWsbzFoK9TOldC6zF","email":"jim@test.com","name":"jim test"`
	team = `"teams":[{"id":"PRTA3fRhzcxEPit77Dw063F","name":"John's team","created_time":1467327047209,"updated_time":1468541973985}]`
)

// TestStrictServer holds what the sandbox takes and what it refuses, call by call.
func TestStrictServer(t *testing.T) {
	rawSandbox(t).tell(story{
		{`GET /me`, 200, `{"code":"RESPONSE_SUCCESS","data":{` + jim + `,"first_name":"jim","last_name":"test","unique_id":"A122d3s8sj",` +
			`"picture_uri":"https://www.moxtra.com/service/themes/images/default/avatar-single-360.png","type":"USER_TYPE_NORMAL",` +
			`"timezone":"America/Los_Angeles","language":"en","org_id":"PuE0cDUJRkg98FG0FUwJqi4","org_plan_code":"prouser",` +
			`"org_status":"GROUP_NORMAL_SUBSCRIPTION",` + team + `,"created_time":1348864985783,"updated_time":1348864985783}}`},
		{`GET /v1/me`, 200, jim},
		{`GET /UiaduESWsbzFoK9TOldC6zF`, 200, jim},
		{`GET /UiaduESWsbzFoK9TOldC6z%46`, 200, jim},
		{`GET /Utkj3YC5BxRHCCaq9widP67`, 200, `"email":"johnw@test.com","name":"John Wess","first_name":"John","last_name":"Wess","unique_id":""`},
		{`GET /uiadueswsbzfok9toldc6zf`, 404, `{"code":"RESPONSE_ERROR_NOT_FOUND","message":"there is no such user"}`},
		{`GET /a%2Fb`, 404, `there is no such user`},
		{`GET /me []`, 200, jim},

		{`GET /`, 400, `{"code":"RESPONSE_ERROR_INVALID_REQUEST","message":"there is no GET /"}`},
		{`GET /v1`, 404, `there is no such user`},
		{`GET /me/`, 400, `there is no GET /me/`},
		{`GET /me/contacts`, 400, `there is no GET /me/contacts`},
		{`GET /v1/v1/me`, 400, `there is no GET /v1/v1/me`},
		{`GET /teams`, 400, `there is no GET /teams`},
		{`GET /oauth/token`, 400, `there is no GET /oauth/token`},
		{`POST /teams {"name":"Ops"}`, 400, `there is no POST /teams`},
		{`POST /teams/PRTA3fRhzcxEPit77Dw063F {"name":"Ops"}`, 400, `there is no POST`},
		{`POST /me/orgs/PuE0cDUJRkg98FG0FUwJqi4/users {"users":[]}`, 400, `there is no POST`},
		{`PUT /me {"first_name":"A"}`, 400, `there is no PUT /me`},
		{`GET /pictures/UiaduESWsbzFoK9TOldC6zF`, 400, `there is no GET /pictures/`},

		{`POST /me {"first_name":"Hazel","last_name":"Nutt"}`, 200, bare},
		{`GET /me`, 200, `"name":"Hazel Nutt","first_name":"Hazel","last_name":"Nutt"`},
		{`POST /me {"first_name":""}`, 200, bare},
		{`GET /me`, 200, `"name":"Nutt","first_name":"","last_name":"Nutt"`},
		{`POST /me {"timezone":"Asia/Shanghai","language":"zh-tw"}`, 200, bare},
		{`GET /me`, 200, `"timezone":"Asia/Shanghai","language":"zh-tw"`},
		{`POST /me {}`, 200, bare},
		{`POST /Ua9hIj1Bi33F3bxq5yQ4gCH {"last_name":"Funn"}`, 200, bare},
		{`GET /Ua9hIj1Bi33F3bxq5yQ4gCH`, 200, `"name":"Smith Funn"`},
		{`POST /me {"email":"a@example.org","picture_uri":"x"}`, 400, `there is no field \"email\"; there is no field \"picture_uri\"`},
		{`POST /me {"first_name":7}`, 400, `first_name is not a string`},
		{`POST /me {"last_name":null}`, 400, `last_name is not a string`},
		{`POST /me {"language":"no","timezone":"Mars/Base"}`, 400, `there is no timezone \"Mars/Base\"`},
		{`POST /me {"timezone":""}`, 400, `there is no timezone \"\"`},
		{`POST /me {"timezone":"Local"}`, 400, `there is no timezone`},
		{`POST /me {"language":"EN"}`, 400, `there is no language \"EN\"`},
		{`POST /me {"language":""}`, 400, `there is no language`},
		{`POST /me []`, 400, `the body is not a JSON object`},
		{`POST /me null`, 400, `the body is not a JSON object`},
		{`POST /me form:first_name=A`, 400, `the body is not application/json`},
		{`POST /Unobody {"first_name":"A"}`, 404, `there is no such user`},
		{`GET /me`, 200, `"language":"zh-tw"`},

		{`GET /teams/PRTA3fRhzcxEPit77Dw063F`, 200, `{"code":"RESPONSE_SUCCESS","data":{"id":"PRTA3fRhzcxEPit77Dw063F","name":"John's team",` +
			`"created_time":1467327047209,"updated_time":1468541973985,"members":[` +
			`{"owner":true,"created_time":1467327047209,"updated_time":1467327047209,"member":{"user_id":"Utkj3YC5BxRHCCaq9widP67","name":"John Wess","email":"johnw@test.com","unique_id":"","org_id":"PuE0cDUJRkg98FG0FUwJqi4"}},` +
			`{"owner":false,"created_time":1468541973985,"updated_time":1468541973985,"member":{"user_id":"UiaduESWsbzFoK9TOldC6zF","name":"Nutt","email":"","unique_id":"A122d3s8sj","org_id":"PuE0cDUJRkg98FG0FUwJqi4"}}]}}`},
		{`GET /teams/Pnothing`, 404, `there is no such team`},
		{`GET /teams/UiaduESWsbzFoK9TOldC6zF`, 404, `there is no such team`},
	})
}

// TestUnansweredTokens: a token that is not good is refused, and repeated in the
// answer and its header.
func TestUnansweredTokens(t *testing.T) {
	r := rawSandbox(t)
	good := r.token
	for _, test := range []struct{ token, text string }{
		{"", "Access token missing"},
		{"made-up", "Access token expired: made-up"},
		{good + "9", "Access token expired: "}, // its user is not there, but it is a token
		{"x" + good, "Access token expired: x" + good},
		{`a"b`, `Access token expired: a\"b`},
	} {
		r.token = test.token
		response := r.open(http.MethodGet, r.server.URL+"/me", "", nil, 0)
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if test.token == good+"9" {
			if response.StatusCode != 404 {
				t.Errorf("%s: %d %s", test.token, response.StatusCode, body)
			}
			continue
		}
		header := response.Header.Get("WWW-Authenticate")
		if err != nil || response.StatusCode != 401 || string(body) != `{"code":"RESPONSE_ERROR_INVALID_TOKEN","message":"`+test.text+`"}` ||
			header != `Bearer realm="oauth", error="invalid_token", error_description="`+test.text+`"` {
			t.Errorf("%q: %v %d %s, %s", test.token, err, response.StatusCode, body, header)
		}
	}
	r.token = ""
	r.tell(story{{`GET /me?access_token=` + good, 200, jim}})
}

// TestUpdatedTime: no two changes of a user bear the same time, and a picture is one.
func TestUpdatedTime(t *testing.T) {
	clock := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	r, s := tokenless(t, provider.SandboxOptions{Now: func() time.Time { return clock }})
	r.login(s)
	r.tell(story{
		{`POST /me {"first_name":"A"}`, 200, bare}, {`GET /me`, 200, `"updated_time":1893499200000}`},
		{`POST /me {"first_name":"A"}`, 200, bare}, {`GET /me`, 200, `"created_time":1348864985783,"updated_time":1893499200001}`},
		{uploaded("a.png", "image/png", "x"), 200, `{"revision":3,"updated_time":1893499200002}`}, {`GET /me`, 200, `"updated_time":1893499200002}`},
		{`DELETE /me/picture`, 200, bare}, {`GET /me`, 200, `"updated_time":1893499200003}`},
		{`POST /me {"first_name":7}`, 400, ``}, {`GET /me`, 200, `"updated_time":1893499200003}`},
	})
}

// TestUnknownSwitches names what there is.
func TestUnknownSwitches(t *testing.T) {
	_, err := NewSandbox(provider.SandboxOptions{Behaviour: behaving("prefx", "x", "index", "roman", "org_users", "4")})
	for _, want := range []string{`there is no switch "prefx"; there are faults, `, `index cannot be "roman"; it can be offset, page`,
		`org_users cannot be "4": write a whole number from 5 to 100000`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestSwitches: every switch says what it means, takes its own values, and refuses
// others.
func TestSwitches(t *testing.T) {
	seen := map[string]bool{}
	for _, one := range sandboxSwitches() {
		if one.Meaning == "" || len(one.Values) == 0 || seen[one.Name] {
			t.Errorf("%+v", one)
		}
		seen[one.Name] = true
		for _, value := range one.Values {
			server, err := NewSandbox(provider.SandboxOptions{Behaviour: behaving(one.Name, value)})
			if err != nil {
				t.Errorf("its own value: %v", err)
				continue
			}
			if len(server.Switches()) != len(sandboxSwitches()) {
				t.Error("it does not say what there is")
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := NewSandbox(provider.SandboxOptions{Behaviour: behaving(one.Name, "no such,value,,")}); err == nil {
			t.Errorf("%s takes anything", one.Name)
		}
	}
}

// FuzzPaths asks for any path: each gets an answer of the documented shape.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"me", "v1/me/picture", "teams/", "%2F/%2f", "v1//orgs/x/users", "oauth/token", "me/timeline?sort=time&sort"} {
		f.Add(path)
	}
	s, err := NewSandbox(provider.SandboxOptions{})
	if err != nil {
		f.Fatal(err)
	}
	token, _, _ := s.front.Tokens.Issue()
	f.Fuzz(func(t *testing.T, path string) {
		address, err := url.ParseRequestURI("/" + path)
		if err != nil {
			return
		}
		r := &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{"Authorization": {"Bearer " + token + "-1"}}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if body := w.Body.String(); !strings.HasPrefix(body, `{"code":"RESPONSE_`) || w.Code != 200 && w.Code != 400 && w.Code != 404 {
			t.Errorf("%q: %d %s", path, w.Code, body)
		}
	})
}

// TestKeptBetweenRuns closes a store and opens it again.
func TestKeptBetweenRuns(t *testing.T) {
	dir := t.TempDir()
	var store string
	for i, steps := range []story{
		{{`POST /me {"first_name":"Kim"}`, 200, bare}, {uploaded("a.png", "image/png", "\x89PNG\r\n"), 200, `"revision":2`},
			{`POST /oauth/token form:` + signed(identified("new"), time.Now()).Encode(), 200, `access_token`}},
		{{`GET /me`, 200, `"name":"Kim test"`}, {`GET /me/picture`, 200, "\x89PNG"}, {`GET /U0000000000000000000006`, 200, `"unique_id":"new"`}},
	} {
		r, s := tokenless(t, provider.SandboxOptions{Dir: dir, Behaviour: behaving("org_users", strconv.Itoa(5+i))})
		if store == "" {
			store = s.StoreID()
		}
		if s.StoreID() != store {
			t.Errorf("store %s, then %s", store, s.StoreID())
		}
		r.login(s)
		r.tell(steps)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
