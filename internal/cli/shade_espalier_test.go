package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What the state and encryption blocks hold is quoted in no message about a mistake in
// them, however much of it cannot be read.
func TestSecretsOfTheEspalierBlock(t *testing.T) {
	for name, text := range map[string]string{
		"something behind it":     `encryption {` + "\n" + `passphrase = "SEKRET77" oops` + "\n}",
		"a block in one line":     `encryption { passphrase = "SEKRET77" oops }`,
		"with an expression":      `encryption {` + "\n" + `passphrase = "SEKRET77${var.nope}"` + "\n}",
		"in an expression":        `encryption {` + "\n" + `passphrase = "a${upper("SEKRET77")}${var.nope}"` + "\n}",
		"in a choice":             `encryption {` + "\n" + `passphrase = var.nope == "a" ? "SEKRET77" : "SEKRET77"` + "\n}",
		"twice":                   `encryption {` + "\n" + `passphrase = "SEKRET77"` + "\n" + `passphrase = "SEKRET77"` + "\n}",
		"without a sign":          `encryption {` + "\n" + `passphrase "SEKRET77"` + "\n}",
		"a name of another block": `encryption {` + "\n" + `key = "SEKRET77"` + "\n}",
		"of several lines":        `encryption {` + "\n" + "phrase = <<END oops\nSEKRET77\nEND\n}",
		"a private key as public": `encryption {` + "\n" + `recipients = ["AGE-SECRET-KEY-1SEKRET77", oops oops]` + "\n}",
		"a key for a certificate": `state "http" {` + "\n" + `client_private_key_pem = "SEKRET77" oops` + "\n}",
		"a user in an address":    `state "http" {` + "\n" + `address = "https://bo:SEKRET77 x@state.example.org/"` + "\n}",
		"words":                   `state "postgres" {` + "\n" + `conn_str = "host=h user=bo password=SEKRET77 sslmode=foo"` + "\n}",
		"a slash":                 `state "postgres" {` + "\n" + `conn_str = "postgres://bo:a/SEKRET77@h:1/d"` + "\n}",
		"a space":                 `state "postgres" {` + "\n" + `conn_str = "postgres://bo:a SEKRET77@h/d"` + "\n}",
		"two of them":             `state "postgres" {` + "\n" + `conn_str = "postgres://bo:a@SEKRET77@h:x/d"` + "\n}",
		"under a wrong name":      `state "postgres" {` + "\n" + `connection = "postgres://bo:a@SEKRET77@h:x/d"` + "\n}",
		"an unknown setting":      `state "s3" {` + "\n" + `bucket = "b"` + "\n" + `key = "k"` + "\n" + `secret_key = "SEKRET77"` + "\n}",
		"an unknown kind":         `state "s4" {` + "\n" + `secret_key = "SEKRET77" oops` + "\n}",
		"one that is not ended":   `state "s3" {` + "\n" + `secret_key = "SEKRET77` + "\n}",
	} {
		for _, command := range []string{"validate", "plan"} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.org.hcl"), []byte("espalier {\n"+text+"\n}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			code := Main([]string{"-chdir=" + dir, command}, Streams{In: strings.NewReader(""), Out: &said, Err: &said, Width: 200, Now: time.Now})
			if code != ExitError || !strings.Contains(said.String(), "main.org.hcl:") {
				t.Errorf("%s: exit %d, and no place of the mistake:\n%s", name, code, said.String())
			}
			if strings.Contains(said.String(), "SEKRET") {
				t.Errorf("%s: %s shows it:\n%s", name, command, said.String())
			}
		}
	}
}

// What is no secret there is quoted, and nothing elsewhere is covered.
func TestOpenInTheEspalierBlock(t *testing.T) {
	s := newShade([]string{"password"})
	for _, test := range []struct{ source, want string }{
		{"espalier {\n  state \"s3\" {\n    bucket = \"b\"\n    access = \"hush\"\n  }\n}\n", "espalier {\n  state \"s3\" {\n    bucket = \"b\"\n    access = \"****\"\n  }\n}\n"},
		{`{"espalier": {"state": {"s3": {"bucket": "b", "access": "hush", "key": "k"}}}}`, `{"espalier": {"state": {"s3": {"bucket": "b", "access": "****", "key": "k"}}}}`},
		{"{\n \"espalier\": [\n  {\n   \"encryption\":\n   {\n    \"identity_file\": \"me.key\",\n    \"phrase\": \"hush\"\n   }\n  }\n ]\n}", "{\n \"espalier\": [\n  {\n   \"encryption\":\n   {\n    \"identity_file\": \"me.key\",\n    \"phrase\": \"****\"\n   }\n  }\n ]\n}"},
		{"espalier {\n  required_version = \"1\"\n  state \"http\" {\n    lock = true # \"quite\n    username = \"kim\"\n  }\n}\nresource \"x\" \"y\" {\n  title = \"open\"\n}\n", "="},
		{"espalier {\n  encryption {\n    recipients = [\n      \"age1a\", # Kim\n      \"age1b\",\n    ]\n  }\n}\n", "="},
		{"resource \"acme_group\" \"state\" {\n  title = \"espalier\"\n}\n", "="},
	} {
		want := test.want
		if want == "=" {
			want = test.source
		}
		if got := string(s.cover([]byte(test.source))); got != want {
			t.Errorf("%s\nis quoted as\n%s\nwant\n%s", test.source, got, want)
		}
	}
}
