package cli

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state/all"
	"github.com/espalier-dev/espalier/state/seal"
)

// quotable are the settings that may be quoted of a block that stands in the
// espalier block under these words: what is not known there may be anything. ok is false
// for every other block.
func quotable(path []string) (names []string, ok bool) {
	at := slices.Index(path, "espalier") + 1
	if at == 0 || at == len(path) {
		return nil, false
	}
	add := func(attrs []schema.Attribute) {
		for _, attr := range attrs {
			if !attr.Sensitive {
				names = append(names, attr.Name)
			}
		}
	}
	switch path[at] {
	case "encryption":
		add(seal.Settings())
	case "state":
		for _, kind := range all.Kinds() {
			if len(path) > at+1 && kind.Name == path[at+1] {
				add(kind.Settings)
			}
		}
	default:
		return nil, false
	}
	return names, true
}

// words are what a source consists of, as far as it matters: texts, heredocs, comments,
// names, the ends of lines, and single characters. There is no source that it cannot read.
var words = regexp.MustCompile(quoted + `"?|<<-?([A-Za-z0-9_-]+)[^\n]*\n|(?:#|//)[^\n]*|[A-Za-z_][A-Za-z0-9_-]*|[^ \t\r]`)

// walk is a way through a source, in HCL or JSON.
type walk struct {
	path    []string // the words before the blocks that are open, outermost first
	depths  []int    // how long path was before each of them
	pending []string // the words since the last value
	name    string   // of the setting whose value this is, or was last
	within  int      // brackets that are open, in which a line's end means nothing
	last    byte     // of what came before, but for the ends of lines; 0 at first
	open    []string // the settings that may be quoted, where hides is set
	hides   bool
}

// coverEspalier puts stars over the texts in the state and encryption blocks, but for
// those of settings that are known and no secrets.
func coverEspalier(out, src []byte) {
	if !bytes.Contains(src, []byte("espalier")) {
		return
	}
	w := &walk{}
	for at := 0; at < len(src); {
		m := words.FindSubmatchIndex(src[at:])
		if m == nil {
			return
		}
		for i := range m {
			if m[i] >= 0 {
				m[i] += at
			}
		}
		at = m[1]
		switch word := src[m[0]:m[1]]; {
		case m[2] >= 0:
			w.text(out[m[2]:m[3]], src[m[2]:m[3]], src[at:])
		case m[4] >= 0:
			end := at + heredocEnd(src[at:], src[m[4]:m[5]])
			if w.isSecret() {
				stars(out[at:end])
			}
			at = end
		case word[0] == '#' || len(word) > 1 && word[0] == '/':
			continue
		default:
			w.sign(word)
		}
		if src[at-1] != '\n' {
			w.last = src[at-1]
		}
	}
}

func (w *walk) isSecret() bool { return w.hides && !slices.Contains(w.open, w.name) }

// text is a text in quotes: the name of something in JSON, or a value.
func (w *walk) text(out, text, rest []byte) {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	named := len(rest) > 0 && (rest[0] == ':' || rest[0] == '=')
	switch {
	case named && (w.last == '{' || w.last == ','):
		w.pending = []string{string(text)}
	case w.isSecret():
		stars(out)
	default:
		w.pending = append(w.pending, string(text))
	}
}

// sign is anything else.
func (w *walk) sign(word []byte) {
	switch word[0] {
	case '{':
		w.depths = append(w.depths, len(w.path))
		w.path = append(w.path, w.pending...)
		w.enter()
	case '}':
		if n := len(w.depths) - 1; n >= 0 {
			w.path, w.depths = w.path[:w.depths[n]], w.depths[:n]
		}
		w.enter()
	case '[', '(':
		w.within++
	case ']', ')':
		w.within = max(0, w.within-1)
	case '=', ':':
		if len(w.pending) == 1 && w.within == 0 { // else it is a part of the value
			w.name = w.pending[0]
		}
	case ',':
		w.pending = nil
	case '\n':
		if w.within == 0 && w.last != ':' {
			w.pending, w.name = nil, ""
		}
	default:
		w.pending = append(w.pending, string(word))
	}
}

// enter begins to read in another block.
func (w *walk) enter() {
	w.pending, w.name, w.within = nil, "", 0
	w.open, w.hides = quotable(w.path)
}

// heredocEnd is where the text of a heredoc ends that has this word as its mark.
func heredocEnd(text, mark []byte) int {
	end := 0
	for line := range bytes.Lines(text) {
		if bytes.Equal(bytes.TrimSpace(line), mark) {
			break
		}
		end += len(line)
	}
	return end
}
