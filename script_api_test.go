package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/espalier-dev/espalier/provider"
)

// fetchToken asks a server for a token, as somebody else would.
func fetchToken(r *provider.TokenRequest) (string, error) {
	params := maps.Clone(r.Params)
	if r.Timestamp != "" {
		params.Set(r.Timestamp, strconv.FormatInt(time.Now().UnixMilli(), 10))
	}
	if r.Signature != nil {
		sign(r.Signature, params)
	}
	address, form := r.URL, params.Encode()
	if r.InQuery {
		address, form = address+"?"+form, ""
	}
	req, err := http.NewRequest("POST", address, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	if !r.InQuery {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set(storyHeader, "yes")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	err = json.NewDecoder(resp.Body).Decode(&answer)
	return answer.AccessToken, err
}

// sign signs the parameters of a token call.
func sign(s *provider.Signature, params url.Values) {
	mac := hmac.New(sha256.New, []byte(params.Get(s.Key)))
	for _, name := range s.Over {
		_, _ = io.WriteString(mac, params.Get(name))
	}
	params.Set(s.Param, base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

// call speaks to a server as somebody else would.
func (s *server) call(ts *testscript.TestScript, method, path, body string) (status int, answer []byte) {
	if s.token == "" {
		token, err := fetchToken(s.request)
		ts.Check(err)
		s.token = token
	}
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(storyHeader, "yes")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	ts.Check(err)
	return resp.StatusCode, answer
}

// callAPI NAME METHOD PATH [BODY] speaks to a server as somebody else would, and
// prints the answer with its keys sorted.
func callAPI(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: api NAME METHOD PATH [BODY]")
	}
	status, data := serverOf(ts, args[0]).call(ts, args[1], args[2], strings.Join(args[3:], ""))
	var v any
	if json.Unmarshal(data, &v) == nil {
		data, _ = json.MarshalIndent(v, "", " ")
	}
	fmt.Fprintf(ts.Stdout(), "%d\n%s\n", status, data)
	if ok := status < 300; ok == neg {
		ts.Fatalf("%s %s: status %d: %s", args[1], args[2], status, data)
	}
}

// listLive NAME PATH FIELD... prints the live objects of a list, one a line and
// sorted, with these fields. LIST.FIELD is that field of all members of a list,
// and REF>FIELD that of the object in the same list that REF is the id of.
func listLive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: live NAME PATH FIELD...")
	}
	byID := serverOf(ts, args[0]).list(ts, args[1])
	var lines []string
	for _, object := range byID {
		words := make([]string, 0, len(args)-2)
		for _, field := range args[2:] {
			shown := object
			if ref, other, ok := strings.Cut(field, ">"); ok {
				shown, field = byID[fieldOf(object, ref)], other
			}
			words = append(words, fieldOf(shown, field))
		}
		lines = append(lines, strings.Join(words, " "))
	}
	if len(lines) == 0 {
		lines = []string{"nothing"}
	}
	slices.Sort(lines)
	fmt.Fprintln(ts.Stdout(), strings.Join(lines, "\n"))
}

// findID NAME PATH FIELD VALUE VAR sets a variable to the id of the live object
// that has this value.
func findID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: id NAME PATH FIELD VALUE VAR")
	}
	for id, object := range serverOf(ts, args[0]).list(ts, args[1]) {
		if fieldOf(object, args[2]) == args[3] {
			ts.Setenv(args[4], id)
			return
		}
	}
	ts.Fatalf("%s has nothing with %s %q", args[1], args[2], args[3])
}

// list reads all pages of a list, by id.
func (s *server) list(ts *testscript.TestScript, path string) map[string]map[string]any {
	byID := map[string]map[string]any{}
	for page := 1; ; page++ {
		_, data := s.call(ts, "GET", fmt.Sprintf("%s?per_page=50&page=%d", path, page), "")
		var answer struct{ Data []map[string]any }
		ts.Check(json.Unmarshal(data, &answer))
		for _, object := range answer.Data {
			byID[fieldOf(object, "id")] = object
		}
		if len(answer.Data) == 0 {
			return byID
		}
	}
}

// fieldOf shows one field of a decoded object; "-" where it has none.
func fieldOf(object map[string]any, field string) string {
	name, inner, isList := strings.Cut(field, ".")
	if !isList {
		if v := object[name]; v != nil && v != "" {
			return fmt.Sprint(v)
		}
		return "-"
	}
	var words []string
	members, _ := object[name].([]any)
	for _, m := range members {
		words = append(words, fieldOf(m.(map[string]any), inner))
	}
	slices.Sort(words)
	return "[" + strings.Join(words, ",") + "]"
}

// countCalls NAME prints, for each method and path, with * for ids, how many
// requests of others than the story a server has seen, and begins to count anew.
func countCalls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: calls NAME")
	}
	s := serverOf(ts, args[0])
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(ts.Stdout(), "%s %d\n", call, s.counts[call])
	}
	if len(s.counts) == 0 {
		fmt.Fprintln(ts.Stdout(), "no calls")
	}
	clear(s.counts)
}

// parseJSON FILE checks that a file, or stdout, is one JSON document; with
// "lines", that every line is.
func parseJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: json FILE [lines]")
	}
	text := ts.ReadFile(args[0])
	documents := []string{text}
	if len(args) == 2 {
		documents = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	for i, doc := range documents {
		if !json.Valid([]byte(doc)) {
			ts.Fatalf("part %d is not JSON: %s", i+1, doc)
		}
	}
}
