package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// mediaHead is how much of a file is looked at to tell its media type.
const mediaHead = 3 << 10

// uploads looks at the local files that objects are made of, each once.
type uploads struct {
	dir  string
	seen map[uploadKey]*upload
}

type uploadKey struct {
	path  string
	rules *Upload
	shown string // how the file is called in messages
}

// upload is what was found of a file: what can be worked out of it, or what is
// wrong with it.
type upload struct {
	name   string
	size   int64
	digest string
	media  string
	// summary and detail say what is wrong; they are empty if nothing is.
	summary, detail string
}

func newUploads(dir string) *uploads { return &uploads{dir: dir, seen: map[uploadKey]*upload{}} }

// look returns what is found at a path that is written in the configuration. A
// path that is sensitive is not named in messages.
func (u *uploads) look(source cty.Value, rules *Upload) *upload {
	bare, _ := source.Unmark()
	key := uploadKey{path: resolvePath(u.dir, bare.AsString()), rules: rules, shown: Quote(bare.AsString())}
	if IsSensitive(source) {
		key.shown = "The file, whose path is sensitive,"
	}
	if bare.AsString() == "" {
		key.path = ""
	}
	found, ok := u.seen[key]
	if !ok {
		found = u.measure(key)
		u.seen[key] = found
	}
	return found
}

// measure reads a file once, from its beginning to its end, unless what it is or
// how large it is refuses it.
func (u *uploads) measure(key uploadKey) *upload {
	found := &upload{name: filepath.Base(key.path)}
	if key.path == "" {
		return found.fail("Empty path", "The path is empty. Write the path of a file; paths are relative to the configuration folder.")
	}
	if strings.ContainsFunc(found.name, unicode.IsControl) {
		return found.fail("Control character in a file name", key.shown+" has a character in its name that cannot be seen, such as a line break, and servers keep such names in another way. Rename the file.")
	}
	// Asked before it is opened, since opening a pipe waits for who writes to it.
	info, err := os.Stat(key.path)
	if err != nil {
		return u.unreadable(found, key, err)
	}
	switch {
	case info.IsDir():
		return found.fail("Not a file", key.shown+" is a folder. Write the path of one file; fileset lists those in a folder.")
	case !info.Mode().IsRegular():
		return found.fail("Not a file", key.shown+" is no file with a content of its own, such as a pipe or a device. Copy what it gives into a file.")
	}
	file, err := os.Open(key.path)
	if err != nil {
		return u.unreadable(found, key, err)
	}
	defer file.Close()
	if err := found.read(file, info.Size(), key); err != nil {
		return u.unreadable(found, key, err)
	}
	return found
}

// read takes in the content. length is how long the file says it is.
func (up *upload) read(file io.Reader, length int64, key uploadKey) error {
	head := make([]byte, mediaHead)
	n, err := io.ReadFull(file, head)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case n == 0:
		up.fail("Empty file", key.shown+" is empty. Check that it was written, or take it out.")
		return nil
	}
	up.media, _, _ = strings.Cut(mimetype.Detect(head[:n]).String(), ";")
	limit := key.rules.limit(up.media)
	if limit == nil {
		up.fail("Wrong kind of file", key.shown+" is of the type "+up.media+", which the vendor does not take. It takes "+key.rules.taken()+".")
		return nil
	}
	hash := sha256.New()
	hash.Write(head[:n])
	up.size = max(int64(n), length)
	if up.size <= limit.Most {
		rest, err := io.Copy(hash, io.LimitReader(file, limit.Most-int64(n)+1))
		if err != nil {
			return err
		}
		up.size = int64(n) + rest
	}
	if up.size > limit.Most {
		up.fail("File too large", key.shown+" is "+withArticle(limit.Noun)+" of "+sizeText(up.size)+", and the most the vendor takes of "+
			withArticle(limit.Noun)+" is "+sizeText(limit.Most)+". Make it smaller, or take another file.")
		return nil
	}
	up.digest = hex.EncodeToString(hash.Sum(nil))
	return nil
}

func (up *upload) fail(summary, detail string) *upload {
	up.summary, up.detail = summary, detail
	return up
}

func (u *uploads) unreadable(found *upload, key uploadKey, err error) *upload {
	if !errors.Is(err, fs.ErrNotExist) {
		return found.fail("File cannot be read", key.shown+" cannot be read: "+reason(err)+". Check the path and who may read it.")
	}
	where := ""
	if u.dir != "." {
		where = ", " + u.dir
	}
	return found.fail("No such file", key.shown+" is not there. Check the path; it is relative to the configuration folder"+where+".")
}

// checkUpload looks at the file that the value of an attribute names, if the
// attribute is the source of an upload.
func (s *Scope) checkUpload(typ *Type, a *attribute, source cty.Value) *hcl.Diagnostic {
	if typ.Upload == nil || typ.Upload.Source != a.Name {
		return nil
	}
	if !source.IsKnown() {
		return problem(a.rng, "File not known yet",
			"The file must be known when the plan is made, and %q depends on %s, known only after an apply. Write a path that the configuration knows.", a.Name, s.waitsFor(source, s.top()))
	}
	if found := s.uploads.look(source, typ.Upload); found.summary != "" {
		return problem(a.rng, found.summary, "%s", found.detail)
	}
	return nil
}

// derive sets the attributes that are worked out of the file of the instance.
func (in *instance) derive(s *Scope) {
	up := in.res.decl.typ.Upload
	if up == nil {
		return
	}
	source, ok := in.out.Values[up.Source]
	if !ok {
		if slices.Contains(in.failed, up.Source) {
			in.failed = append(in.failed, up.derived()...)
		}
		return
	}
	found := s.uploads.look(source.Value, up)
	_, marks := source.Value.Unmark()
	for name, v := range map[string]cty.Value{
		up.Name: cty.StringVal(found.name), up.Size: cty.NumberIntVal(found.size),
		up.Digest: cty.StringVal(found.digest), up.MediaType: cty.StringVal(found.media),
	} {
		if name != "" {
			in.out.Values[name] = Known(v.WithMarks(marks))
		}
	}
}
