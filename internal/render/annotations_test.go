package render

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/planner"
)

func TestAnnotations(t *testing.T) {
	at := func(file string, from, to int) *hcl.Range {
		return &hcl.Range{Filename: file, Start: hcl.Pos{Line: from}, End: hcl.Pos{Line: to}}
	}
	for name, c := range map[string]struct {
		d      hcl.Diagnostic
		folder string
		want   string
	}{
		"an error":          {hcl.Diagnostic{Summary: "No such file", Detail: "staff.csv is not there.", Subject: at("a.org.hcl", 9, 9)}, "", "::error file=a.org.hcl,line=9,title=No such file::staff.csv is not there.\n"},
		"a warning":         {hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "Old", Detail: "Use another.", Subject: at("a.org.hcl", 2, 4)}, "", "::warning file=a.org.hcl,line=2,endLine=4,title=Old::Use another.\n"},
		"in a folder":       {hcl.Diagnostic{Summary: "S", Detail: "D", Subject: at("a.org.hcl", 1, 1)}, "org/acme/", "::error file=org/acme/a.org.hcl,line=1,title=S::D\n"},
		"at the top":        {hcl.Diagnostic{Summary: "S", Detail: "D", Subject: at("a.org.hcl", 1, 1)}, ".", "::error file=a.org.hcl,line=1,title=S::D\n"},
		"an absolute name":  {hcl.Diagnostic{Summary: "S", Detail: "D", Subject: at("/srv/a.org.hcl", 1, 1)}, "org", "::error file=/srv/a.org.hcl,line=1,title=S::D\n"},
		"no place":          {hcl.Diagnostic{Summary: "The state is locked", Detail: "Wait."}, "org", "::error title=The state is locked::Wait.\n"},
		"no detail":         {hcl.Diagnostic{Summary: "Broken: 100 %, really"}, "", "::error::Broken: 100 %25, really\n"},
		"signs in a title":  {hcl.Diagnostic{Summary: "a,b:c%\nd", Detail: "x", Subject: at("b,1:2.org.hcl", 1, 1)}, "", "::error file=b%2C1%3A2.org.hcl,line=1,title=a%2Cb%3Ac%25\\nd::x\n"},
		"a command inside":  {hcl.Diagnostic{Summary: "S", Detail: "one\r\n::set-output name=x::y\n\u202eabc\r::error::z"}, "", "::error title=S::one%0A::set-output name=x::y%0A\\u202eabc\\r::error::z\n"},
		"an escape already": {hcl.Diagnostic{Summary: "S", Detail: "%0A::error::z"}, "", "::error title=S::%250A::error::z\n"},
	} {
		got := draw(t, func(b *bytes.Buffer) error { return Annotations(b, hcl.Diagnostics{&c.d}, Options{}, c.folder) })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPlanAnnotations(t *testing.T) {
	plan := realistic()
	plan.Refusals[0].Detail = "person.950@example.org would go."
	want := "::error file=org/main.org.hcl,line=3,title=Refused%3A This plan deletes more people than is allowed::" +
		"acme_user.staff[\"950\"] would go.%0AIf it is meant, let it through in this one run with -allow max_delete=12\n" +
		"::warning file=org/main.org.hcl,line=20,title=No live group has the kind \"region\"::The first group of that kind is made alone; " +
		"if the server refuses it, the others are left. Check the name of the level in the provider's kinds.\n"
	got := draw(t, func(b *bytes.Buffer) error {
		return PlanAnnotations(b, plan, Options{Library: library(), People: PeopleAddresses}, "org")
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := draw(t, func(b *bytes.Buffer) error { return PlanAnnotations(b, &planner.Plan{}, Options{}, "") }); got != "" {
		t.Errorf("a plan without refusals and warnings is annotated: %s", got)
	}
}
