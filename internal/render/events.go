package render

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// eventsFormat is the version of the event stream; its first number grows when
// a field changes its meaning.
const eventsFormat = "1.0"

// Events writes the stream of a run for programs: one JSON object a line, with
// the field names of Terraform's machine-readable output. Every line has
//
//	@level      "info", "warn" or "error"
//	@message    the event in words
//	@module     "espalier.ui"
//	@timestamp  RFC 3339 with fractions, by the clock given
//	type        one of those below, which says what other fields there are
//
//	version         espalier (the program's version), ui (the stream's)
//	diagnostic      diagnostic{severity, summary, detail, address?, range?, snippet?}
//	refreshed       refresh{resource_type, objects, calls}
//	resource_drift  change{resource, action, attributes}
//	planned_change  change{resource, previous_resource?, action, reason?, attributes, calls};
//	                where a unit moves also from_path, to_path (the names on the way down),
//	                groups and people (what goes along) and people_at_least?
//	refused         refusal{guard, summary, detail, count, base, allow, names}
//	change_summary  changes{add, change, remove, import, move, forget, operation, ...}
//	apply_start     hook{resource, action, id_value?}
//	apply_progress  hook{settled, total, elapsed_seconds}
//	apply_complete  hook{resource, action, id_value?, elapsed_seconds, settled, total}
//	apply_unanswered  hook{resource, action, ...}: no answer came; it is looked up
//	                or sent again, and apply_start may come once more
//	apply_errored   hook{resource, action, status, error, elapsed_seconds, settled, total};
//	                status is failed, undecided, skipped, conflict or left; with the
//	                first two and conflict also diagnostic{...}, as above
//	waiting         waiting{reason, until}
//	outputs         outputs, by name: {sensitive, value?, not_shown?}
//
// A resource is {addr, resource_type, resource_name, resource_key, label?,
// provider?}; label is left out where people are not shown by name. Attributes
// are named without their values, so no sensitive value can be in the stream;
// where people are counted, lines about single people are left out.
//
// Methods may be called from many goroutines. The first write error sticks and
// is what Err returns.
type Events struct {
	mu    sync.Mutex
	w     io.Writer
	clock func() time.Time
	o     Options
	names *names
	err   error
}

// NewEvents makes a stream on w. clock gives the timestamps of events that
// have none of their own.
func NewEvents(w io.Writer, clock func() time.Time, o Options) *Events {
	return &Events{w: w, clock: clock, o: o, names: newNames(&planner.Plan{}, o)}
}

// Err returns the first error of writing.
func (e *Events) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

type fields map[string]any

// emit writes one line; json sorts the names of fields, so those with an @ come
// first.
func (e *Events) emit(at time.Time, level, kind, message string, more fields) {
	more["@level"], more["@message"], more["@module"] = level, message, "espalier.ui"
	more["@timestamp"], more["type"] = at.UTC().Format(time.RFC3339Nano), kind
	text, err := json.Marshal(more)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil && e.err == nil {
		_, err = e.w.Write(append(text, '\n'))
	}
	if e.err == nil {
		e.err = err
	}
}

// Version begins a stream.
func (e *Events) Version(version string) {
	e.emit(e.clock(), "info", "version", "Espalier "+version, fields{"espalier": version, "ui": eventsFormat})
}

// Refreshed tells that a type was listed.
func (e *Events) Refreshed(typ string, objects, calls int) {
	e.emit(e.clock(), "info", "refreshed", typ+": read "+plural(objects, "object", "objects")+" with "+plural(calls, "call", "calls"),
		fields{"refresh": fields{"resource_type": typ, "objects": objects, "calls": calls}})
}

// Diagnostics tells of each diagnostic, by file and line.
func (e *Events) Diagnostics(diags hcl.Diagnostics, files map[string]*hcl.File) {
	e.mu.Lock()
	n := e.names
	e.mu.Unlock()
	if len(n.whole.Steps) == 0 {
		n = beforePlan(diags, e.o)
	}
	diags, files = discreetly(diags, n), e.o.sourcesFor(files)
	for _, d := range ordered(diags) {
		level, severity := "error", "error"
		if d.Severity == hcl.DiagWarning {
			level, severity = "warn", "warning"
		}
		var file *hcl.File
		if d.Subject != nil {
			file = files[d.Subject.Filename]
		}
		body := diagnosticJSON(severity, d.Summary, d.Detail, "", d.Subject, file)
		e.emit(e.clock(), level, "diagnostic", capital(severity)+": "+d.Summary, fields{"diagnostic": body})
	}
}

// diagnosticJSON is a diagnostic, with the address it is about unless that is empty.
func diagnosticJSON(severity, summary, detail, address string, subject *hcl.Range, file *hcl.File) fields {
	body := fields{"severity": severity, "summary": summary, "detail": detail}
	if address != "" {
		body["address"] = address
	}
	if subject == nil {
		return body
	}
	body["range"] = rangeJSON(*subject)
	if file != nil && file.Bytes != nil && subject.Start.Column > 0 {
		body["snippet"] = snippetJSON(file.Bytes, *subject)
	}
	return body
}

func rangeJSON(r hcl.Range) fields {
	pos := func(p hcl.Pos) fields { return fields{"line": p.Line, "column": p.Column, "byte": p.Byte} }
	return fields{"filename": r.Filename, "start": pos(r.Start), "end": pos(r.End)}
}

func snippetJSON(src []byte, r hcl.Range) fields {
	first := excerpt(src, r)[0]
	return fields{"code": first.before + first.marked + first.after, "start_line": r.Start.Line,
		"highlight_start_offset": len(first.before), "highlight_end_offset": len(first.before) + len(first.marked)}
}

// Outputs tells the outputs after an apply. Sensitive ones are named without
// their value, and so are those that may name a person who is not to be shown.
func (e *Events) Outputs(list []NamedValue) {
	body := fields{}
	for _, o := range list {
		f := fields{"sensitive": o.hidden()}
		switch {
		case o.hidden():
		case e.o.reveals(o.Value):
			f["value"] = jsonValue(o.Value)
		default:
			f["not_shown"] = true
		}
		body[o.Name] = f
	}
	e.emit(e.clock(), "info", "outputs", plural(len(list), "output", "outputs"), fields{"outputs": body})
}

// Waiting tells that the run waits, and until when.
func (e *Events) Waiting(reason string, until time.Time) {
	now := e.clock()
	e.emit(now, "info", "waiting", "Waiting "+rough(max(0, until.Sub(now)))+": "+reason,
		fields{"waiting": fields{"reason": reason, "until": until.UTC().Format(time.RFC3339)}})
}

func (e *Events) resource(a schema.Address, label, provider string, shielded bool) fields {
	r := fields{"addr": a.String(), "resource_type": a.Type, "resource_name": a.Name, "resource_key": indexOf(a.Key)}
	if label != "" && !shielded {
		r["label"] = label
	}
	if provider != "" {
		r["provider"] = provider
	}
	return r
}

// NamedValue is an output with its value.
type NamedValue struct {
	Name      string
	Value     cty.Value
	Sensitive bool
	// Shown says that the value is written as JSON though it is sensitive, if there is
	// one: somebody has asked for it. In text it is hidden all the same.
	Shown bool
}

func (v NamedValue) hidden() bool { return v.Sensitive || schema.IsSensitive(v.Value) }
