package motimate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxSwitches are the points on which the documentation is silent. The first
// value is what it suggests, or the stricter side.
func sandboxSwitches() []sandbox.Switch {
	return append(sandbox.FrontSwitches(), []sandbox.Switch{
		// Reading.
		{Name: "ids", Values: []string{"number", "string", "opaque"},
			Meaning: "Ids in bodies are numbers, the same in quotes, or texts that need escaping everywhere."},
		{Name: "list_ids", Values: []string{"present", "absent"}, Meaning: "Whether a listed user has an id."},
		{Name: "list_memberships", Values: []string{"present", "absent"}, Meaning: "Whether a listed user has groups and positions."},
		{Name: "roles", Values: []string{"absent", "present"}, Meaning: "Whether a membership that is read says its role."},
		{Name: "list_parents", Values: []string{"present", "absent"}, Meaning: "Whether a listed group has its parent_id."},
		{Name: "single_parent", Values: []string{"absent", "present"}, Meaning: "Whether a group read alone, or changed, has its parent_id."},
		{Name: "unset", Values: []string{"null", "empty", "absent"}, Meaning: "How a text that is not set is shown."},
		{Name: "level_as", Values: []string{"text", "label", "number"}, Meaning: `A level is "1", "Level 1" or 1.`},
		{Name: "levels", Values: []string{"Custom,Organization,Country,Region,Store"}, Check: checkLevels,
			Meaning: "What the levels are called today, from number 0 on."},
		// Paging.
		{Name: "default_per_page", Values: []string{"50", "25"}, Meaning: "The size of a page if none is asked for."},
		{Name: "per_page_over", Values: []string{"capped", "refused"}, Meaning: "What a per_page over 50 gets."},
		{Name: "page_cap", Values: []string{"50", "25", "7"}, Meaning: "The most that a page ever holds."},
		{Name: "page_end", Values: []string{"empty", "404", "refused", "last"}, Meaning: "What a page past the end gets: no items, 404, a refusal, or the last page again."},
		{Name: "filters", Values: []string{"work", "refused", "ignored"}, Meaning: "What filter[created_at_gt] and filter[updated_at_gt] do."},
		// Writing.
		{Name: "create_body", Values: []string{"json", "form", "both"}, Meaning: "How the body of a create has to be written."},
		{Name: "create_answer", Values: []string{"201", "200", "204"}, Meaning: "The status of a create; 204 has no body."},
		{Name: "patch_answer", Values: []string{"200", "201", "204"}, Meaning: "The status of a change of a user or a group; 204 has no body."},
		{Name: "patch_position", Values: []string{"201", "200", "204"}, Meaning: "The status of a change of a position."},
		{Name: "relations", Values: []string{"merge", "replace"}, Meaning: "Whether memberships that a change does not name stay or go."},
		{Name: "patch_parent", Values: []string{"allowed", "ignored", "refused"}, Meaning: "Whether a change of a group takes parent_id."},
		{Name: "patch_employee_number", Values: []string{"refused", "allowed", "ignored"}, Meaning: "Whether a change of a user takes employee_number."},
		{Name: "parent_required", Values: []string{"no", "yes"}, Meaning: "Whether a group below the first level needs a parent."},
		{Name: "sibling_names", Values: []string{"unique", "free"}, Meaning: "Whether two groups under one parent may share a name."},
		{Name: "position_names", Values: []string{"unique", "free"}, Meaning: "Whether two positions may share a name."},
		{Name: "group_delete", Values: []string{"refused", "cascade"}, Meaning: "What the deletion of a group with groups or members gets."},
		{Name: "position_delete", Values: []string{"cascade", "refused"}, Meaning: "What the deletion of a position that people hold gets."},
		{Name: "emails", Values: []string{"kept", "lowercased"}, Meaning: "What is kept of an e-mail address."},
		{Name: "phones", Values: []string{"kept", "stripped"}, Meaning: "What is kept of a phone number."},
		{Name: "parent_memberships", Values: []string{"none", "added"}, Meaning: "Whether a membership brings those of the groups above."},
		// Refusing.
		{Name: "refusal", Values: []string{"422", "400", "409"}, Meaning: "The status of a refusal."},
		{Name: "duplicate", Values: []string{"422", "409", "400"}, Meaning: "The status of a refusal of a key that is taken."},
		{Name: "unknown_relation", Values: []string{"404", "422"}, Meaning: "The status where a group or position named for a user is not there."},
		{Name: "expired_token", Values: []string{"401", "403", "403-bare"}, Meaning: "The status for a token that is not good; 403-bare says forbidden and nothing of tokens."},
		{Name: "token_params", Values: []string{"both", "query", "form"}, Meaning: "Where the token call takes its parameters from."},
	}...)
}

func checkLevels(text string) error {
	names := strings.Split(text, ",")
	sorted := slices.Sorted(slices.Values(names))
	if len(names) < 2 || slices.Contains(names, "") || len(slices.Compact(sorted)) != len(names) {
		return fmt.Errorf("write at least two names, each once, with commas between them")
	}
	return nil
}
