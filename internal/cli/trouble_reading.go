package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/espalier-dev/espalier/provider"
)

// readingText says in sentences what came of a call that was to read something.
func readingText(err error) string {
	var e *provider.Error
	if !errors.As(err, &e) || err.Error() != e.Error() {
		return err.Error()
	}
	remedy := e.Remedy
	if remedy == "" && e.Kind == provider.Refused {
		remedy = "The server refuses the question itself, so it may be that of another version of the API; check the address in the provider block"
	}
	if remedy == "" {
		return came(e)
	}
	return came(e) + " " + strings.TrimSuffix(remedy, ".") + "."
}

// came says in a sentence what came of a call instead of what was asked for.
func came(e *provider.Error) string {
	text := "The call to " + e.Op
	if e.Status != 0 {
		text += fmt.Sprintf(" was answered with HTTP %d", e.Status)
		if e.Err != nil {
			text += ", but"
		}
	}
	if e.Err != nil {
		cause := strings.TrimSuffix(e.Err.Error(), ".")
		if e.Status == 0 {
			text += " ended like this:"
		}
		text += " " + cause
	} else if e.Status == 0 {
		text += " did not end well"
	}
	text += "."
	if words := strings.TrimRight(e.Vendor, ". "); words != "" {
		text += " The server says: " + words + "."
	}
	return text
}
