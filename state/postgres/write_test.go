package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// A connection is cut before a statement arrives, or before its answer does, once and several
// times in a row: it is carried out once.
func TestCutConnectionsChangeNothing(t *testing.T) {
	t.Parallel()
	real := newDatabase(t)
	proxy, seen := behind(t, real)
	for _, c := range []struct {
		marker string
		do     func(*testing.T, *hold) error
		state  string
		lines  string
	}{
		{"espalier\".journal (name", func(t *testing.T, h *hold) error { return h.Append(t.Context(), []byte("two\n")) }, "whole", "one\ntwo\n"},
		{"espalier\".snapshots AS", func(t *testing.T, h *hold) error { return h.Replace(t.Context(), []byte("next")) }, "next", ""},
		{"SELECT l.fence", func(t *testing.T, h *hold) error { _, err := h.Texts(t.Context()); return err }, "whole", "one\n"},
		{"pg_advisory_unlock", func(t *testing.T, h *hold) error { return h.Release(t.Context()) }, "whole", "one\n"},
		{"RETURNING 'done'", func(t *testing.T, h *hold) error { return h.Renew(t.Context()) }, "whole", "one\n"},
		{"fence + 1, holder = NULL", func(t *testing.T, h *hold) error { return h.place.Unlock(t.Context(), "first") }, "whole", "one\n"},
		{"holder = $4", func(t *testing.T, h *hold) error {
			must(t, h.Release(t.Context()))
			next, err := h.place.Lock(t.Context(), who("second"))
			if err == nil {
				err = next.Release(t.Context())
			}
			return err
		}, "whole", "one\n"},
		{"string_agg", func(t *testing.T, h *hold) error { _, err := h.place.Read(t.Context()); return err }, "whole", "one\n"},
	} {
		for _, swallow := range []bool{false, true} {
			for _, times := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s, answer lost %v, %d times", c.marker, swallow, times), func(t *testing.T) {
					h := lock(t, seen.place(real.name(), nil), "first")
					must(t, h.Replace(t.Context(), []byte("whole")))
					must(t, h.Append(t.Context(), []byte("one\n")))
					proxy.cut(rule{marker: c.marker, times: times, swallow: swallow})
					if err := c.do(t, h); err != nil {
						t.Fatal(err)
					}
					if proxy.happened() != times && !(swallow && proxy.happened() > 0) {
						t.Fatalf("%d connections were cut, not %d: the story is not told", proxy.happened(), times)
					}
					proxy.cut(rule{})
					wantTexts(t, h.place, c.state, c.lines)
				})
			}
		}
	}
}

// A run that does not know whether its last lines were kept covers them with what it
// saves, and what is still on its way then arrives in vain.
func TestUnknownFate(t *testing.T) {
	t.Parallel()
	real := newDatabase(t)
	proxy, seen := behind(t, real)
	for _, kept := range []bool{false, true} {
		t.Run(fmt.Sprintf("kept %v", kept), func(t *testing.T) {
			h := lock(t, seen.place(real.name(), nil), "first")
			must(t, h.Append(t.Context(), []byte("one\n")))
			proxy.cut(rule{marker: "espalier\".journal (name", times: 1 << 30, swallow: kept})
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if err := h.Append(ctx, []byte("two\n")); err == nil {
				t.Fatal("lines of which nothing is known are said to be kept")
			}
			proxy.cut(rule{})
			if err := h.Append(t.Context(), []byte("three\n")); err == nil {
				t.Fatal("lines were added behind others that may come late")
			}
			base, covered := h.base, h.covered
			must(t, h.Replace(t.Context(), []byte("whole")))
			wantTexts(t, h.place, "whole", "")
			if rows := real.rows(appendSQL, h.place.name, h.fence, int64(2), []byte("two\n"), base, covered); len(rows) > 0 {
				t.Fatal("lines were added to a journal that is over")
			}
			must(t, h.Append(t.Context(), []byte("four\n")))
			wantTexts(t, h.place, "whole", "four\n")
			must(t, h.Release(t.Context()))
			next := lock(t, h.place, "next")
			must(t, next.Append(t.Context(), []byte("five\n")))
			wantTexts(t, h.place, "whole", "four\nfive\n")
			must(t, next.Replace(t.Context(), []byte("more")))
			wantTexts(t, h.place, "more", "")
		})
	}
}

func TestChangesPastTheLock(t *testing.T) {
	d := newDatabase(t)
	for _, c := range []struct{ what, sql, says string }{
		{"another state", `UPDATE espalier.snapshots SET text = 'other' WHERE name = $1`, "replaced"},
		{"the same state again", `UPDATE espalier.snapshots SET text = text WHERE name = $1`, "replaced"},
		{"no state", `DELETE FROM espalier.snapshots WHERE name = $1`, "deleted"},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := lock(t, d.place(d.name(), nil), "first")
			must(t, h.Replace(t.Context(), []byte("whole")))
			d.do(c.sql, h.place.name)
			before := d.rows(`SELECT text FROM espalier.snapshots WHERE name = $1`, h.place.name)
			var changed *state.ChangedError
			if err := h.Append(t.Context(), []byte("two\n")); !errors.As(err, &changed) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("lines were added: %v", err)
			}
			if err := h.Replace(t.Context(), []byte("next")); !errors.As(err, &changed) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it was overwritten: %v", err)
			}
			after := d.rows(`SELECT text FROM espalier.snapshots WHERE name = $1`, h.place.name)
			if fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("it was %q, and is %q", before, after)
			}
		})
	}
	t.Run("a state where there was none", func(t *testing.T) {
		h := lock(t, d.place(d.name(), nil), "first")
		must(t, d.swap(h.place.name, []byte("other")))
		if err := h.Replace(t.Context(), []byte("next")); !errors.As(err, new(*state.ChangedError)) {
			t.Errorf("it was overwritten: %v", err)
		}
		wantTexts(t, h.place, "other", "")
	})
	for _, sql := range []string{
		`DELETE FROM espalier.journal WHERE name = $1`,
		`INSERT INTO espalier.journal (name, seq, fence, lines) VALUES ($1, 2, 0, 'by hand')`,
	} {
		t.Run(sql, func(t *testing.T) {
			h := lock(t, d.place(d.name(), nil), "first")
			must(t, h.Append(t.Context(), []byte("one\n")))
			d.do(sql, h.place.name)
			if err := h.Append(t.Context(), []byte("two\n")); !errors.As(err, new(*state.ChangedError)) || !strings.Contains(err.Error(), "journal") {
				t.Errorf("lines were added: %v", err)
			}
		})
	}
}

// A journal that lacks a row is not read as if it were whole.
func TestMissingRowsAreNoticed(t *testing.T) {
	d := newDatabase(t)
	for name, c := range map[string]struct {
		state string // that is there before
		lacks string
		count int
	}{
		"in the middle":               {"", "seq = 2", 1},
		"two of them":                 {"", "seq IN (2, 4)", 2},
		"right after the state":       {"whole", "seq = 1 + (SELECT covers FROM espalier.snapshots s WHERE s.name = $1)", 1},
		"all but the last, and state": {"whole", "seq < (SELECT max(seq) FROM espalier.journal j WHERE j.name = $1)", 4},
	} {
		t.Run(name, func(t *testing.T) {
			p := d.place(d.name(), nil)
			h := lock(t, p, "first")
			if c.state != "" {
				must(t, h.Append(t.Context(), []byte("zero\n")))
				must(t, h.Replace(t.Context(), []byte(c.state)))
			}
			for range 5 {
				must(t, h.Append(t.Context(), []byte("line\n")))
			}
			must(t, h.Release(t.Context()))
			wantTexts(t, p, c.state, strings.Repeat("line\n", 5))
			d.do(`DELETE FROM espalier.journal WHERE name = $1 AND `+c.lacks, p.name)
			next, err := p.Lock(t.Context(), who("next"))
			must(t, err)
			_, read := p.Read(t.Context())
			_, texts := next.Texts(t.Context())
			must(t, next.Release(t.Context()))
			for _, err := range []error{read, texts} {
				var e *state.Error
				if want := fmt.Sprintf("lacks %d of the rows", c.count); !errors.As(err, &e) || e.Problem != "has a damaged journal" || e.Remedy == "" || !strings.Contains(err.Error(), want) {
					t.Errorf("it does not say %q: %v", want, err)
				}
			}
		})
	}
}

func TestFormerVersionsAreKept(t *testing.T) {
	d := newDatabase(t)
	h := lock(t, d.place(d.name(), nil), "first")
	for n := range versions + 3 {
		must(t, h.Replace(t.Context(), fmt.Appendf(nil, "version %d", n)))
	}
	rows := d.rows(`SELECT text FROM espalier.history WHERE name = $1 ORDER BY id`, h.place.name)
	if len(rows) != versions || string(rows[0][0]) != "version 2" || string(rows[versions-1][0]) != "version 11" {
		t.Fatalf("these are kept: %q", rows)
	}
}

// Texts of any bytes come back as they were.
func TestTextsAreOpaque(t *testing.T) {
	d := newDatabase(t)
	h := lock(t, d.place(d.name(), nil), "first")
	wantTexts(t, h.place, "", "")
	odd := []byte("\x00\xff\\x41'\n")
	must(t, h.Replace(t.Context(), odd))
	must(t, h.Append(t.Context(), odd))
	must(t, h.Append(t.Context(), odd))
	wantTexts(t, h.place, string(odd), string(odd)+string(odd))
	texts, err := h.Texts(t.Context())
	must(t, err)
	if string(texts.State) != string(odd) || string(texts.Journal) != string(odd)+string(odd) {
		t.Fatalf("under the lock there is %q", texts)
	}
}

// Where encryption changes, no version stays that can be read as before.
func TestFormerVersionsAreForgotten(t *testing.T) {
	d := newDatabase(t)
	h := lock(t, d.place(d.name(), nil), "first")
	for _, text := range []string{"one", "two", "three"} {
		must(t, h.Replace(t.Context(), []byte(text)))
	}
	must(t, h.Forget(t.Context()))
	if rows := d.rows(`SELECT text FROM espalier.history WHERE name = $1`, h.place.name); len(rows) > 0 {
		t.Errorf("%d former versions are still there", len(rows))
	}
	wantTexts(t, h.place, "three", "")
	must(t, h.Release(t.Context()))
	if err := h.Forget(t.Context()); !errors.As(err, new(*state.LostError)) {
		t.Errorf("without the lock: %v", err)
	}
}
