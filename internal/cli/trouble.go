package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// troubles is what the failures of one run share.
type troubles struct {
	// blocks are the blocks of the configuration, made when something fails.
	blocks func() map[schema.Address]*schema.Block
	// mu guards what follows, by provider configuration and type: the ids that a list
	// showed, and the lists that could not be read, which are not asked for again.
	mu     sync.Mutex
	live   map[[2]string]map[string]bool
	unread map[[2]string]bool
}

func (p *project) troubles() *troubles {
	return &troubles{live: map[[2]string]map[string]bool{}, unread: map[[2]string]bool{}, blocks: sync.OnceValue(func() map[schema.Address]*schema.Block {
		if p.config == nil {
			return nil
		}
		return p.blocks()
	})}
}

// failure is a call of a step that went wrong.
type failure struct {
	t    target
	ctx  context.Context
	step *planner.Step
	typ  *schema.Type
	what deed
	// wanted are the values of the call, with their marks.
	wanted map[string]cty.Value
	// err is what the vendor said, without secrets; verdict what it means.
	err     provider.Error
	verdict planner.Verdict
}

// deed is a call in words.
type deed struct{ do, done string }

func toCreate() deed { return deed{"create", "created"} }
func toChange() deed { return deed{"change", "changed"} }
func toDelete() deed { return deed{"delete", "deleted"} }

// account is what a failure comes to.
type account struct {
	// summary is alike for failures that are alike, and names nobody.
	summary string
	// attr is the attribute that is at fault, empty for the object as a whole;
	// settings says that it is the provider block instead.
	attr     string
	settings bool
	// detail says the rest of the object that is called who; with show the values
	// may be in it.
	detail func(who string, show bool) string
}

// told makes of a judged error one that says under which line of the
// configuration what has to be put right. err is the error before it was judged.
// What is not an error of a vendor, or ends the run before anything was sent,
// stays as it is.
func (t target) told(ctx context.Context, s *planner.Step, what deed, wanted map[string]cty.Value, err, judged error) error {
	var c *planner.CallError
	var e *provider.Error
	if !errors.As(judged, &c) || c.Verdict == planner.Unsent || !errors.As(err, &e) || errors.Is(c.Err, errCutOff) {
		return judged
	}
	secrets := sensitiveTexts(wanted)
	f := &failure{t: t, ctx: ctx, step: s, typ: t.p.app.types(s.Address.Type), what: what, wanted: wanted, err: *e, verdict: c.Verdict}
	f.err.Vendor = cover(f.err.Vendor, secrets, "(sensitive)")
	if f.err.Err != nil {
		f.err.Err = withoutSecrets(f.err.Err, secrets)
	}
	a := f.account()
	d := &render.Diagnosis{Summary: a.summary, Detail: a.detail(s.Address.String(), true), Err: c.Err}
	d.Discreet = cover(a.detail("This "+f.typ.Noun[0], false), f.plainTexts(), "(not shown)")
	d.Subject, d.Source = f.place(a)
	told := *c
	told.Err = d
	return &told
}

// plainTexts are the texts that the call would write, which may name a person.
func (f *failure) plainTexts() []string {
	if f.typ.Class != schema.ClassPerson {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(f.wanted)) {
		if v, _ := f.wanted[name].Unmark(); v.Type() == cty.String && v.IsKnown() && !v.IsNull() && len(v.AsString()) > 2 {
			out = append(out, v.AsString())
		}
	}
	return out
}

// cover puts other words in the place of texts.
func cover(text string, texts []string, words string) string {
	for _, t := range texts {
		text = strings.ReplaceAll(text, t, words)
	}
	return text
}

// place is where the configuration says what is at fault, and the file it is in
// if its lines may be shown. A plan that was saved may be carried out where there
// is no such file, or another one: then only the place is known.
func (f *failure) place(a account) (*hcl.Range, *hcl.File) {
	p := f.t.p
	if c := p.providers[f.step.Provider]; a.settings && c != nil && c.at.Filename != "" && p.config != nil {
		at := c.at
		return &at, p.app.sources()[at.Filename]
	}
	if f.step.File == "" {
		return nil, nil
	}
	line := hcl.Pos{Line: f.step.Line}
	alone := &hcl.Range{Filename: f.step.File, Start: line, End: line}
	block := f.t.troubles.blocks()[f.step.Address.Resource()]
	if block == nil || block.Range.Filename != f.step.File || block.Range.Start.Line != f.step.Line {
		return alone, nil
	}
	at := block.RangeOf(a.attr)
	for _, name := range f.step.Sensitive {
		if r, ok := block.Attrs[name]; ok && r.Start.Line <= at.End.Line && at.Start.Line <= r.End.Line {
			line.Line = at.Start.Line
			return &hcl.Range{Filename: at.Filename, Start: line, End: line}, nil
		}
	}
	return &at, p.app.sources()[at.Filename]
}

// hidden reports whether the value of an attribute must not be shown.
func (f *failure) hidden(attr string) bool {
	a := f.typ.Attribute(attr)
	return a == nil || a.Sensitive || slices.Contains(f.step.Sensitive, attr) || schema.IsSensitive(f.wanted[attr])
}
