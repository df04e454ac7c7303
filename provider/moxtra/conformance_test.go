package moxtra_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider/moxtra"
	"github.com/espalier-dev/espalier/provider/providertest"
)

// subject is a sandbox with these switches, whose exchanges are all held against the
// description. The account is the first of its samples.
func subject(behaviour map[string]string, brief bool) func(t *testing.T) providertest.Subject {
	return func(t *testing.T) providertest.Subject {
		p := moxtra.Watched(t)
		org := map[string]cty.Value{"org_id": cty.StringVal("PuE0cDUJRkg98FG0FUwJqi4")}
		return providertest.Subject{
			Provider: p, Alias: "me", Brief: brief,
			Standing: []string{"Utkj3YC5BxRHCCaq9widP67", "Ua9hIj1Bi33F3bxq5yQ4gCH", "U0000000000000000000004"},
			Client:   providertest.Start(t, p, behaviour, org),
		}
	}
}

func TestConformance(t *testing.T) { providertest.Run(t, subject(nil, false)) }

// TestConformanceUnderEverySwitch runs the suite on servers that each differ
// from the default in what the documentation leaves open.
func TestConformanceUnderEverySwitch(t *testing.T) {
	for _, test := range []struct {
		name     string
		switches map[string]string
	}{
		{"paths have no prefix", map[string]string{"prefix": "none"}},
		{"unset is null", map[string]string{"unset": "null"}},
		{"unset is absent", map[string]string{"unset": "absent"}},
		{"pictures are behind a redirect", map[string]string{"picture": "redirect"}},
		{"pictures are elsewhere", map[string]string{"picture": "elsewhere"}},
		{"pictures have new addresses", map[string]string{"picture_uri": "new"}},
		{"lists lack names", map[string]string{"list_fields": "brief"}},
		{"lists are bare", map[string]string{"list_key": "array"}},
		{"pages are of 2", map[string]string{"page_size": "2"}},
		{"index is a page", map[string]string{"index": "page", "page_size": "2"}},
		{"index is the page that was read", map[string]string{"index": "page", "last_index": "last", "page_size": "2"}},
		{"last_index is that of the last user", map[string]string{"last_index": "last", "page_size": "2"}},
		{"last_index goes on", map[string]string{"last_index": "past", "page_end": "404", "count": "page"}},
		{"counts are of pages", map[string]string{"count": "page", "page_size": "2"}},
		{"changes answer with the user", map[string]string{"update_answer": "data"}},
		{"languages and zones are free", map[string]string{"languages": "free", "timezones": "free"}},
		{"tokens want signature and time", map[string]string{"signature": "required", "timestamp": "5m"}},
		{"tokens by query", map[string]string{"token_params": "query"}},
		{"tokens die after three calls", map[string]string{"token_calls": "3"}},
		{"unknown paths are 404", map[string]string{"unknown_path": "404"}},
		{"other methods are 405", map[string]string{"wrong_method": "405"}},
		{"errors are text", map[string]string{"errors": "text"}},
		{"errors are nested", map[string]string{"errors": "nested"}},
		{"errors are those of OAuth", map[string]string{"errors": "oauth"}},
		{"errors are pages", map[string]string{"errors": "html"}},
		{"errors are null", map[string]string{"errors": "null"}},
		{"errors are empty", map[string]string{"errors": "empty"}},
		{"errors have 200", map[string]string{"error_status": "200"}},
		{"answers have no code", map[string]string{"code": "absent"}},
		{"any order", map[string]string{"order": "shuffled"}},
		{"some answers are slow", map[string]string{"faults": "*5:slow=1ms"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, subject(test.switches, true))
		})
	}
}
