package planner

import (
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/espalier-dev/espalier/schema"
)

// Report is what an apply did: one entry for each step of the plan.
type Report struct {
	Status []Status
	Errors []error
	// Found is the number of creates without an answer that turned out to have
	// been carried out, Resent the number of calls without an answer that were
	// sent again because they surely had not been, or may be repeated.
	Found, Resent int
	// Until is when undecided steps can be told at the latest; zero if there are
	// none.
	Until time.Time
	// Stopped says why the run ended before all steps were tried; nil if it did
	// not.
	Stopped error

	after func(schema.Address) (map[string]cty.Value, bool)
	kept  bool
}

// Count returns how many steps ended in that status.
func (r *Report) Count(s Status) int {
	n := 0
	for _, status := range r.Status {
		if status == s {
			n++
		}
	}
	return n
}

// Kept reports whether anything changed live or in the record, also by a step
// that failed afterwards because the server did not keep all of it.
func (r *Report) Kept() bool { return r.kept }

// After returns a resolver of values that waited for what the apply made.
// objects gives the instances that no step touched.
func (r *Report) After(objects func(schema.Address) (map[string]cty.Value, bool), functions map[string]function.Function) schema.Resolver {
	object := func(addr schema.Address) (map[string]cty.Value, bool) {
		if r.after != nil {
			if attrs, ok := r.after(addr); ok {
				return attrs, true
			}
		}
		return objects(addr)
	}
	return schema.Resolver{
		Object: object, Functions: functions,
		Look: func(ref schema.Ref) (cty.Value, bool) {
			attrs, ok := object(ref.Address)
			if !ok {
				return cty.NilVal, false
			}
			v, ok := attrs[ref.Attr]
			return v, ok
		},
	}
}
