package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// TestManyValuesAreNotListed has a choice among hundreds.
func TestManyValuesAreNotListed(t *testing.T) {
	a := &Attribute{Name: "place", Type: cty.String, Enum: []string{"Europe/Oslo", "America/New_York", "America/North_Dakota/New_Salem", "UTC"}}
	for i := range 300 {
		a.Enum = append(a.Enum, fmt.Sprintf("Planet/%d", i))
	}
	for _, test := range []struct {
		value cty.Value
		want  string
	}{
		{cty.StringVal("Europe/Osol"), `"place" cannot be "Europe/Osol". It is one of 304 values. Did you mean "Europe/Oslo"?`},
		{cty.StringVal("oslo"), `"place" cannot be "oslo". It is one of 304 values. Did you mean "Europe/Oslo"?`},
		{cty.StringVal("new york"), `"place" cannot be "new york". It is one of 304 values. Did you mean "America/New_York"?`},
		{cty.StringVal("America"), `Did you mean "America/New_York" or "America/North_Dakota/New_Salem"?`},
		{cty.StringVal("anywhere else"), `"place" cannot be "anywhere else". It is one of 304 values.`},
		{cty.StringVal("utc+1:00"), `"place" cannot be "utc+1:00". It is one of 304 values.`},
		{cty.StringVal("utc-somewhere"), `Did you mean "UTC"?`},
		{cty.StringVal(""), `"place" cannot be "". Write null to leave it out; for a cell that may be empty, x == "" ? null : x.`},
		{cty.StringVal("oslo").Mark(Sensitive), `"place" cannot be the sensitive value. It is one of 304 values.`},
		{cty.StringVal("UTC"), ""},
		{cty.NullVal(cty.String), ""},
		{cty.UnknownVal(cty.String), ""},
	} {
		_, d := convertAttribute(test.value, a, toLeaveOut, hcl.Range{})
		switch {
		case test.want == "" && d != nil:
			t.Errorf("%#v is refused: %s", test.value, d.Detail)
		case test.want != "" && (d == nil || !strings.HasSuffix(d.Detail, test.want)):
			t.Errorf("%#v: %v, want %s", test.value, d, test.want)
		}
	}
}
