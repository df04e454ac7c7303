package cli

import (
	"strings"
	"testing"
)

func TestSecretsInSource(t *testing.T) {
	s := newShade([]string{"password", "client_secret"})
	for _, test := range []struct{ name, source, want string }{
		{"a setting", `  password = "hush"`, `  password = "****"`},
		{"with an escape", `password="h\"u" # why`, `password="****" # why`},
		{"in a call and a list", `password = upper(["hush"])`, `password = upper(["****"])`},
		{"not ended", "password = \"hush\nusername = \"kim\"", "password = \"****\nusername = \"kim\""},
		{"in JSON", `{"client_secret": "hush", "client_id": "kim"}`, `{"client_secret": "****", "client_id": "kim"}`},
		{"of several lines", "password = <<-END\n  hush\n  hush\n  END\nusername = \"kim\"\n", "password = <<-END\n******\n******\n  END\nusername = \"kim\"\n"},
		{"of no end", "password = <<END\nhush", "password = <<END\n****"},
		{"a reference", `password = var.password`, `password = var.password`},
		{"another name", `no_password = "open"`, `no_password = "open"`},
		{"in an address", `base_url = "https://kim:hush@example.com/x"`, `base_url = "https://********@example.com/x"`},
		{"in a query", `paths = { token = "/oauth?key=hush", me = "/me" }`, `paths = { token = "/oauth?********", me = "/me" }`},
		{"a question", `title = "Who? I" `, `title = "Who? I" `},
		{"marked", `phone = sensitive("hush")`, `phone = sensitive("****")`},
		{"a variable", "variable \"x\" {\n  sensitive = true\n  default = \"hush\"\n}\nvariable \"y\" { default = \"open\" }", "variable \"x\" {\n  sensitive = true\n  default = \"****\"\n}\nvariable \"y\" { default = \"open\" }"},
		{"a variable in JSON", `{"variable": {"x": {"default": "hush", "sensitive": true}}}`, `{"variable": {"x": {"default": "****", "sensitive": true}}}`},
	} {
		if got := string(s.cover([]byte(test.source))); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if none := newShade(nil); !strings.Contains(string(none.cover([]byte(`a = "b"`))), "b") {
		t.Error("without names everything is covered")
	}
}
