//go:build !windows

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
)

// BenchmarkReading measures plans in which nothing changes, against a server whose
// lists carry memberships, and one whose lists do not: of an organisation that is
// managed whole, and of 200 people among 20,000.
func BenchmarkReading(b *testing.B) {
	program := filepath.Join(b.TempDir(), "espalier")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	const people = 20_000
	for _, memberships := range []string{"present", "absent"} {
		serveFor(b, map[string]string{"list_memberships": memberships})
		whole, part := b.TempDir(), b.TempDir()
		organisation(b, whole, people)
		organisation(b, part, people)
		keepRows(b, filepath.Join(part, "staff.csv"), 200)
		for _, dir := range []string{whole, part} {
			remote(b, dir)
			if out, err := exec.Command(program, "-chdir="+dir, "apply", "-auto-approve").CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
		}
		measure := func(managed, dir string) {
			b.Run(fmt.Sprintf("people=%d/managed=%s/list_memberships=%s", people, managed, memberships), func(b *testing.B) {
				for range b.N {
					b.ReportMetric(0, "ns/op")
					report(b, program, dir, "plan", "-detailed-exitcode")
				}
			})
		}
		measure("all", whole)
		measure("200", part)
	}
}

// serveFor serves an embedded server until the benchmark ends, and puts its address
// and credentials into the environment.
func serveFor(b *testing.B, behaviour map[string]string) {
	b.Helper()
	vendor := all.Providers()[0]
	handler, err := vendor.Sandbox(provider.SandboxOptions{Behaviour: behaviour})
	if err != nil {
		b.Fatal(err)
	}
	served, err := sandbox.Serve(sandbox.Loopback, handler)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = served.Close(b.Context())
		_ = handler.Close()
	})
	params := handler.Token(served.URL).Params
	for name, value := range map[string]string{"BASE_URL": served.URL, "CLIENT_ID": params.Get("client_id"), "CLIENT_SECRET": params.Get("client_secret")} {
		b.Setenv(strings.ToUpper(vendor.Name())+"_"+name, value)
	}
}

// remote has a configuration reach the server of the environment.
func remote(b *testing.B, dir string) {
	b.Helper()
	name := filepath.Join(dir, "main.org.hcl")
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, bytes.Replace(text, []byte("sandbox = true"), nil, 1), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// keepRows leaves the first rows of a table.
func keepRows(b *testing.B, name string, n int) {
	b.Helper()
	text, err := os.ReadFile(name)
	if err == nil {
		lines := strings.SplitAfter(string(text), "\n")
		err = os.WriteFile(name, []byte(strings.Join(lines[:n+1], "")), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}
