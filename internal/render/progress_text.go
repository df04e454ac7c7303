package render

import (
	"fmt"
	"strings"
	"time"
)

// beat is the line of a run in a pipe.
func (g *Progress) beat() string {
	clauses := []string{g.o.Verb + ": " + count(g.settled) + " of " + count(g.total) + " done"}
	if g.failed > 0 {
		clauses = append(clauses, count(g.failed)+" failed")
	}
	if left := g.left(); left != "" {
		clauses = append(clauses, left)
	}
	if text := g.wait(); text != "" {
		clauses = append(clauses, text)
	}
	return strings.Join(clauses, ", ")
}

func (g *Progress) wait() string {
	if g.waiting == "" || !g.until.After(g.now) {
		return ""
	}
	return "waiting " + rough(max(g.until.Sub(g.now), time.Second)) + ", until " + g.until.Format(time.TimeOnly) + ": " + clean(g.waiting)
}

// left is how long the rest will take if it goes on as it has gone.
func (g *Progress) left() string {
	elapsed := g.now.Sub(g.begun)
	if g.settled == 0 || g.settled >= g.total || elapsed < time.Second {
		return ""
	}
	rest := time.Duration(float64(elapsed) / float64(g.settled) * float64(g.total-g.settled))
	if g.waiting != "" && g.until.After(g.now) {
		rest = max(rest, g.until.Sub(g.now))
	}
	return about(rest) + " left"
}

// bar is the moving line of a run on a terminal. It never fills the last
// column, so that no terminal breaks it.
func (g *Progress) bar() string {
	columns := g.o.Width
	if columns <= 0 {
		columns = 80
	}
	const cells = 24
	filled := 0
	if g.total > 0 {
		filled = min(cells, cells*g.settled/g.total)
	}
	head := g.o.Verb + "  "
	drawing := strings.Repeat("█", filled) + strings.Repeat("░", cells-filled)
	tail := "  " + count(g.settled) + "/" + count(g.total)
	if g.failed > 0 {
		tail += "  " + count(g.failed) + " failed"
	}
	if text := g.wait(); text != "" {
		tail += "  " + text
	} else {
		if elapsed := g.now.Sub(g.begun).Seconds(); elapsed >= 1 && g.settled > 0 {
			tail += fmt.Sprintf("  %.1f/s", float64(g.settled)/elapsed)
		}
		if left := g.left(); left != "" {
			tail += "  " + left
		}
	}
	if width(head)+cells+width(tail) >= columns {
		return cut(head+strings.TrimSpace(tail), columns-1)
	}
	return head + g.p.paint.green(drawing) + tail
}
