package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state/all"
	"github.com/espalier-dev/espalier/state/seal"
)

// sources are the configuration's files as diagnostics may quote them: with stars
// for the texts that are secrets. It goes by the letters of the source and not by
// its meaning, since what is quoted may be what could not be read.
func (a *app) sources() map[string]*hcl.File {
	if a.config == nil {
		return nil
	}
	e := &a.excerpt
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of != a.config {
		s := newShade(a.sensitiveNames())
		e.of, e.files = a.config, make(map[string]*hcl.File, len(a.config.Files))
		for name, file := range a.config.Files {
			copied := *file
			copied.Bytes = s.cover(file.Bytes)
			e.files[name] = &copied
		}
	}
	return e.files
}

// excerpts are the sources of a configuration that diagnostics may quote.
type excerpts struct {
	mu    sync.Mutex
	of    *schema.Config
	files map[string]*hcl.File
}

// sensitiveNames are the names of settings and attributes that hold secrets.
func (a *app) sensitiveNames() []string {
	var names []string
	add := func(attrs []schema.Attribute) {
		for _, attr := range attrs {
			if attr.Sensitive && !slices.Contains(names, attr.Name) {
				names = append(names, attr.Name)
			}
		}
	}
	for _, vendor := range a.vendors {
		add(vendor.Settings())
	}
	for _, typ := range a.library.Resources {
		add(typ.Attributes)
	}
	for _, kind := range all.Kinds() {
		add(kind.Settings)
	}
	add(seal.Settings())
	return names
}

// shade finds secrets in source.
type shade struct {
	// texts match a text that is a secret, in their group.
	texts []*regexp.Regexp
	// blocks match a block that may say of itself that it is sensitive, hidden the
	// texts in one that does.
	blocks, says, hidden *regexp.Regexp
	// heredocs match the beginning of a secret of several lines.
	heredocs *regexp.Regexp
}

// quoted is a text in quotes, or what there is of one on its line; its group is
// what is within, with the texts in its expressions.
const quoted = `"((?:\$\{[^{}\n]*\}|[^"\\\n]|\\.)*)`

func newShade(names []string) *shade {
	s := &shade{
		texts: []*regexp.Regexp{
			regexp.MustCompile(`\bsensitive\(\s*` + quoted),
			regexp.MustCompile(`://([^"\n]*)@`), // a password that is not written as it should be may hold anything
			regexp.MustCompile(`(?i)(AGE-SECRET-KEY-[A-Z0-9-]*)`),
			regexp.MustCompile(`"(?:[^"\s?]*://|/)[^"\s?]*\?([^"\s]*)`),
		},
		blocks: regexp.MustCompile(`\{[^{}]*\}`),
		says:   regexp.MustCompile(`\bsensitive"?\s*[=:]\s*true`),
		hidden: regexp.MustCompile(`\b(?:default|value)"?\s*[=:]\s*` + quoted),
	}
	if len(names) > 0 {
		assigned := `\b(?:` + strings.Join(names, "|") + `)"?\s*[=:]\s*`
		s.texts = append(s.texts, regexp.MustCompile(assigned+`(?:[a-z0-9]*[(\[{]\s*)*`+quoted))
		s.heredocs = regexp.MustCompile(assigned + `<<-?([A-Za-z0-9_-]+)[^\n]*\n`)
	}
	return s
}

// cover returns the source with stars in the place of secrets, byte for byte, so
// that places stay what they are.
func (s *shade) cover(src []byte) []byte {
	out := bytes.Clone(src)
	for _, text := range s.texts {
		coverAll(out, src, text)
	}
	for _, at := range s.blocks.FindAllIndex(src, -1) {
		if block := src[at[0]:at[1]]; s.says.Match(block) {
			coverAll(out[at[0]:at[1]], block, s.hidden)
		}
	}
	coverEspalier(out, src)
	if s.heredocs == nil {
		return out
	}
	for _, at := range s.heredocs.FindAllSubmatchIndex(src, -1) {
		stars(out[at[1] : at[1]+heredocEnd(src[at[1]:], src[at[2]:at[3]])])
	}
	return out
}

// coverAll puts stars over the group of every match.
func coverAll(out, src []byte, text *regexp.Regexp) {
	for _, at := range text.FindAllSubmatchIndex(src, -1) {
		stars(out[at[len(at)-2]:at[len(at)-1]])
	}
}

func stars(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = '*'
		}
	}
}
