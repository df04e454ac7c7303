package motimate

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/provider/providertest"
	"github.com/espalier-dev/espalier/schema"
)

// TestMediaAreReadUnderEverySilence reads what servers may answer about files and
// posts, alone and in a list.
func TestMediaAreReadUnderEverySilence(t *testing.T) {
	sum := strings.Repeat("0aF9", 16)
	for _, test := range []struct {
		name, typ, item string
		want            map[string]string
		listed          map[string]string // what a list shows, if not the same
	}{
		{"nothing but an id", typeFile, `{"id":7}`, map[string]string{}, nil},
		{"a file", typeFile, `{"id":"7","name":"å b.png","size":12,"content_type":"image/png","url":"https://x.example.org"}`,
			map[string]string{"name": "å b.png", "size": "12", "content_type": "image/png"}, nil},
		{"a size as text", typeFile, `{"id":7,"size":"104857600"}`, map[string]string{"size": "104857600"}, nil},
		{"a size for readers", typeFile, `{"id":7,"size":"1.2 MB"}`, map[string]string{}, nil},
		{"a size that is none", typeFile, `{"id":7,"size":null,"sha256":null,"content_type":null}`, map[string]string{"content_type": "-"}, nil},
		{"sizes that make no sense", typeFile, `{"id":7,"size":-1}`, map[string]string{}, nil},
		{"a checksum", typeFile, `{"id":7,"sha256":"` + sum + `"}`, map[string]string{"sha256": strings.ToLower(sum)}, nil},
		{"another checksum", typeFile, `{"id":7,"sha256":"` + sum[:40] + `"}`, map[string]string{}, nil},
		{"no checksum", typeFile, `{"id":7,"sha256":"` + strings.Repeat("x", 64) + `"}`, map[string]string{}, nil},
		{"a name that is empty", typeFile, `{"id":7,"name":""}`, map[string]string{"name": "-"}, map[string]string{}},
		{"a post", typePost, `{"id":7,"title":"T","body":"B\n","file_ids":[3,1],"group_ids":["g/1"],"author":{}}`,
			map[string]string{"title": "T", "body": "B\n", "files": "[1 3]", "groups": "[g/1]"}, nil},
		{"a post in brief", typePost, `{"id":7,"title":"T"}`, map[string]string{"title": "T"}, nil},
		{"null", typePost, `{"id":7,"title":"T","body":null,"file_ids":null,"group_ids":null}`,
			map[string]string{"title": "T", "body": "-", "files": "[]", "groups": "[]"}, map[string]string{"title": "T"}},
		{"empty", typePost, `{"id":7,"title":"T","body":"","file_ids":[],"group_ids":[]}`,
			map[string]string{"title": "T", "body": "-", "files": "[]", "groups": "[]"},
			map[string]string{"title": "T", "files": "[]", "groups": "[]"}},
		{"objects in place of ids", typePost, `{"id":7,"file_ids":[{"id":9007199254740993,"name":"x"},{"id":"2"}]}`,
			map[string]string{"files": "[2 9007199254740993]"}, nil},
	} {
		for listed, want := range map[bool]map[string]string{false: test.want, true: test.listed} {
			if want == nil {
				want = test.want
			}
			want = maps.Clone(want)
			want["ID"] = "7"
			if diff := cmp.Diff(want, shown(readMedium(t, test.typ, test.item, listed))); diff != "" {
				t.Errorf("%s, listed %t (-want +got)\n%s", test.name, listed, diff)
			}
		}
	}
}

// readMedium reads one item through the table of calls.
func readMedium(t *testing.T, typ, item string, listed bool) schema.Object {
	t.Helper()
	o := operations(testWire())[typ]
	if !listed {
		object, err := o.One([]byte(`{"data":`+item+`}`), false)
		if err != nil {
			t.Fatalf("%s: %v", item, err)
		}
		return object
	}
	page, err := o.Pages()([]byte(`{"data":[` + item + `]}`))
	if err != nil {
		t.Fatalf("%s: %v", item, err)
	}
	return page[0]
}

func TestMediaThatCannotBeRead(t *testing.T) {
	for _, test := range []struct{ typ, item, want string }{
		{typeFile, `{}`, "a file in the list has no id"},
		{typeFile, `null`, "a file in the list has no id"},
		{typeFile, `{"id":1.5}`, "the id 1.5 is not a whole number"},
		{typeFile, `{"id":[]}`, "[] stands where a text is expected"},
		{typePost, `{"id":7,"body":{"html":"x"}}`, `in body of post 7: {"html":"x"} stands where a text is expected`},
		{typePost, `{"id":7,"file_ids":{"1":2}}`, "in file_ids of post 7: it is not a list"},
		{typePost, `{"id":7,"file_ids":[[]]}`, "in file_ids of post 7: [] stands where a text is expected"},
		{typePost, `{"id":7,"group_ids":[{"name":"x"}]}`, "in group_ids of post 7: an element has no id"},
		{typePost, `{"id":7,"group_ids":[{"id":null}]}`, "in group_ids of post 7: an element has no id"},
		{typePost, `{"id":7,"group_ids":[null]}`, "in group_ids of post 7: an element has no id"},
		{typePost, `{"id":7,"group_ids":[{"id":{}}]}`, "in group_ids of post 7: {} stands where a text is expected"},
	} {
		_, err := operations(testWire())[test.typ].Pages()([]byte(`{"data":[` + test.item + `]}`))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", test.item, err, test.want)
		}
	}
}

func TestPostsAreWritten(t *testing.T) {
	w := testWire()
	post := operations(w)[typePost]
	values := map[string]cty.Value{"title": cty.StringVal("T"), "body": cty.StringVal("a\n\"b\""), "files": setOf([]string{"12", "3"}), "groups": setOf([]string{"g1"})}
	change := func(name string, to cty.Value) provider.Change {
		after := maps.Clone(values)
		after[name] = to
		return provider.Change{Before: values, After: after, Changed: []string{name}}
	}
	create := func(values map[string]cty.Value) string { return bodyText(t)(post.Create(values)) }
	update := func(c provider.Change) string { return bodyText(t)(post.Update("1", c)) }
	for _, test := range []struct{ got, want string }{
		{create(values), `{"body":"a\n\"b\"","file_ids":[3,12],"group_ids":["g1"],"title":"T"}`},
		{create(map[string]cty.Value{"title": cty.StringVal("T"), "body": cty.StringVal("B"), "files": setOf(nil), "groups": cty.NullVal(idSet)}), `{"body":"B","title":"T"}`},
		{update(change("title", cty.StringVal("U"))), `{"title":"U"}`},
		{update(change("files", setOf([]string{"3", "4"}))), `{"file_ids":[3,4]}`},
		{update(change("groups", setOf(nil))), `{"group_ids":[]}`},
		{update(provider.Change{Before: values, After: values}), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s\nwant %s", test.got, test.want)
		}
	}
	w.options.formBody = true
	if got, want := create(values), `title=T&body=a%0A%22b%22&file_ids%5B%5D=3&file_ids%5B%5D=12&group_ids%5B%5D=g1`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func bodyText(t *testing.T) func(*rest.Body, error) string {
	return func(body *rest.Body, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if body == nil {
			return ""
		}
		return string(body.Data)
	}
}

func TestFilesAreWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.txt")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := operations(testWire())[typeFile]
	for _, test := range []struct {
		values map[string]cty.Value
		want   []string
	}{
		{map[string]cty.Value{"source": cty.StringVal(path)}, []string{`name="file"; filename="b.txt"`, "Content-Type: application/octet-stream\r\n\r\ncontent\r\n--"}},
		{map[string]cty.Value{"source": cty.StringVal(path).Mark(schema.Sensitive), "name": cty.StringVal("å \"x\".txt"), "content_type": cty.StringVal("text/plain"), "size": cty.NumberIntVal(7)},
			[]string{`name="file"; filename="å \"x\".txt"`, "Content-Type: text/plain\r\n\r\ncontent\r\n--"}},
	} {
		body, err := file.Create(test.values)
		if err != nil {
			t.Fatal(err)
		}
		content, err := body.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(content)
		content.Close()
		for _, want := range test.want {
			if err != nil || !strings.Contains(string(data), want) || int64(len(data)) != body.Size {
				t.Errorf("%v: %q\nwant %q in it, of %d bytes", err, data, want, body.Size)
			}
		}
	}
}

// TestFileOverTheLimitOfTheServer sends more than the server takes, which refuses it
// in the middle.
func TestFileOverTheLimitOfTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 41_000_000); err != nil {
		t.Fatal(err)
	}
	client := providertest.Start(t, New(), nil, nil)
	_, err := client.Create(context.Background(), typeFile, map[string]cty.Value{"source": cty.StringVal(path), "content_type": cty.StringVal("image/png")})
	if want := "create file: HTTP 413"; err == nil || !strings.HasPrefix(err.Error(), want) || provider.KindOf(err) != provider.Refused {
		t.Errorf("%v\nwant a refusal with: %s", err, want)
	}
}

// TestNoPosts meets a tenant that has neither posts nor files where they are
// looked for.
func TestNoPosts(t *testing.T) {
	const advice = "; ask Motimate for the right one and write paths = { %s = \"/...\" } in the provider block"
	client := providertest.Start(t, New(), map[string]string{"posts": "absent"}, nil)
	for _, typ := range []string{typeFile, typePost} {
		what := inferred()[typ].noun[1]
		_, err := client.List(context.Background(), typ)
		want := "The vendor publishes no path of " + what + ", and /public_api/" + what + " is inferred" + strings.ReplaceAll(advice, "%s", what)
		if err == nil || !strings.HasSuffix(err.Error(), want) || provider.KindOf(err) != provider.Failed {
			t.Errorf("%v\nwant a failure with: %s", err, want)
		}
	}
	_, err := client.Create(context.Background(), typePost, map[string]cty.Value{"title": cty.StringVal("T"), "body": cty.StringVal("B")})
	if want := "/public_api/posts is inferred"; err == nil || !strings.Contains(err.Error(), want) || provider.KindOf(err) != provider.Refused {
		t.Errorf("%v\nwant a refusal with: %s", err, want)
	}
	w := testWire()
	w.options.paths["posts"] = "/v2/posts"
	if got, want := operations(w)[typePost], `paths in the provider block says that posts are at /v2/posts; ask Motimate for the right path, or leave it out to try /public_api/posts`; got.Unlisted != want || got.Path != "/v2/posts" {
		t.Errorf("%s: %s\nwant %s", got.Path, got.Unlisted, want)
	}
}

// FuzzMedia reads any item as a file and as a post, alone and in a list.
func FuzzMedia(f *testing.F) {
	for _, seed := range []string{`{"id":1,"size":"9","sha256":""}`, `{"id":"a","file_ids":[{"id":1},2,"3",null]}`, `{"id":1e9,"body":[]}`, `null`, `[`, `{"id":1,"group_ids":{}}`} {
		f.Add([]byte(seed))
	}
	table := operations(testWire())
	f.Fuzz(func(t *testing.T, item []byte) {
		for _, typ := range []string{typeFile, typePost} {
			page, err := table[typ].Pages()(slices.Concat([]byte(`{"data":[`), item, []byte(`]}`)))
			if err != nil {
				continue
			}
			for _, object := range page {
				for name, v := range object.Attrs {
					if object.ID == "" || !v.IsWhollyKnown() {
						t.Errorf("%s of %q is %#v", name, object.ID, v)
					}
				}
			}
		}
	})
}

// TestMediaAreBlamed: a refusal is brought back to the attributes, whatever it calls
// them.
func TestMediaAreBlamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ typ, body, want string }{
		{typePost, `{"message":"body is missing"}`, "body"},
		{typePost, `{"message":"Title is too long"}`, "title"},
		{typePost, `{"errors":{"title":["is too long"],"file_ids":["are too many"]}}`, "files title"},
		{typePost, `{"message":"there is no group 17"}`, "groups"},
		{typePost, `{"message":"there is no file 3"}`, "files"},
		{typePost, `{"errors":[{"field":"group_id","message":"is unknown"}]}`, "groups"},
		{typeFile, `{"message":"the file is empty"}`, "source"},
		{typeFile, `{"errors":{"content_type":["is not allowed"]}}`, "source"},
		{typeFile, `{"message":"size is too large"}`, "source"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, test.body)
		}))
		c := newClient(&provider.Connection{BaseURL: server.URL}, server.Client())
		_, err := c.Create(context.Background(), test.typ, texted("title", "T", "body", "B", "source", path))
		server.Close()
		var e *provider.Error
		if !errors.As(err, &e) || strings.Join(e.Attrs, " ") != test.want {
			t.Errorf("%s %s: %v", test.typ, test.body, err)
		}
	}
}
