package planner

import (
	"context"
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// try makes the calls of one step. The status says how it ended.
func (r *run) try(ctx context.Context, i int) (Status, error) {
	s := &r.plan.Steps[i]
	after, err := r.resolve(s)
	if err != nil {
		return Failed, err
	}
	found := r.found(i)
	if found == nil && !s.Made.IsZero() && s.Calls > 0 && r.sentBefore(i) == nil {
		// The intent of the next call takes the place of that by which it is known.
		if status, err := r.keep(ctx, i, s, false, Result{ID: s.ID, Answer: s.Before}); err != nil {
			return status, err
		}
	}
	switch {
	case found != nil: // made by a call that was not answered
		return r.made(ctx, i, s, after, *found)
	case s.Action == Forget:
		return r.forget(ctx, s)
	case s.Action == Delete:
		return r.delete(ctx, i, s)
	case s.makes():
		return r.create(ctx, i, s, after)
	case s.Calls == 0: // adopted or readdressed as it is
		return r.keep(ctx, i, s, false, Result{ID: s.ID, Answer: s.Before})
	}
	return r.update(ctx, i, s, after)
}

func (r *run) forget(ctx context.Context, s *Step) (Status, error) {
	if err := r.journal.Forget(context.WithoutCancel(ctx), s); err != nil {
		return Failed, r.unrecorded(s.Action != Forget, err)
	}
	r.mu.Lock()
	r.report.kept = true
	r.mu.Unlock()
	return Done, nil
}

func (r *run) delete(ctx context.Context, i int, s *Step) (Status, error) {
	if err := r.emptied(ctx, s); err != nil {
		return Failed, err
	}
	_, err := r.call(ctx, i, s, nil, func() (schema.Object, error) { return schema.Object{}, r.target.Delete(ctx, s, s.ID) })
	if err != nil && verdict(err) == Unanswered {
		return r.unanswered(i, nil, err)
	}
	if err != nil && verdict(err) != Gone {
		return r.refused(ctx, i, s, err)
	}
	return r.forget(ctx, s)
}

// errLeft says that a step was not begun, because the run stops.
var errLeft = errors.New("not tried, because the run stops")

// call makes the call of a step, whose turn it is, with the intent written right
// before it.
func (r *run) call(ctx context.Context, i int, s *Step, wanted map[string]cty.Value, send func() (schema.Object, error)) (schema.Object, error) {
	defer r.called(i)
	if r.isStopped(s.Provider) {
		return schema.Object{}, errLeft
	}
	if err := r.journal.Begin(context.WithoutCancel(ctx), s, wanted); err != nil {
		err = &RecordError{Err: err}
		r.stop(err) // while the turn is still ours, so that nobody calls after it
		return schema.Object{}, err
	}
	r.countResent(i)
	o, err := send()
	if verdict(err) == Unkept {
		err = &RecordError{Err: err}
		r.stop(err)
	}
	r.judge(s.Provider, err)
	return o, err
}

// called passes the turn on: the result is recorded while others call.
func (r *run) called(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passTurn(i)
}

// troubles is how many calls may go wrong in a row through no fault of their
// steps, for each call that may be under way at once.
const troubles = 2

// judge ends the work of a provider configuration after an error that means that
// no further call makes sense, or after many in a row that speak of a server in
// trouble or of an account without rights.
func (r *run) judge(provider string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.streak[provider] = 0
		return
	}
	switch v := verdict(err); {
	case v == Fatal, v == Unsent:
		r.close(provider, err)
	case v == Unanswered && !accepted(err), v == Denied:
		r.streak[provider]++
		if n := r.streak[provider]; n >= max(10, troubles*r.o.Parallelism) {
			r.close(provider, fmt.Errorf("%d calls in a row went wrong, the last one like this: %w", n, err))
		}
	default:
		r.streak[provider] = 0
	}
}

func (r *run) isStopped(provider string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped || r.closed[provider]
}

func (r *run) create(ctx context.Context, i int, s *Step, after map[string]cty.Value) (Status, error) {
	o, err := r.call(ctx, i, s, after, func() (schema.Object, error) { return r.target.Create(ctx, s, after) })
	if err != nil {
		switch verdict(err) {
		case Unanswered:
			if accepted(err) {
				if jerr := r.journal.Accept(context.WithoutCancel(ctx), s, after); jerr != nil {
					return Failed, r.unrecorded(true, jerr)
				}
			}
			return r.unanswered(i, after, err)
		case Changed:
			if _, broken := r.refused(ctx, i, s, err); errors.As(broken, new(*RecordError)) {
				return Failed, broken
			}
			return Conflicted, err
		}
		return r.refused(ctx, i, s, err)
	}
	return r.made(ctx, i, s, after, o)
}

// made records an object that was created.
func (r *run) made(ctx context.Context, i int, s *Step, after map[string]cty.Value, o schema.Object) (Status, error) {
	status, err := r.keep(ctx, i, s, true, Result{ID: o.ID, Sent: after, Answer: o.Attrs})
	if err != nil {
		return status, err
	}
	return r.heldToPromise(s, after, o)
}

func (r *run) update(ctx context.Context, i int, s *Step, after map[string]cty.Value) (Status, error) {
	o, err := r.call(ctx, i, s, after, func() (schema.Object, error) { return r.target.Update(ctx, s, s.Before, after) })
	switch {
	case err != nil && verdict(err) == Unanswered:
		return r.unanswered(i, after, err)
	case err != nil && verdict(err) == Gone:
		if jerr := r.journal.Commit(context.WithoutCancel(ctx), s, Result{ID: s.ID, Refused: true, Gone: true}); jerr != nil {
			return Failed, &RecordError{Err: errors.Join(err, jerr)}
		}
		return Conflicted, fmt.Errorf("it is gone from the live system; plan again: %w", err)
	case err != nil:
		return r.refused(ctx, i, s, err)
	}
	if s.Release {
		return r.forget(ctx, s)
	}
	status, err := r.keep(ctx, i, s, true, Result{ID: s.ID, Sent: after, Answer: o.Attrs})
	if err != nil {
		return status, err
	}
	return r.heldToPromise(s, after, o)
}

// keep records the object as it now is; called says that a call has made it so.
func (r *run) keep(ctx context.Context, i int, s *Step, called bool, result Result) (Status, error) {
	if err := r.journal.Commit(context.WithoutCancel(ctx), s, result); err != nil {
		return Failed, r.unrecorded(called, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended[i] = r.o.Now()
	r.results[i] = &aftermath{id: result.ID, layers: [...]map[string]cty.Value{s.Before, result.Sent, result.Answer}}
	r.report.kept = true
	return Done, nil
}

// unrecorded is the error of a step whose result could not be recorded; done says that its
// call has changed what it was to change.
func (r *run) unrecorded(done bool, err error) error {
	if done {
		r.mu.Lock()
		r.report.kept = true
		r.mu.Unlock()
	}
	return &RecordError{Done: done, Err: err}
}

// refused ends a step whose call changed nothing, or was never made.
func (r *run) refused(ctx context.Context, i int, s *Step, err error) (Status, error) {
	if errors.Is(err, errLeft) {
		if earlier := r.sentBefore(i); earlier != nil {
			return Undecided, earlier
		}
		return Left, nil
	}
	if errors.As(err, new(*RecordError)) {
		return Failed, err
	}
	if earlier := r.sentBefore(i); earlier != nil && verdict(err) == Unsent {
		return Undecided, earlier // and its intent stays
	}
	if jerr := r.journal.Commit(context.WithoutCancel(ctx), s, Result{ID: s.ID, Refused: true}); jerr != nil {
		return Failed, &RecordError{Err: errors.Join(err, jerr)}
	}
	if verdict(err) == Unsent {
		return Left, nil
	}
	return Failed, err
}

// resolve finishes the values that waited for other steps.
func (r *run) resolve(s *Step) (map[string]cty.Value, error) {
	if len(s.After) == 0 {
		return nil, nil
	}
	out := make(map[string]cty.Value, len(s.After))
	for name, t := range s.After {
		if !t.IsKnown() {
			done, diags := t.Resolve(schema.Resolver{Look: r.look, Object: r.object, Functions: r.o.Functions})
			if diags.HasErrors() {
				return nil, fmt.Errorf("%s could not be worked out: %w", name, diags)
			}
			if !done.IsKnown() {
				return nil, fmt.Errorf("%s is still not known: %s", name, waitsFor(done))
			}
			t = done
		}
		out[name] = t.Value
	}
	return out, nil
}

func waitsFor(t schema.Template) string {
	for _, ref := range t.Refs() {
		return fmt.Sprintf("it waits for %s.%s", ref.Address, ref.Attr)
	}
	return "it waits for another object"
}
