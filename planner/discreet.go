package planner

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Some faces must not show what a person is called, or any other value of one. What is
// said of people is therefore worded twice, here where the values are known.

// private is a part of a message that holds values of a person, with what is said
// instead of it where these are not shown.
type private struct{ text, instead string }

// notShown stands for a value.
const notShown = "(not shown)"

// told is a message, and the same without values of a person; that is empty if there
// are none in it. The parts among args that are private are to be formatted with %s.
func told(format string, args ...any) (text, discreet string) {
	open, covered := make([]any, len(args)), make([]any, len(args))
	differs := false
	for i, arg := range args {
		open[i], covered[i] = arg, arg
		if p, ok := arg.(private); ok {
			open[i], covered[i] = p.text, p.instead
			differs = differs || p.text != p.instead
		}
	}
	text = fmt.Sprintf(format, open...)
	if differs {
		discreet = fmt.Sprintf(format, covered...)
	}
	return text, discreet
}

// personal is like problem, with a detail that may hold values of a person.
func personal(summary string, at hcl.Range, format string, args ...any) *hcl.Diagnostic {
	text, discreet := told(format, args...)
	d := problem(summary, text, at)
	if discreet != "" {
		d.Extra = schema.Discreet{Detail: discreet}
	}
	return d
}

// of makes a text of an object of a type private, if that is a person's.
func (p private) of(typ *schema.Type) private {
	if typ.Class != schema.ClassPerson {
		p.instead = p.text
	}
	return p
}

// privateKey says a key in words, as keyText does.
func privateKey(typ *schema.Type, key int, get func(string) (cty.Value, bool)) private {
	return private{keyText(typ, key, get), strings.Join(typ.Keys[key], " and ") + " " + notShown}.of(typ)
}

// privateValue is a value for a message, as shown has it.
func privateValue(typ *schema.Type, attr *schema.Attribute, v cty.Value) private {
	if attr.Refers != "" || len(attr.Enum) > 0 {
		return private{shown(attr, v), shown(attr, v)}
	}
	return private{shown(attr, v), notShown}.of(typ)
}

// ChangedError is a conflict: an object is no longer as it was when the plan was made.
type ChangedError struct {
	Changes []ChangedAttribute
}

// ChangedAttribute is what has changed of it, with both values in words.
type ChangedAttribute struct {
	Attr, Before, Now string
}

// Error says what has changed, with the values.
func (e *ChangedError) Error() string {
	list := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		list[i] = fmt.Sprintf("%s was %s when the plan was made and is %s now", c.Attr, c.Before, c.Now)
	}
	return "it has changed meanwhile: " + strings.Join(list, "; ") + ". Plan again"
}

// Discreet says the same without the values.
func (e *ChangedError) Discreet() string {
	list := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		list[i] = c.Attr
	}
	return "it has changed meanwhile: " + strings.Join(list, ", ") + ". Plan again"
}

// AsChanged finds the conflict that an error tells of; nil if it tells of none.
func AsChanged(err error) *ChangedError {
	var e *ChangedError
	if !errors.As(err, &e) {
		return nil
	}
	return e
}
