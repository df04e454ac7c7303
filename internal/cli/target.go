package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// target carries steps to the vendors' clients.
type target struct{ p *project }

func (t target) Create(ctx context.Context, s *planner.Step, values map[string]cty.Value) (schema.Object, error) {
	client := t.p.providers[s.Provider].client
	secrets := sensitiveTexts(values)
	values = unmarked(values)
	if s.KeyUnknown {
		if err := t.mustBeAbsent(ctx, s, values); err != nil {
			return schema.Object{}, err
		}
	}
	o, err := client.Create(ctx, s.Address.Type, values)
	return o, judged(err, secrets)
}

// mustBeAbsent looks for an object whose natural key was not known when the plan
// was made.
func (t target) mustBeAbsent(ctx context.Context, s *planner.Step, values map[string]cty.Value) error {
	typ := t.p.app.types(s.Address.Type)
	l, err := t.p.providers[s.Provider].client.List(ctx, typ.Name)
	if err != nil {
		return judged(err, nil)
	}
	if id, found := planner.NewTable(typ, l.Objects).FindByKey(values); found {
		return &planner.CallError{Verdict: planner.Changed, Err: fmt.Errorf("a %s with this key is live already: id %s. Plan again to adopt it", typ.Noun[0], id)}
	}
	return nil
}

func (t target) Update(ctx context.Context, s *planner.Step, before, after map[string]cty.Value) (schema.Object, error) {
	change := provider.Change{Before: before, After: unmarked(after)}
	for _, c := range s.Changes {
		change.Changed = append(change.Changed, c.Attr)
	}
	o, err := t.p.providers[s.Provider].client.Update(ctx, s.Address.Type, s.ID, change)
	return o, judged(err, sensitiveTexts(after))
}

func (t target) Delete(ctx context.Context, s *planner.Step, id string) error {
	return judged(t.p.providers[s.Provider].client.Delete(ctx, s.Address.Type, id), nil)
}

// judged says what an error of a vendor means for the run. The vendor's words may
// repeat what was sent; the secrets in it are taken out.
func judged(err error, secrets []string) error {
	if err == nil {
		return nil
	}
	verdict := planner.Refused
	var e *provider.Error
	if errors.As(err, &e) {
		switch {
		case e.Kind == provider.Unanswered:
			verdict = planner.Unanswered
		case e.Kind == provider.NotFound:
			verdict = planner.Gone
		case e.Kind == provider.Unauthorized && e.Status != 403:
			verdict = planner.Fatal
		}
	} else if errors.Is(err, context.Canceled) {
		verdict = planner.Unanswered
	}
	return &planner.CallError{Verdict: verdict, Err: withoutSecrets(err, secrets)}
}

// sensitiveTexts are the texts in sensitive values.
func sensitiveTexts(values map[string]cty.Value) []string {
	var out []string
	for _, v := range values {
		if !schema.IsSensitive(v) {
			continue
		}
		bare, _ := v.UnmarkDeep()
		_ = cty.Walk(bare, func(_ cty.Path, v cty.Value) (bool, error) {
			if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && v.AsString() != "" {
				out = append(out, v.AsString())
			}
			return true, nil
		})
	}
	return out
}

// withoutSecrets is err, or its text alone where that holds a secret.
func withoutSecrets(err error, secrets []string) error {
	text := err.Error()
	for _, s := range secrets {
		text = strings.ReplaceAll(text, s, "(sensitive)")
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// unmarked takes the marks off: what goes to the vendor is the plain value.
func unmarked(values map[string]cty.Value) map[string]cty.Value {
	out := make(map[string]cty.Value, len(values))
	for name, v := range values {
		if schema.Marked(v) {
			v, _ = v.UnmarkDeep()
		}
		out[name] = v
	}
	return out
}
