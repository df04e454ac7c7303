package sandbox

import (
	"fmt"
	"slices"
	"strings"
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
	return []Switch{
		{Name: "faults", Values: []string{"none"}, Check: checkFaults,
			Meaning: "What goes wrong, by the number of the request: \"17:429 20:500 25:cut-after\", and \"*40:500\" for every 40th. Beside statuses there are cut-before, cut-after, cut-body, broken-json, html, slow, slow=2s and expire-tokens."},
		{Name: "budget", Values: []string{"off", "1200/10m"}, Check: checkBudget,
			Meaning: "How many requests are served in how long, told in a RateLimit header, before 429."},
		{Name: "too_many", Values: []string{"ratelimit", "both", "neither"},
			Meaning: "What a 429 carries: the RateLimit header, Retry-After too, or neither."},
		{Name: "delay", Values: []string{"0s"}, Check: checkDuration,
			Meaning: "How long every answer takes."},
		{Name: "token_life", Values: []string{"2h"}, Check: checkDuration,
			Meaning: "How long a token is good for."},
		{Name: "lists_lag", Values: []string{"0s", "30m", "25 calls"}, Check: lag,
			Meaning: "How far lists are behind writes: a duration, or a number of requests."},
		{Name: "order", Values: []string{OrderID, OrderReverse, OrderShuffled, OrderUnstable},
			Meaning: "The order of lists; unstable is another at each request."},
	}
}
