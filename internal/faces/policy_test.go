package faces

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/espalier-dev/espalier/internal/cli"
)

// TestPolicy runs the policy of the examples as its reader would, and compares what
// is denied, and what is only warned of, with what is kept of it.
func TestPolicy(t *testing.T) {
	t.Parallel()
	example := filepath.Join("..", "..", "examples", "policy")
	query, err := rego.New(rego.Query("data.espalier.policy"), rego.Load([]string{filepath.Join(example, "policy.rego")}, nil)).PrepareForEval(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	o := &organisation{t: t, dir: filepath.Join(t.TempDir(), "policy")}
	o.check(os.CopyFS(o.dir, os.DirFS(example)))
	o.run(cli.ExitDone, "apply", "-auto-approve")
	for name, flags := range map[string][]string{
		"nothing-changes":   nil,
		"two-stores-move":   {"-var=north=south"},
		"other-addresses":   {"-var=domain=example.com"},
		"a-store-is-closed": {`-var=closed=["oslo"]`},
		"all-is-taken-down": {"-destroy"},
	} {
		t.Run(name, func(t *testing.T) {
			o.t = t
			if o.try(append([]string{"plan", "-out=next.plan"}, flags...)...) == cli.ExitError {
				t.Fatal(o.err)
			}
			o.run(cli.ExitDone, "show", "-json", "next.plan")
			var input any
			o.check(json.Unmarshal([]byte(o.out), &input))
			results, err := query.Eval(context.Background(), rego.EvalInput(input))
			if err != nil || len(results) != 1 {
				t.Fatal(results, err)
			}
			rules, _ := results[0].Expressions[0].Value.(map[string]any)
			golden(t, filepath.Join("testdata", "policy", name+".txt"), said("deny", rules)+said("warn", rules))
		})
	}
}

// said are the sentences of a rule, sorted, one a line.
func said(rule string, rules map[string]any) string {
	var list []string
	all, _ := rules[rule].([]any)
	for _, one := range all {
		list = append(list, fmt.Sprintf("%s: %v\n", rule, one))
	}
	slices.Sort(list)
	return strings.Join(list, "")
}
