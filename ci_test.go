package main_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

// TestWorkflowsAreRight lints the workflows for GitHub as they are copied into a
// repository, with the action that they use.
func TestWorkflowsAreRight(t *testing.T) {
	top := t.TempDir()
	for from, to := range map[string]string{"workflows": ".github/workflows", "action": ".github/actions/espalier"} {
		if err := os.CopyFS(filepath.Join(top, to), os.DirFS(filepath.Join("examples/ci/github", from))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(top, ".git"), 0o755); err != nil { // the top of a repository has one
		t.Fatal(err)
	}
	var said bytes.Buffer
	linter, err := actionlint.NewLinter(&said, &actionlint.LinterOptions{WorkingDir: top})
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.LintRepository(top)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Errorf("actionlint finds %d mistakes:\n%s", len(found), said.String())
	}
}

// TestWorkflowsAreSafe holds the workflows against what a change from outside could
// make use of.
func TestWorkflowsAreSafe(t *testing.T) {
	files, err := filepath.Glob("examples/ci/github/*/*.yml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files were found: %v", len(files), err)
	}
	uses := regexp.MustCompile(`(?m)^ *(?:- )?uses: *(\S+)`)
	trusted := regexp.MustCompile(`^(\./\S+|actions/[a-z-]+@v[0-9]+|[\w.-]+/[\w./-]+@[0-9a-f]{40})$`)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, use := range uses.FindAllStringSubmatch(text, -1) {
			if !trusted.MatchString(use[1]) {
				t.Errorf("%s uses %s: of others than GitHub itself only a full commit can be trusted", name, use[1])
			}
		}
		for word, reason := range map[string]string{
			"pull_request_target": "would give secrets to what anybody proposes",
			"upload-artifact":     "would keep personal data where many can fetch it",
			"secrets: inherit":    "hands over more than is needed",
		} {
			if strings.Contains(text, word) {
				t.Errorf("%s: %s %s", name, word, reason)
			}
		}
		if strings.Contains(name, "workflows") && !strings.Contains(text, "\npermissions: {}\n") {
			t.Errorf("%s does not begin with no permission at all", name)
		}
		if strings.Count(text, "actions/checkout@") != strings.Count(text, "persist-credentials: false") {
			t.Errorf("%s leaves a token in a checkout", name)
		}
		for _, script := range regexp.MustCompile(`(?m)^( *)run: (?:\||.*)((?:\n +.*)*)`).FindAllString(text, -1) {
			if run, _, _ := strings.Cut(script, "\n    - "); strings.Contains(run, "${{") {
				t.Errorf("%s puts a value into a script, which could be a command:\n%s", name, run)
			}
		}
	}
}

// parseWorkflow reads one of the workflows for GitHub.
func parseWorkflow(t *testing.T, name string) *actionlint.Workflow {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("examples/ci/github/workflows", name))
	if err != nil {
		t.Fatal(err)
	}
	w, mistakes := actionlint.Parse(data)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return w
}

// TestPlansAreNotInTheWay holds the workflow that plans to what a required check needs:
// it comes for each pull request, and what it does not concern is let through.
func TestPlansAreNotInTheWay(t *testing.T) {
	w := parseWorkflow(t, "espalier-plan.yml")
	for _, on := range w.On {
		if hook, ok := on.(*actionlint.WebhookEvent); ok && (hook.Paths != nil || hook.PathsIgnore != nil) {
			t.Errorf("%s is filtered by paths: a required check would never come for the others", hook.Hook.Value)
		}
	}
	for job, words := range map[string][]string{
		"check": {"!cancelled()", "needs.changed.outputs.organisation != 'false'"},
		"plan":  {"!cancelled()", "needs.check.result == 'success'"},
	} {
		for _, word := range words {
			if !strings.Contains(w.Jobs[job].If.Value, word) {
				t.Errorf("the job %s does not ask for %s: %s", job, word, w.Jobs[job].If.Value)
			}
		}
	}
	if p := w.Jobs["plan"].Permissions; p.Scopes["issues"] == nil || p.Scopes["issues"].Value.Value != "write" {
		t.Error("the job plan cannot make a label that is not there yet")
	}
}

// TestChangedFindsTheOrganisation has the workflow's own script look at changes in a
// repository.
func TestChangedFindsTheOrganisation(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the script is for bash, which is not on the PATH: install it")
	}
	job := parseWorkflow(t, "espalier-plan.yml").Jobs["changed"]
	script := job.Steps[len(job.Steps)-1].Exec.(*actionlint.ExecRun).Run.Value
	for _, c := range []struct{ event, file, want string }{
		{"pull_request", "org/people.csv", "true"},
		{"pull_request", ".github/actions/espalier/plan.sh", "true"},
		{"pull_request", ".github/workflows/espalier-plan.yml", "true"},
		{"pull_request", ".github/workflows/tests.yml", "false"},
		{"pull_request", "organs/README.md", "false"},
		{"workflow_dispatch", "README.md", "true"},
		{"pull_request", "", "true"}, // nothing to compare with: better one plan too many
	} {
		top := t.TempDir()
		outputs := filepath.Join(t.TempDir(), "outputs")
		run := func(script string) {
			cmd := exec.Command(bash, "-e", "-c", script)
			cmd.Dir = top
			cmd.Env = append(os.Environ(), "FILE="+c.file, "GITHUB_EVENT_NAME="+c.event, "GITHUB_OUTPUT="+outputs, "GIT_CONFIG_GLOBAL=/dev/null")
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", c.file, err, said)
			}
		}
		commit := "git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m "
		run("git init -q && " + commit + "before")
		if c.file != "" {
			run(`mkdir -p "$(dirname "$FILE")" && echo new >"$FILE" && git add . && ` + commit + "merge")
		}
		run(script)
		if got, err := os.ReadFile(outputs); err != nil || string(got) != "organisation="+c.want+"\n" {
			t.Errorf("%s with %q: %q, %v; want %s", c.event, c.file, got, err, c.want)
		}
	}
}

// TestActionHandsOver looks for what the scripts rely on.
func TestActionHandsOver(t *testing.T) {
	data, err := os.ReadFile("examples/ci/github/action/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"PULL_REQUEST: ${{ github.event.pull_request.number }}",
		"HEAD_SHA: ${{ github.event.pull_request.head.sha }}",
		"ESPALIER_REVISION: ${{ github.event.pull_request.head.sha || github.sha }}",
	} {
		if !strings.Contains(string(data), "\n        "+line+"\n") {
			t.Errorf("the action does not set %s", line)
		}
	}
}

// TestPipelineScripts has the shells' own check read every script, and shellcheck
// where it is installed.
func TestPipelineScripts(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the scripts are for bash, which is not on the PATH: install it")
	}
	scripts := 0
	err = filepath.WalkDir("examples/ci", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".sh" {
			return err
		}
		scripts++
		if said, err := exec.Command(bash, "-n", name).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
		shellcheck, err := exec.LookPath("shellcheck")
		if err != nil {
			return nil
		}
		check := exec.Command(shellcheck, "-x", filepath.Base(name))
		check.Dir = filepath.Dir(name)
		if said, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
		return nil
	})
	if err != nil || scripts < 11 {
		t.Errorf("%d scripts were found: %v", scripts, err)
	}
}
