package render

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/espalier-dev/espalier/planner"
)

// HTMLOptions say how a plan is written as a page.
type HTMLOptions struct {
	// Options say how much of people is shown and give nouns to types. A page has
	// its own colours and width, and folds by itself.
	Options
	// Cost is for the lines that count.
	Cost Cost
	// Version and Commit are those of the program, Revision is the commit of the
	// configuration; what is empty is not said.
	Version, Commit, Revision string
	// Apply is the command that carries out exactly this plan; without one it is
	// "espalier apply -plan-id" with the plan's id.
	Apply string
}

//go:embed page/report.html page/report.css page/*.js
var pageFiles embed.FS

// pageScripts are the parts of the page's script, in the order in which they run.
var pageScripts = [...]string{"data", "search", "lines", "tree", "changes", "start"}

// HTML writes a plan as one page that needs nothing else: no network, no font, and
// no script but its own, and its policy forbids the rest to the browser. It says
// first what is refused and what is removed, then shows the tree as it is and as it
// will be beside all that changes, which can be searched and filtered, and apart from
// that what changed outside. Where scripts are not run, the plan stands there as text.
func HTML(w io.Writer, plan *planner.Plan, o HTMLOptions) error {
	o.Color, o.Width, o.Full = false, 0, false
	page, err := template.ParseFS(pageFiles, "page/report.html")
	if err != nil {
		return err
	}
	style, err := pageFiles.ReadFile("page/report.css")
	if err != nil {
		return err
	}
	script, err := pageScript()
	if err != nil {
		return err
	}
	r := newReport(plan, o)
	r.Style, r.Script = template.CSS(style), template.JS(script)
	r.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'", digestOf(string(style)), digestOf(script))
	out := bufio.NewWriterSize(w, 1<<16)
	if err := page.Execute(out, r); err != nil {
		return err
	}
	return out.Flush()
}

// pageScript joins the parts of the script.
func pageScript() (string, error) {
	var b strings.Builder
	b.WriteString("'use strict';\n(() => {\n")
	for _, name := range pageScripts {
		part, err := pageFiles.ReadFile("page/" + name + ".js")
		if err != nil {
			return "", err
		}
		b.Write(part)
	}
	b.WriteString("})();\n")
	return b.String(), nil
}

// digestOf is how a policy names a text that may stand in the page.
func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
