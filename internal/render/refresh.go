package render

import (
	"time"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

// refresh says how the live system was read, and how old is what was not read.
func (f *face) refresh() {
	r := &f.plan.Refresh
	if r.Mode == planner.RefreshNone {
		text := "Not refreshed: what is owned is taken as the state has it"
		if !r.Oldest.IsZero() {
			text += "; the oldest of it was read or written " + f.ago(r.Oldest)
		}
		f.paragraph("", text+".")
	}
	for i := range r.Recalls {
		f.recall(&r.Recalls[i])
	}
}

// recall says it of one type.
func (f *face) recall(r *planner.Recall) {
	class := schema.ClassOther
	if t := f.Library.Resources[r.Type]; t != nil {
		class = t.Class
	}
	one, many := f.nouns(r.Type, class)
	what := plural(r.Objects, one, many)
	names := make([]string, len(r.Untold))
	for i, name := range r.Untold {
		names[i] = clean(name)
	}
	lacking := enumerate(names)
	switch {
	case r.Objects == 0 && f.plan.Refresh.Mode == planner.RefreshFull:
		f.line(f.paint.dim("Refreshed in full: " + plural(r.Reread, one+" was", many+" were") + " read one by one, for " + lacking + "."))
	case r.Objects == 0:
		f.line(f.paint.dim(plural(r.Reread, one+" was", many+" were") + " read one by one, since the list does not carry " + lacking + "."))
	case r.Unusable != "":
		f.paragraph("", "Refreshed in part: what the list does not carry of "+what+" ("+lacking+") is as last read "+f.ago(r.Oldest)+
			", and it is not known whether it has changed since. Asked for that, the server is of no use: "+clean(r.Unusable)+". To read them one by one, give -refresh=full ("+plural(r.Objects, "call", "calls")+").")
	default:
		when := "the oldest of it " + f.ago(r.Oldest)
		if r.Objects == 1 {
			when = f.ago(r.Oldest)
		}
		text := "Refreshed incrementally: what the list does not carry of " + what + " (" + lacking + ") is as last read, " + when + "; the server lists no change of " + them(r.Objects) + " since."
		if r.Reread > 0 {
			text += " " + plural(r.Reread, "was", "were") + " read again."
		}
		if !r.BlindFrom.IsZero() {
			text += " What others changed between " + clock(r.BlindFrom) + " and " + clock(r.BlindUntil) + ", when this configuration was applied, is not looked for; the next apply without a plan file does, and so does -refresh=full."
		}
		f.paragraph("", text)
	}
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

// ago is how long before the plan something was.
func (f *face) ago(t time.Time) string {
	d := f.plan.Made.Sub(t)
	switch {
	case d < time.Minute:
		return "less than a minute ago"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute", "minutes") + " ago"
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour", "hours") + " ago"
	}
	return plural(int(d/(24*time.Hour)), "day", "days") + " ago"
}

type refreshView struct {
	Mode     string       `json:"mode"`
	Oldest   string       `json:"oldest,omitempty"`
	Recalled []recallView `json:"recalled,omitempty"`
}

type recallView struct {
	Provider string      `json:"provider"`
	Type     string      `json:"type"`
	Untold   []string    `json:"not_listed"`
	Objects  int         `json:"objects"`
	Reread   int         `json:"reread"`
	Oldest   string      `json:"oldest,omitempty"`
	Unusable string      `json:"unusable,omitempty"`
	Blind    *periodView `json:"not_looked_for,omitempty"`
}

type periodView struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// refreshJSON is how the live system was read; nil where everything that is managed
// was, by the lists.
func refreshJSON(r *planner.Refresh) *refreshView {
	if r.Mode == "" || r.Mode == planner.RefreshIncremental && len(r.Recalls) == 0 {
		return nil
	}
	out := &refreshView{Mode: r.Mode, Oldest: timestamp(r.Oldest)}
	for _, c := range r.Recalls {
		v := recallView{Provider: c.Provider, Type: c.Type, Untold: append([]string{}, c.Untold...), Objects: c.Objects, Reread: c.Reread, Oldest: timestamp(c.Oldest), Unusable: c.Unusable}
		if !c.BlindFrom.IsZero() {
			v.Blind = &periodView{timestamp(c.BlindFrom), timestamp(c.BlindUntil)}
		}
		out.Recalled = append(out.Recalled, v)
	}
	return out
}

// timestamp is a time in RFC 3339, empty for none.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
