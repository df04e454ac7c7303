package moxtra

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
)

// john is one of the sandbox's users, another than the account.
const john = "Utkj3YC5BxRHCCaq9widP67"

// picture are the values of a wanted picture, with this behind the head of a PNG.
func picture(t *testing.T, user, text string) map[string]cty.Value {
	t.Helper()
	path, content := filepath.Join(t.TempDir(), "me & you.png"), "\x89PNG\r\n\x1a\n"+text
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return texted("user_id", user, "source", path, "sha256", sum(content), "content_type", "image/png")
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

// TestPicturesAreDownloadedOnce reads a picture again and again.
func TestPicturesAreDownloadedOnce(t *testing.T) {
	const user, content = "GET /" + john, "GET /" + john + "/picture"
	for _, where := range []string{"image", "redirect", "elsewhere"} {
		t.Run(where, func(t *testing.T) {
			c, r := open(t, "picture", where)
			steps := 0
			read := func(known map[string]cty.Value, calls string, wanted map[string]cty.Value) map[string]cty.Value {
				t.Helper()
				steps++
				r.take()
				object, err := c.Read(ctx, typePicture, john, known)
				if err != nil {
					t.Fatal(err)
				}
				got := r.take()
				if where != "image" && strings.HasSuffix(calls, "/picture") {
					got = strings.TrimSuffix(got, "\nGET /pictures/"+john)
				}
				if got != calls || object.ID != john || !object.Attrs["sha256"].RawEquals(wanted["sha256"]) || object.Attrs["content_type"].AsString() != "image/png" {
					t.Errorf("reading %d: %v after\n%s\nwant\n%s", steps, shown(object.Attrs), got, calls)
				}
				return object.Attrs
			}
			first := picture(t, john, "first")
			made, err := c.Create(ctx, typePicture, first)
			if err != nil || made.ID != john || r.take() != "POST /"+john+"/picture" {
				t.Fatal(made, err)
			}
			known := read(nil, user+"\n"+content, first)
			read(known, "", first) // the user was read a moment ago
			c.(*client).Forget()
			known = read(known, user, first)

			second := picture(t, john, "second")
			changed, err := c.Update(ctx, typePicture, john, provider.Change{Before: first, After: second, Changed: []string{"sha256"}})
			if err != nil || shown(changed.Attrs)["revision"] == "" || !changed.Attrs["picture_uri"].IsNull() {
				t.Fatal(changed, err)
			}
			for name, v := range changed.Attrs {
				known[name] = v
			}
			known["sha256"] = second["sha256"]
			known = read(known, user, second) // it is ours, and the user has not changed since
			c.(*client).Forget()
			read(known, user, second)

			change := provider.Change{After: texted("first_name", "Another"), Changed: []string{"first_name"}}
			if _, err := c.Update(ctx, typeUser, john, change); err != nil {
				t.Fatal(err)
			}
			read(known, user+"\n"+content, second) // the user has changed since
			if err := c.Delete(ctx, typePicture, john); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Read(ctx, typePicture, john, known); provider.KindOf(err) != provider.NotFound {
				t.Errorf("read after the deletion: %v, want a NotFound", err)
			}
		})
	}
}

// TestWhatOfAPictureStillHolds holds known pictures against one that is there.
func TestWhatOfAPictureStillHolds(t *testing.T) {
	now := map[string]cty.Value{"picture_uri": cty.StringVal("u"), "user_updated_time": cty.NumberIntVal(1)}
	with := func(name string, v cty.Value) map[string]cty.Value {
		known := map[string]cty.Value{"picture_uri": cty.StringVal("u"), "user_updated_time": cty.NumberIntVal(1), "sha256": cty.StringVal(sum(""))}
		known[name] = v
		return known
	}
	if !stillHolds(with("revision", cty.NumberIntVal(7)), now) || !stillHolds(with("picture_uri", cty.NullVal(cty.String)), now) {
		t.Error("what has not changed, or was uploaded at that time, does not hold")
	}
	for i, known := range []map[string]cty.Value{
		nil, with("picture_uri", cty.StringVal("v")), with("user_updated_time", cty.NumberIntVal(2)),
		with("user_updated_time", cty.NullVal(cty.Number)), with("sha256", cty.NullVal(cty.String)), with("sha256", cty.StringVal("hmac:17")), with("sha256", cty.NumberIntVal(1)),
	} {
		if stillHolds(known, now) {
			t.Errorf("%d: %v holds", i, shown(known))
		}
	}
	if unset := map[string]cty.Value{"picture_uri": cty.NullVal(cty.String), "user_updated_time": cty.NumberIntVal(1)}; stillHolds(with("picture_uri", cty.NullVal(cty.String)), unset) {
		t.Error("a picture without an address holds")
	}
}

// TestThePictureOfTheAccount is made by the alias, and has the account's own id.
func TestThePictureOfTheAccount(t *testing.T) {
	c, r := open(t)
	self, err := c.Self(ctx)
	if err != nil {
		t.Fatal(err)
	}
	made, err := c.Create(ctx, typePicture, picture(t, "me", "mine"))
	if err != nil || made.ID != self.ID {
		t.Errorf("%v, %v", made, err)
	}
	if got := r.take(); got != "GET /me\nPOST /"+self.ID+"/picture" {
		t.Errorf("it took\n%s", got)
	}
	if _, err := c.Create(ctx, typePicture, picture(t, "Unobody", "nobody's")); provider.KindOf(err) != provider.Refused || !strings.Contains(err.Error(), "There is no such user; check user_id") {
		t.Errorf("of nobody: %v", err)
	}
	gone := picture(t, "me", "gone")
	if err := os.Remove(gone["source"].AsString()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(ctx, typePicture, gone); err == nil || !strings.Contains(err.Error(), "the file cannot be sent") {
		t.Errorf("of a file that is gone: %v", err)
	}
}

// TestRedirectsOfPictures follows a server elsewhere without the token.
func TestRedirectsOfPictures(t *testing.T) {
	var cdn string
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.Header.Get("Authorization"); token != "" {
			t.Errorf("another host was sent %q", token)
		}
		w.Header().Set("Content-Type", "image/png")
		fmt.Fprint(w, "content")
	}))
	t.Cleanup(foreign.Close)
	for _, test := range []struct {
		name, target string
		want         string // of the error; empty for the content
	}{
		{"another host", "", ""},
		{"the same host", "/found", ""},
		{"in circles", "/Ux/picture", "the server points in circles"},
		{"a web page", "/login", "the answer is a web page titled"},
		{"a text", "/words", `the answer (text/plain) cannot be used: it is no file; it begins with "out of order"`},
		{"a no in an answer that says yes", "/no", "not yours (RESPONSE_ERROR_PERMISSION) (said in an answer with HTTP 200)"},
		{"nothing", "/empty", "the server sent no file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cdn = test.target
			if cdn == "" {
				cdn = foreign.URL
			}
			c := against(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer t0ken" {
					t.Error("a call came without its token")
				}
				switch r.URL.Path {
				case "/Ux":
					fmt.Fprint(w, `{"data":{"id":"Ux"}}`)
				case "/Ux/picture":
					http.Redirect(w, r, cdn, http.StatusFound)
				case "/found":
					w.Header().Set("Content-Type", "image/png")
					fmt.Fprint(w, "content")
				case "/words":
					w.Header().Set("Content-Type", "text/plain; charset=utf-8")
					fmt.Fprint(w, "out of order")
				case "/login":
					w.Header().Set("Content-Type", "text/html")
					fmt.Fprint(w, "<title>Log in</title>")
				case "/no":
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprint(w, `{"code":"RESPONSE_ERROR_PERMISSION","message":"not yours"}`)
				}
			})
			c.HTTP = &http.Client{Transport: tokened{c.HTTP.Transport}}
			object, err := c.Read(ctx, typePicture, "Ux", nil)
			if test.want == "" && (err != nil || object.Attrs["sha256"].AsString() != sum("content")) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v, %v; want %q", shown(object.Attrs), err, test.want)
			}
		})
	}
}

// tokened adds a token to every request.
type tokened struct{ http.RoundTripper }

func (r tokened) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer t0ken")
	return r.RoundTripper.RoundTrip(req)
}

// TestUploads looks at the form that arrives.
func TestUploads(t *testing.T) {
	c := against(t, func(w http.ResponseWriter, r *http.Request) {
		part, err := r.MultipartReader()
		if err != nil {
			t.Error(err)
			return
		}
		file, err := part.NextPart()
		if err != nil {
			t.Error(err)
			return
		}
		content, _ := io.ReadAll(file)
		if file.FormName() != "file" || file.FileName() != "me & you.png" || file.Header.Get("Content-Type") != "image/png" || !strings.HasSuffix(string(content), "\x1a\nfirst") {
			t.Errorf("%v with %q", file.Header, content)
		}
		fmt.Fprint(w, `{"code":"RESPONSE_SUCCESS","data":{"revision":168,"updated_time":1348864985783}}`)
	})
	values := picture(t, "Ux", "first")
	made, err := c.Create(ctx, typePicture, values)
	if err != nil || made.ID != "Ux" || !made.Attrs["revision"].RawEquals(cty.NumberIntVal(168)) || !made.Attrs["user_updated_time"].RawEquals(cty.NumberIntVal(1348864985783)) {
		t.Errorf("%v, %v", made, err)
	}
	if same, err := c.Update(ctx, typePicture, "Ux", provider.Change{After: values}); err != nil || same.ID != "Ux" || len(same.Attrs) > 0 {
		t.Errorf("a change of nothing: %v, %v", same, err)
	}
}

// TestNoPicture reads what is said where there is no picture, and what stands in its place.
func TestNoPicture(t *testing.T) {
	for _, test := range []struct {
		name, uri, kind, body string
		status                int
		want                  provider.Kind
		id                    string // of what is there all the same
	}{
		{"not found", "", "application/json", `{"code":"RESPONSE_ERROR_NOT_FOUND"}`, 404, provider.NotFound, ""},
		{"a bad parameter, of a user without a picture", "", "application/json", `{"code":"RESPONSE_ERROR_INVALID_REQUEST"}`, 400, provider.NotFound, ""},
		{"a bad parameter, said in a yes", "", "application/json", `{"code":"RESPONSE_ERROR_INVALID_REQUEST"}`, 200, provider.NotFound, ""},
		{"a bad parameter, where a picture is known", "https://pictures.example.org/1", "application/json", `{}`, 400, provider.Refused, ""},
		{"not allowed", "", "application/json", `{}`, 403, provider.Unauthorized, ""},
		{"a web page", "", "text/html", "<title>Sign in</title>", 200, provider.Malformed, "U1"},
		{"an envelope", "", "application/json", `{"code":"RESPONSE_SUCCESS","data":{}}`, 200, provider.Malformed, "U1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := against(t, func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/picture") {
					fmt.Fprintf(w, `{"code":"RESPONSE_SUCCESS","data":{"id":"U1","picture_uri":%q,"updated_time":7}}`, test.uri)
					return
				}
				w.Header().Set("Content-Type", test.kind)
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			})
			var known map[string]cty.Value
			if test.uri != "" {
				known = texted("sha256", sum("first"))
			}
			object, err := c.Read(ctx, typePicture, "U1", known)
			if provider.KindOf(err) != test.want || object.ID != test.id {
				t.Errorf("%v of kind %d, %v; want %d of %q", err, provider.KindOf(err), object, test.want, test.id)
			}
			if len(object.Attrs) > 1 {
				t.Errorf("of what cannot be read, %v is known", object.Attrs)
			}
		})
	}
}

// TestPicturesByTheList: what the list of the org's users shows of a picture is not asked for
// again, unless it is another than is known.
func TestPicturesByTheList(t *testing.T) {
	const content = "GET /" + john + "/picture"
	c, r := open(t)
	if _, err := c.Create(ctx, typePicture, picture(t, john, "first")); err != nil {
		t.Fatal(err)
	}
	list := func() {
		t.Helper()
		c.(*client).Forget()
		if _, err := c.List(ctx, typeUser); err != nil {
			t.Fatal(err)
		}
		r.take()
	}
	read := func(known map[string]cty.Value, calls string) map[string]cty.Value {
		t.Helper()
		object, err := c.Read(ctx, typePicture, john, known)
		if got := r.take(); err != nil || got != calls {
			t.Fatalf("%v after\n%s\nwant\n%s", err, got, calls)
		}
		return object.Attrs
	}
	list()
	known := read(nil, content)
	read(known, "")
	if _, err := c.Update(ctx, typeUser, john, provider.Change{After: texted("first_name", "Another"), Changed: []string{"first_name"}}); err != nil {
		t.Fatal(err)
	}
	list()
	known = read(known, "GET /"+john+"\n"+content)
	list()
	read(known, "")
}
