package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Switch declares one behaviour on which a vendor's documentation is silent.
type Switch struct {
	Name string
	// Values are the words it can have, the default first. With Check they are
	// examples, and Check says of any other word why it cannot be.
	Values  []string
	Check   func(string) error
	Meaning string
}

// Behaviour is what was chosen for every declared switch.
type Behaviour map[string]string

// Is reports whether a switch has that value.
func (b Behaviour) Is(name, value string) bool { return b[name] == value }

// Choose checks the given values against the declared switches and fills in the
// defaults. Everything that is wrong is in the error.
func Choose(declared []Switch, given map[string]string) (Behaviour, error) {
	b := Behaviour{}
	names := make([]string, len(declared))
	for i, s := range declared {
		b[s.Name], names[i] = s.Values[0], s.Name
	}
	var problems []string
	for name, value := range given {
		i := slices.Index(names, name)
		if i < 0 {
			problems = append(problems, fmt.Sprintf("there is no switch %q; there are %s", name, strings.Join(names, ", ")))
			continue
		}
		if problem := declared[i].refuse(value); problem != "" {
			problems = append(problems, problem)
			continue
		}
		b[name] = value
	}
	if len(problems) > 0 {
		slices.Sort(problems)
		return nil, fmt.Errorf("sandbox: %s", strings.Join(problems, "; "))
	}
	return b, nil
}

func (s Switch) refuse(value string) string {
	if slices.Contains(s.Values, value) {
		return ""
	}
	if s.Check == nil {
		return fmt.Sprintf("%s cannot be %q; it can be %s", s.Name, value, strings.Join(s.Values, ", "))
	}
	if err := s.Check(value); err != nil {
		return fmt.Sprintf("%s cannot be %q: %v", s.Name, value, err)
	}
	return ""
}

// FrontSwitches are those that Front and Store serve for every vendor.
func FrontSwitches() []Switch {
	lag := func(text string) error { _, err := ParseLag(text); return err }
	count := func(text string) error { _, err := parseCount(text); return err }
	return []Switch{
		{Name: "faults", Values: []string{"none", "POST/users#3:cut-after"}, Check: checkFaults, Meaning: faultsMeaning},
		{Name: "budget", Values: []string{"off", "1200/10m"}, Check: checkBudget,
			Meaning: "How many requests are served in how long before a 429."},
		{Name: "budget_header", Values: []string{"always", "refusal", "never"},
			Meaning: "Where the RateLimit header tells of the budget: on every answer, on a 429 alone, or nowhere."},
		{Name: "too_many", Values: []string{"ratelimit", "both", "neither", "seconds", "date"},
			Meaning: "What a 429 carries: the RateLimit header, that and Retry-After in seconds, neither, or Retry-After alone, in seconds or as a date."},
		{Name: "delay", Values: []string{"0s"}, Check: checkDuration,
			Meaning: "How long every answer takes."},
		{Name: "token_life", Values: []string{"2h"}, Check: checkDuration,
			Meaning: "How long a token is good for."},
		{Name: "token_calls", Values: []string{"0", "25"}, Check: count,
			Meaning: "How many calls a token is good for; 0 is any number."},
		{Name: "token_refused_after", Values: []string{"0", "1"}, Check: count,
			Meaning: "How many tokens are given before the client is refused for good; 0 is any number."},
		{Name: "lists_lag", Values: []string{"0s", "30m", "25 calls"}, Check: lag,
			Meaning: "How far lists are behind writes: a duration, or a number of requests."},
		{Name: "singles_lag", Values: []string{"0s", "30m", "25 calls"}, Check: lag,
			Meaning: "How far reads of a single object are behind writes. The answer of a write is never behind."},
		{Name: "lag_jitter", Values: []string{"none", "replicas"},
			Meaning: "With replicas, reads that may be behind are served in turn by a replica that is not and by one that is."},
		{Name: "order", Values: []string{OrderID, OrderReverse, OrderShuffled, OrderUnstable},
			Meaning: "The order of lists; unstable is another at each request."},
	}
}

const faultsMeaning = `What goes wrong, and at which requests: "17:429" at the 17th, "*40:500" at every 40th, "POST#3:cut-after" at the third POST, ` +
	`"*PATCH/users#10:hang" at every tenth PATCH with users in its path; several stand with spaces between, and token calls count. ` +
	`A status, cut-before, hang and html keep the request from being carried out; cut-after, cut-body, broken-json, empty, hang-after and a status such as 502-after ` +
	`spoil the answer of one that was; late=2s cuts the connection and carries the request out 2 s later; slow=2s lets it wait, and expire-tokens ends all tokens before it.`

// parseCount reads a number from 0 on.
func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("write a whole number from 0 on")
	}
	return n, nil
}

func checkDuration(text string) error {
	if d, err := time.ParseDuration(text); err != nil || d < 0 {
		return fmt.Errorf("write a duration such as 300ms or 2h")
	}
	return nil
}
