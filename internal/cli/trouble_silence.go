package cli

import (
	"fmt"
	"net/http"

	"github.com/espalier-dev/espalier/provider"
)

// unanswered is a call of which it is not known whether it was carried out.
func (f *failure) unanswered() account {
	return account{summary: f.silence(), detail: func(who string, _ bool) string {
		return fmt.Sprintf("It is not known whether %s was %s. %s%s", who, f.what.done, came(&f.err), f.remedy("Apply again: it is looked up first"))
	}}
}

// unavailable is a call that was surely not carried out, through no fault of the
// step.
func (f *failure) unavailable() account {
	return account{summary: f.silence(), detail: func(who string, _ bool) string {
		return fmt.Sprintf("%s was not %s. %s%s", who, f.what.done, came(&f.err), f.remedy("Apply again"))
	}}
}

// silence says in a few words why there is no answer to go by.
func (f *failure) silence() string {
	e := &f.err
	switch {
	case e.Status == http.StatusTooManyRequests:
		return "The server takes no more calls for now"
	case e.Status >= 500, e.Status == http.StatusRequestTimeout:
		return "The server is in trouble"
	case e.Accepted:
		return "The server did not say what it made"
	case e.Kind == provider.Malformed, e.Status != 0:
		return "The answer is not one of the API"
	}
	return "No answer came"
}
