package moxtra

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sandboxSwitches are the points on which the documentation is silent. The first
// value is what it suggests, or the stricter side.
func sandboxSwitches() []sandbox.Switch {
	return slices.Concat(frontSwitches(), readingSwitches(), listingSwitches(), writingSwitches(), tokenSwitches(), refusingSwitches())
}

// frontSwitches are those of every server, but for what the vendor never says of its
// budget: retry_after stands in their place.
func frontSwitches() []sandbox.Switch {
	list := slices.DeleteFunc(sandbox.FrontSwitches(), func(s sandbox.Switch) bool {
		return s.Name == "budget_header" || s.Name == "too_many"
	})
	for i, s := range list {
		if s.Name == "token_life" {
			list[i].Values = []string{"12h"}
		}
	}
	return append(list, sandbox.Switch{Name: "retry_after", Values: []string{"absent", "seconds", "date"},
		Meaning: "Whether a 429 says when to try again, in Retry-After."})
}

// settle sets the switches that follow from others.
func settle(chosen sandbox.Behaviour) sandbox.Behaviour {
	chosen["budget_header"], chosen["too_many"] = "never", chosen["retry_after"]
	if chosen.Is("retry_after", "absent") {
		chosen["too_many"] = "neither"
	}
	return chosen
}

// readingSwitches are about paths and what reads show.
func readingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "prefix", Values: []string{"both", "v1", "none"}, Meaning: "Whether paths stand behind /v1: with it and without, with it alone, or without it alone."},
		{Name: "unset", Values: []string{"empty", "null", "absent"}, Meaning: "How a text that is not set is shown."},
		{Name: "others", Values: []string{"allowed", "readonly", "refused"},
			Meaning: "Whether the account may read and change other users: both, read alone, or neither. 403 where not."},
		{Name: "picture", Values: []string{"image", "redirect", "elsewhere", "page"},
			Meaning: "What a picture is answered with: itself, a redirect on the same host, where the token is needed, one to another host, where it must not be seen, or a web page in its place."},
		{Name: "picture_uri", Values: []string{"fixed", "new"}, Meaning: "Whether a user's picture keeps its picture_uri when it is replaced."},
		{Name: "no_picture", Values: []string{"404", "400", "avatar", "empty"}, Meaning: "What a user without a picture has: none, which is told in one of two ways, an image that all share, or an answer without content."},
		{Name: "org_users", Values: []string{"5", "1250"}, Check: between(5, 100_000), Meaning: "How many users the org of a new store has; 5 of them are samples."},
	}
}

// listingSwitches are about the list of an org's users.
func listingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "list_fields", Values: []string{"full", "brief"}, Meaning: "Whether a listed user has names and language. None has an email or a timezone."},
		{Name: "list_key", Values: []string{"users", "array"}, Meaning: "Whether the list stands in data under users, beside count and last_index, or is data itself."},
		{Name: "page_size", Values: []string{"100", "7"}, Check: between(2, 100), Meaning: "The most users in a page."},
		{Name: "index", Values: []string{"offset", "page"}, Meaning: "Whether index is that of the first user, from 0 on, or the number of a page, from 1 on."},
		{Name: "last_index", Values: []string{"next", "past", "last", "own"},
			Meaning: "What last_index is: the index of the page that follows and 0 if none does, that index always, that of the last user, or that of the page itself; where index is a page, last is the page itself, and index the last page that was read."},
		{Name: "count", Values: []string{"total", "page", "absent"}, Meaning: "Whether count is that of all users, or of those in the page, or not there."},
		{Name: "page_end", Values: []string{"empty", "404"}, Meaning: "What a page past the end gets: no users, or 404."},
		{Name: "list_repeats", Values: []string{"no", "yes"}, Meaning: "With yes, every page is the first, and last_index goes on."},
		{Name: "list_skips", Values: []string{"no", "yes"}, Meaning: "With yes, the last user of each page is left out."},
	}
}

// writingSwitches are about changes.
func writingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "update_answer", Values: []string{"bare", "data"}, Meaning: "Whether the answer to a change of a user holds the user."},
		{Name: "languages", Values: []string{"checked", "free"}, Meaning: "Whether a language has to be one of the vendor's."},
		{Name: "timezones", Values: []string{"checked", "free"}, Meaning: "Whether a time zone has to be one of the TZ database."},
		{Name: "clear", Values: []string{"allowed", "refused"}, Meaning: "Whether a name can be made empty."},
		{Name: "team_writes", Values: []string{"absent", "present"},
			Meaning: "Whether there are calls that change teams. They are made after those of binders; no page states any."},
		{Name: "org_user_writes", Values: []string{"absent", "present"}, Meaning: "Whether there are calls that add users to the org, read one and delete one."},
	}
}

// tokenSwitches are about the token call.
func tokenSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "token_params", Values: []string{"both", "body", "query"}, Meaning: "Where the token call takes its parameters from."},
		{Name: "signature", Values: []string{"optional", "required"}, Meaning: "Whether a token call without a signature is refused. One with a wrong signature always is."},
		{Name: "timestamp", Values: []string{"any", "5m"}, Meaning: "Whether the timestamp of a token call may be any time, or 5 minutes off at most."},
		{Name: "unknown_user", Values: []string{"created", "refused"}, Meaning: "What a token call with a new unique id does: make the user, or get 401."},
		{Name: "expires_in", Values: []string{"number", "text"}, Meaning: "Whether expires_in is a number or the text of one."},
		{Name: "refresh", Values: []string{"absent", "given"}, Meaning: "Whether a token comes with a refresh_token."},
	}
}

// refusingSwitches are about how the server says no.
func refusingSwitches() []sandbox.Switch {
	return []sandbox.Switch{
		{Name: "unknown_path", Values: []string{"400", "404"}, Meaning: "The status of a call that there is not."},
		{Name: "wrong_method", Values: []string{"400", "405"}, Meaning: "The status of another method than a path has; 400 is that of an unknown path."},
		{Name: "errors", Values: []string{"envelope", "text", "nested", "oauth", "html", "null", "empty"}, Meaning: "The shape of an error's body."},
		{Name: "error_status", Values: []string{"own", "200"}, Meaning: "Whether a refused call has a status of its own, or 200 with an error's code. A token that is refused has 401 always."},
		{Name: "code", Values: []string{"present", "absent"}, Meaning: "Whether an answer that is no error has a code."},
	}
}

// between checks a whole number.
func between(least, most int) func(string) error {
	return func(text string) error {
		if n, err := strconv.Atoi(text); err != nil || n < least || n > most {
			return fmt.Errorf("write a whole number from %d to %d", least, most)
		}
		return nil
	}
}
