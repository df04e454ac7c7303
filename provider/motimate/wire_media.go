package motimate

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
)

// medium is what is assumed of a type of which the vendor publishes no more than
// that it exists.
type medium struct {
	noun   [2]string
	path   string
	part   string // of the form that carries a file; empty for none
	fields []mediumField
}

// mediumField is a field of a body, and the attribute that it holds.
type mediumField struct {
	attr, field string
	shape       shape
}

// shape is what a field holds.
type shape uint8

const (
	shapeText   shape = iota
	shapeNeeded       // a text that every object has
	shapeCount        // a whole number
	shapeDigest       // a SHA-256 in hexadecimal
	shapeIDs
)

// inferred is the one table of what is published nowhere. Every path and every
// name in it is *inferred* from the rest of the API; the paths can be overridden by
// the provider block.
func inferred() map[string]medium {
	return map[string]medium{
		typeFile: {noun: [2]string{"file", "files"}, path: "/public_api/files", part: "file", fields: []mediumField{
			{"name", "name", shapeNeeded},
			{"size", "size", shapeCount},
			{"content_type", "content_type", shapeText},
			{"sha256", "sha256", shapeDigest},
		}},
		typePost: {noun: [2]string{"post", "posts"}, path: "/public_api/posts", fields: []mediumField{
			{"title", "title", shapeNeeded},
			{"body", "body", shapeNeeded},
			{"files", "file_ids", shapeIDs},
			{"groups", "group_ids", shapeIDs},
		}},
	}
}

// operation is the row of the table of calls.
func (w *wire) operation(m medium) *rest.Operation {
	path := w.options.paths[m.noun[1]]
	o := &rest.Operation{
		Noun: m.noun, Path: path, One: m.readOne, Pages: m.readPages,
		Missing: m.unlisted(path), Unlisted: m.unlisted(path), Fields: m.words(),
	}
	if m.part != "" {
		o.Create = m.createFile
		return o
	}
	o.Create = func(values map[string]cty.Value) (*rest.Body, error) { return w.createPost(m, values) }
	o.Update = func(_ string, c provider.Change) (*rest.Body, error) { return w.updatePost(m, c) }
	o.Missing = "One of the files or groups given does not exist, or the path is another. " + o.Missing
	return o
}

// unlisted says what to do where nothing is at the path.
func (m medium) unlisted(path string) string {
	if path != m.path {
		return fmt.Sprintf("paths in the provider block says that %s are at %s; ask Motimate for the right path, or leave it out to try %s",
			m.noun[1], path, m.path)
	}
	return fmt.Sprintf("The vendor publishes no path of %s, and %s is inferred; ask Motimate for the right one and write paths = { %s = \"/...\" } in the provider block",
		m.noun[1], m.path, m.noun[1])
}

// words are those by which a refusal may speak of the attributes. All that can be
// wrong with a file comes of its source.
func (m medium) words() map[string]string {
	words := map[string]string{}
	for _, f := range m.fields {
		attr := f.attr
		if m.part != "" {
			attr = "source"
		}
		words[f.field], words[f.attr] = attr, attr
		if f.shape == shapeIDs { // a refusal is about one of them
			words[strings.TrimSuffix(f.field, "s")], words[strings.TrimSuffix(f.attr, "s")] = attr, attr
		}
	}
	if m.part != "" {
		words[m.part] = "source"
	}
	return words
}
