package rest

import "unicode/utf8"

// Plain reads JSON of the plainest kind, as servers write it, in one pass and
// without reflection: objects, arrays, and scalars without escapes. It gives up on
// anything else, and on what might be meant in two ways, such as a name that comes
// twice or in other letters; whoever uses it then reads with Data, which says what
// is wrong. What it does not give up on it reads as Data does.
type Plain struct {
	data []byte
	pos  int
	lost bool
}

// NewPlain begins at the beginning of a body.
func NewPlain(body []byte) *Plain { return &Plain{data: body} }

// Whole reports whether the body was read to its end without giving up.
func (p *Plain) Whole() bool {
	p.space()
	return !p.lost && p.pos == len(p.data)
}

// Lose gives up.
func (p *Plain) Lose() { p.lost = true }

// Object reads an object. field is given each name, which it must not keep, and
// reads the value; it reports false for a name that it does not know, whose value
// is then skipped.
func (p *Plain) Object(field func(name []byte) bool) {
	p.series('{', '}', func() {
		p.space()
		name := p.quoted()
		p.expect(':')
		if p.lost || field(name) {
			return
		}
		for _, c := range name {
			if c-'a' > 'z'-'a' && c != '_' && c-'0' > 9 {
				p.lost = true // Data takes the letters of names loosely
			}
		}
		p.Text(&Text{})
	})
}

// Array reads an array; item reads one element.
func (p *Plain) Array(item func()) { p.series('[', ']', item) }

// Text reads a scalar into a field that was not read yet.
func (p *Plain) Text(t *Text) {
	p.space()
	if p.lost || t.Present || p.pos == len(p.data) {
		p.lost = true
		return
	}
	t.Present = true
	if p.data[p.pos] == '"' {
		t.Value = string(p.quoted())
		return
	}
	start := p.pos
	for p.pos < len(p.data) && p.data[p.pos]-'0' <= 9 {
		p.pos++
	}
	switch digits := p.data[start:p.pos]; {
	case len(digits) > 0:
		t.Value, t.literal = string(digits), true
		p.lost = len(digits) > 1 && digits[0] == '0'
	case p.word("true"):
		t.Value, t.literal = "true", true
	case p.word("false"):
		t.Value, t.literal = "false", true
	default:
		p.lost = !p.word("null")
	}
}

// series reads what stands between brackets, with a comma between each two.
func (p *Plain) series(opening, closing byte, one func()) {
	p.expect(opening)
	if p.next(closing) {
		return
	}
	for !p.lost {
		one()
		if p.next(closing) {
			return
		}
		p.expect(',')
	}
}

// quoted returns what stands in quotes.
func (p *Plain) quoted() []byte {
	if p.lost || p.pos == len(p.data) || p.data[p.pos] != '"' {
		p.lost = true
		return nil
	}
	start, ascii := p.pos+1, true
	for p.pos = start; p.pos < len(p.data); p.pos++ {
		switch c := p.data[p.pos]; {
		case c == '"':
			text := p.data[start:p.pos]
			p.pos++
			p.lost = !ascii && !utf8.Valid(text)
			return text
		case c == '\\' || c < ' ':
			p.lost = true
			return nil
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	p.lost = true
	return nil
}

func (p *Plain) expect(c byte) { p.lost = !p.next(c) || p.lost }

// next takes c if it comes next.
func (p *Plain) next(c byte) bool {
	p.space()
	if p.lost || p.pos == len(p.data) || p.data[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

func (p *Plain) word(word string) bool {
	end := p.pos + len(word)
	if end > len(p.data) || string(p.data[p.pos:end]) != word {
		return false
	}
	p.pos = end
	return true
}

func (p *Plain) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
		default:
			return
		}
	}
}
