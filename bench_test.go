//go:build !windows

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
)

// BenchmarkProgram measures whole commands as their users run them: the built
// program, an organisation from CSV files, the embedded server without delay.
// It reports wall seconds, those of them from the plan to the last line, the largest
// resident memory, and API calls. The memory of a finished process is not to be had
// on Windows.
func BenchmarkProgram(b *testing.B) {
	program := filepath.Join(b.TempDir(), "espalier")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, people := range []int{10_000, 100_000} {
		dir := b.TempDir()
		organisation(b, dir, people)
		measure := func(name string, prepare func(), args ...string) {
			b.Run(fmt.Sprintf("people=%d/%s", people, name), func(b *testing.B) {
				for range b.N {
					prepare()
					b.ReportMetric(0, "ns/op")
					report(b, program, dir, args...)
				}
			})
		}
		fresh := func() {
			for _, name := range []string{".espalier", "espalier.state.json", "espalier.state.json.backup"} {
				_ = os.RemoveAll(filepath.Join(dir, name))
			}
		}
		measure("plan_new", fresh, "plan")
		measure("apply_new", fresh, "apply", "-auto-approve")
		measure("plan_unchanged", func() {}, "plan", "-detailed-exitcode")
		measure("plan_moved_branch", func() { moveBranch(b, dir) }, "plan")
	}
}

var spent = regexp.MustCompile(`Reading took ([0-9,]+) calls`)

// report runs one command and reports what it took.
func report(b *testing.B, program, dir string, args ...string) {
	b.Helper()
	cmd := exec.Command(program, append([]string{"-chdir=" + dir}, args...)...)
	var out, complaints bytes.Buffer
	cmd.Stderr = &complaints
	said, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	calls := listen(said, &out)
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v: %v\n%s%s", args, err, out.String(), complaints.String())
	}
	b.ReportMetric(time.Since(began).Seconds(), "s")
	if calls > 0 {
		b.ReportMetric(calls.Seconds(), "calls-s")
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		b.ReportMetric(float64(usage.Maxrss)/1024, "MiB")
	}
	if m := spent.FindStringSubmatch(out.String()); m != nil {
		n, _ := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		b.ReportMetric(float64(n), "read-calls")
	}
}

// listen copies what an apply says, and returns how long it was from the plan to
// the report: the time of the calls and of the saving of the state.
func listen(said io.Reader, out *bytes.Buffer) (calls time.Duration) {
	var planned time.Time
	for lines := bufio.NewScanner(said); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "Plan:"):
			planned = time.Now()
		case strings.HasPrefix(line, "Done") && !planned.IsZero():
			calls = time.Since(planned)
		}
		fmt.Fprintln(out, lines.Text())
	}
	return calls
}

// organisation writes a configuration of that many people in a fiftieth as many
// groups.
func organisation(b *testing.B, dir string, people int) {
	b.Helper()
	groups := people / 50
	var units, staff strings.Builder
	units.WriteString("id,name,parent\n")
	for i := range groups {
		parent := ""
		if i >= 20 {
			parent = fmt.Sprintf("u%d", i%20)
		}
		fmt.Fprintf(&units, "u%d,Unit %d,%s\n", i, i, parent)
	}
	staff.WriteString("employee_number,email,first_name,last_name,unit,lead,position\n")
	for i := range people {
		lead := ""
		if i%50 == 0 {
			lead = "yes"
		}
		fmt.Fprintf(&staff, "%d,p%d@example.org,First%d,Last%d,u%d,%s,pos%d\n", 100000+i, i, i, i, i%groups, lead, i%12)
	}
	config, err := os.ReadFile(filepath.Join("testdata", "bench", "main.org.hcl"))
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"units.csv": units.String(), "staff.csv": staff.String(), "main.org.hcl": string(config)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}

// moveBranch puts a top branch, a twentieth of the organisation, under another.
func moveBranch(b *testing.B, dir string) {
	b.Helper()
	name := filepath.Join(dir, "units.csv")
	text, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	text = bytes.Replace(text, []byte("\nu5,Unit 5,\n"), []byte("\nu5,Unit 5,u7\n"), 1)
	if err := os.WriteFile(name, text, 0o644); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBareLoop sends the creates of 10,000 people to the same embedded
// server, ten at a time, and does nothing else: what an apply is held against.
func BenchmarkBareLoop(b *testing.B) {
	vendor := all.Providers()[0]
	for range b.N {
		handler, err := vendor.Sandbox(provider.SandboxOptions{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		served, err := sandbox.Serve(sandbox.Loopback, handler)
		if err != nil {
			b.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10}}
		token := bearer(b, client, handler.Token(served.URL))
		post := func(path, body string) {
			req, _ := http.NewRequest(http.MethodPost, served.URL+"/public_api/"+path, strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusCreated {
				b.Errorf("%s: status %d", path, resp.StatusCode)
			}
		}
		post("groups", `{"name":"Top","kind":"Organization"}`)
		post("positions", `{"name":"Barista"}`)
		began := time.Now()
		work := make(chan int)
		var workers sync.WaitGroup
		for range 10 {
			workers.Go(func() {
				for i := range work {
					post("users", fmt.Sprintf(`{"employee_number":"%d","email":"p%d@example.org","first_name":"First%d","last_name":"Last%d","group_relations":[{"group_id":1,"role":"member"}],"position_relations":[{"position_id":1}]}`, i, i, i, i))
				}
			})
		}
		for i := range 10_000 {
			work <- i
		}
		close(work)
		workers.Wait()
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(time.Since(began).Seconds(), "s")
		client.CloseIdleConnections()
		_ = served.Close(b.Context())
		_ = handler.Close()
	}
}

func bearer(b *testing.B, client *http.Client, r *provider.TokenRequest) string {
	resp, err := client.Post(r.URL+"?"+r.Params.Encode(), "", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		b.Fatal(err)
	}
	return answer.AccessToken
}
