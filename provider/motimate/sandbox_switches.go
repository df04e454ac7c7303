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
	return slices.Concat(sandbox.FrontSwitches(), readingSwitches(), writingSwitches(), keepingSwitches(), refusingSwitches())
}

// readingSwitches are about what reads show.
func readingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
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
		{Name: "times", Values: []string{"absent", "present"}, Meaning: "Whether an object has created_at and updated_at."},
		{Name: "list_posts", Values: []string{"full", "brief"}, Meaning: "A listed post is whole, or lacks body, file_ids and group_ids."},
		{Name: "file_checksum", Values: []string{"absent", "present"}, Meaning: "Whether a file has its sha256."},
		{Name: "default_per_page", Values: []string{"50", "25"}, Meaning: "The size of a page if none is asked for."},
		{Name: "per_page_over", Values: []string{"capped", "refused"}, Meaning: "What a per_page over 50 gets."},
		{Name: "page_cap", Values: []string{"50", "25", "7"}, Meaning: "The most that a page ever holds."},
		{Name: "page_end", Values: []string{"empty", "404", "refused", "last"}, Meaning: "What a page past the end gets: no items, 404, a refusal, or the last page again."},
		{Name: "filters", Values: []string{"work", "refused", "ignored"}, Meaning: "What filter[created_at_gt] and filter[updated_at_gt] do."},
		{Name: "membership_touches", Values: []string{"yes", "no"},
			Meaning: "Whether an object of which only groups, positions or files changed counts as changed for filter[updated_at_gt]."},
	}
}

// writingSwitches are about how creates, changes and deletions are written.
func writingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "create_body", Values: []string{"json", "form", "both"}, Meaning: "How the body of a create has to be written."},
		{Name: "create_answer", Values: []string{"201", "200", "204"}, Meaning: "The status of a create; 204 has no body."},
		{Name: "patch_answer", Values: []string{"200", "201", "204"}, Meaning: "The status of a change of a user, a group or a post; 204 has no body."},
		{Name: "patch_position", Values: []string{"201", "200", "204"}, Meaning: "The status of a change of a position."},
		{Name: "patch_absent", Values: []string{"kept", "cleared"}, Meaning: "Whether texts that a change does not name stay or are cleared."},
		{Name: "clear", Values: []string{"both", "null", "empty"}, Meaning: `What clears a text: null or "", null alone, or "" alone. The other is refused.`},
		{Name: "long_texts", Values: []string{"kept", "refused", "cut"}, Meaning: "What a text of more than 255 characters gets, unless it is the body of a post."},
		{Name: "relations", Values: []string{"merge", "replace"}, Meaning: "Whether memberships that a change does not name stay or go."},
		{Name: "patch_parent", Values: []string{"allowed", "ignored", "refused"}, Meaning: "Whether a change of a group takes parent_id."},
		{Name: "detach", Values: []string{"allowed", "ignored", "refused"}, Meaning: "Whether a change of a group takes null as parent_id."},
		{Name: "kinds", Values: []string{"exact", "folded"}, Meaning: "Whether a kind has to be written with the level's own capitals."},
		{Name: "unknown_kind", Values: []string{"refused", "outside"}, Meaning: "Whether a kind that there is not is refused, or taken for the first of levels, outside the tree."},
		{Name: "role_names", Values: []string{"member,admin", "participant,manager"}, Check: checkRoles,
			Meaning: "What the roles of a membership are called: a member's and a lead's."},
		{Name: "missing_role", Values: []string{"member", "refused"}, Meaning: "What a new membership without a role gets: that of a member, or a refusal."},
		{Name: "patch_employee_number", Values: []string{"refused", "allowed", "ignored"}, Meaning: "Whether a change of a user takes employee_number."},
	}
}

// keepingSwitches are about what may be in the organisation and what becomes of it.
func keepingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "parent_required", Values: []string{"no", "yes"}, Meaning: "Whether a group below the first level needs a parent."},
		{Name: "sibling_names", Values: []string{"unique", "free"}, Meaning: "Whether two groups under one parent may share a name."},
		{Name: "position_names", Values: []string{"unique", "free"}, Meaning: "Whether two positions may share a name."},
		{Name: "import_ids", Values: []string{"unique", "free"}, Meaning: "Whether two positions may share an import_id."},
		{Name: "user_keys", Values: []string{"unique", "email", "free"}, Meaning: "What no two people may share: e-mail, phone and employee number, e-mail alone, or none of them."},
		{Name: "names_required", Values: []string{"no", "yes"}, Meaning: "Whether a user needs a first and a last name."},
		{Name: "user_delete", Values: []string{"removed", "reserved", "shown"},
			Meaning: "Whether a user who is deleted leaves nothing, leaves keys that stay taken, or is shown on as deactivated."},
		{Name: "group_delete", Values: []string{"refused", "cascade"}, Meaning: "What the deletion of a group with groups or members gets."},
		{Name: "position_delete", Values: []string{"cascade", "refused"}, Meaning: "What the deletion of a position that people hold gets."},
		{Name: "emails", Values: []string{"kept", "lowercased"}, Meaning: "What is kept of an e-mail address."},
		{Name: "phones", Values: []string{"kept", "stripped", "strict"}, Meaning: "What is kept of a phone number; strict refuses all but a + and digits."},
		{Name: "parent_memberships", Values: []string{"none", "added"}, Meaning: "Whether a membership brings those of the groups above."},
		{Name: "posts", Values: []string{"present", "absent"}, Meaning: "Whether there are posts and files at all; 404 where not."},
		{Name: "post_body", Values: []string{"kept", "trimmed"}, Meaning: "What is kept of white space at the end of a post's body."},
		{Name: "file_names", Values: []string{"kept", "cleaned"}, Meaning: "What is kept of a file's name; cleaned makes spaces underscores."},
		{Name: "file_delete", Values: []string{"allowed", "refused"}, Meaning: "What the deletion of a file that a post uses gets; where it is allowed, the post loses the file."},
	}
}

// refusingSwitches are about how the server says no, and to whom.
func refusingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "refusal", Values: []string{"422", "400", "409"}, Meaning: "The status of a refusal."},
		{Name: "duplicate", Values: []string{"422", "409", "400"}, Meaning: "The status of a refusal of a key that is taken."},
		{Name: "unknown_relation", Values: []string{"404", "422"}, Meaning: "The status where what a user or a post names, a group, a position or a file, is not there."},
		{Name: "expired_token", Values: []string{"401", "403", "403-bare"}, Meaning: "The status for a token that is not good; 403-bare says forbidden and nothing of tokens."},
		{Name: "grants", Values: []string{"both", "client_credentials", "password"}, Meaning: "Which grants the token call takes."},
		{Name: "token_params", Values: []string{"both", "query", "form"}, Meaning: "Where the token call takes its parameters from."},
	}
}

func checkLevels(text string) error {
	if len(names(text)) < 2 {
		return fmt.Errorf("write at least two names, each once, with commas between them")
	}
	return nil
}

func checkRoles(text string) error {
	if len(names(text)) != 2 {
		return fmt.Errorf("write two names with a comma between them")
	}
	return nil
}

// names takes a list with commas apart; it is nil if a name is empty or stands
// there twice.
func names(text string) []string {
	list := strings.Split(text, ",")
	sorted := slices.Sorted(slices.Values(list))
	if slices.Contains(list, "") || len(slices.Compact(sorted)) != len(list) {
		return nil
	}
	return list
}
