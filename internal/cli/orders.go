package cli

import "io"

// defuser passes on what is written so that the runner of GitHub Actions finds no order
// in it. That obeys lines which begin with "::", after blanks or not, and "##[" anywhere
// in a line, whoever wrote them: a name in the live system is enough. Within JSON the
// signs that take their place mean the same.
type defuser struct {
	w      io.Writer
	inside bool // the line has more than blanks
	colon  bool // and that is one colon
	hashes int  // the line ends in so many, of two at most
}

// Write implements io.Writer. Texts may be split anywhere.
func (d *defuser) Write(p []byte) (int, error) {
	done := 0
	for i, c := range p {
		var instead string
		switch {
		case c == ':' && d.colon:
			instead = `\u003a`
		case c == '[' && d.hashes == 2:
			instead = `\u005b`
		}
		d.pass(c)
		if instead == "" {
			continue
		}
		if n, err := d.w.Write(p[done:i]); err != nil {
			return done + n, err
		}
		if _, err := io.WriteString(d.w, instead); err != nil {
			return i, err
		}
		done = i + 1
	}
	n, err := d.w.Write(p[done:])
	return done + n, err
}

// pass notes where in its line the text has come to.
func (d *defuser) pass(c byte) {
	first := !d.inside
	switch {
	case c == '\n' || c == '\r':
		d.inside, first = false, false
	case c > ' ' && c < 0x7f: // all else may be a blank, or a part of one
		d.inside = true
	}
	d.colon = first && c == ':'
	if c != '#' {
		d.hashes = 0
	} else if d.hashes < 2 {
		d.hashes++
	}
}

// orders is the writer for orders of our own, past a defuser.
type orders struct{ d *defuser }

// Write implements io.Writer.
func (o orders) Write(p []byte) (int, error) {
	for _, c := range p {
		o.d.pass(c)
	}
	return o.d.w.Write(p)
}

// defuse has what is said defused in a step of a workflow, wherever it goes: a file may be
// shown in the log later. What other programs take as it is, and orders of our own, go
// past that.
func (a *app) defuse() {
	a.exact, a.orders = a.Out, a.Err
	if !a.onGitHub() {
		return
	}
	d := &defuser{w: a.Err}
	a.Out, a.Err, a.orders = &defuser{w: a.Out}, d, orders{d}
}
