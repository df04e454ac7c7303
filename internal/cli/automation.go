package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
)

// automated reports whether nobody reads what to type next: ESPALIER_IN_AUTOMATION
// is set to anything but an empty text, "0" or "false".
func (a *app) automated() bool {
	switch strings.ToLower(a.env("ESPALIER_IN_AUTOMATION")) {
	case "", "0", "false":
		return false
	}
	return true
}

// onGitHub reports whether this is a step of a GitHub Actions workflow.
func (a *app) onGitHub() bool { return a.env("GITHUB_ACTIONS") == "true" }

// folder is the folder of the configuration, seen from the top of the repository
// where a pipeline says where that is, else from where the program runs. It never
// says where on this computer that is.
func (a *app) folder() string {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return filepath.ToSlash(a.dir)
	}
	here, _ := filepath.Abs(".")
	for _, top := range []string{a.env("GITHUB_WORKSPACE"), a.env("CI_PROJECT_DIR"), here} {
		if below, err := filepath.Rel(top, dir); top != "" && err == nil && filepath.IsLocal(below) {
			return filepath.ToSlash(below)
		}
	}
	return filepath.Base(dir)
}

// annotateDiagnostics shows mistakes at their lines of a pull request.
func (a *app) annotateDiagnostics(diags hcl.Diagnostics) {
	if a.onGitHub() {
		_ = render.Annotations(a.orders, diags, a.errOptions(), a.folder())
	}
}

// annotate shows what a plan is refused for, and warns of, at the lines of a pull
// request.
func (a *app) annotate(plan *planner.Plan, o render.Options) {
	if a.onGitHub() {
		_ = render.PlanAnnotations(a.orders, plan, o, a.folder())
	}
}

// summarize adds the plan to the summary of the step of a workflow.
func (a *app) summarize(plan *planner.Plan, o render.MarkdownOptions) {
	o.Limit = render.SummaryLimit / 2                    // the rest is for the other commands of the step
	o.InLog = o.Whole != "" && o.Whole == a.runAddress() // which is where the summary itself stands
	a.addSummary("plan", func(w io.Writer) error { return render.Markdown(w, plan, o) })
}

// summarizeReport tells a workflow how an apply ended: what went wrong at its lines,
// and the whole in the summary of the step.
func (a *app) summarizeReport(plan *planner.Plan, report *planner.Report, o render.Options) {
	if !a.onGitHub() || len(plan.Steps) == 0 {
		return
	}
	_ = render.ReportAnnotations(a.orders, plan, report, o, a.folder())
	a.addSummary("report", func(w io.Writer) error { return render.ReportMarkdown(w, plan, report, o) })
}

// addSummary adds to the summary of the step of a workflow, where this is one. What is
// not asked for by a flag does not stop a run.
func (a *app) addSummary(what string, write func(io.Writer) error) {
	name := a.env("GITHUB_STEP_SUMMARY")
	if !a.onGitHub() || name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err == nil {
		err = write(file)
		if closing := file.Close(); err == nil {
			err = closing
		}
	}
	if err != nil {
		a.talk("The %s could not be added to the summary of this step, %q: %s", what, name, cause(err))
	}
}

// markdownOptions are those of a comment, with where it comes from as far as the
// pipeline says. All of the plan is in the log of the run only if that was asked for.
func (a *app) markdownOptions(o render.Options, cost render.Cost, f *planFaces) render.MarkdownOptions {
	whole := ""
	if f.full && a.events == nil && !f.takesStdout() {
		whole = a.runAddress()
	}
	if whole == "" && f.saved != "" {
		whole = a.ofFile(f.saved, "show", "-full")
	}
	return render.MarkdownOptions{Options: o, Cost: cost, Key: a.folder(), Version: Version, Commit: Commit, Apply: f.apply,
		Revision: a.revision(), Whole: whole}
}

// runAddress is where the run of a pipeline can be looked at, or empty.
func (a *app) runAddress() string {
	if server, repository, run := a.env("GITHUB_SERVER_URL"), a.env("GITHUB_REPOSITORY"), a.env("GITHUB_RUN_ID"); server != "" && repository != "" && run != "" {
		return fmt.Sprintf("%s/%s/actions/runs/%s", server, repository, run)
	}
	return a.env("CI_JOB_URL")
}

// revision is the commit of the configuration, where a pipeline says it. In a pull
// request the platforms' own variables may name a merge that was made for the pipeline
// alone, so a variable of ours goes before them.
func (a *app) revision() string {
	return cmp.Or(a.env("ESPALIER_REVISION"), a.env("GITHUB_SHA"), a.env("CI_COMMIT_SHA"))
}
