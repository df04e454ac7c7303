package schema

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fileReader reads files for the functions, each once.
type fileReader struct {
	dir   string
	cache map[string]fileContent
}

type fileContent struct {
	data []byte
	err  error
}

func (r *fileReader) path(name string) string { return resolvePath(r.dir, name) }

// resolvePath returns where a path leads that is written in the configuration
// of a folder.
func resolvePath(dir, name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(dir, name)
}

// read returns the content of a file; the error names it.
func (r *fileReader) read(name string) ([]byte, error) {
	full := r.path(name)
	if c, ok := r.cache[full]; ok {
		return c.data, c.err
	}
	data, err := os.ReadFile(full)
	if err != nil {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			where := ""
			if r.dir != "." {
				where = ", " + r.dir
			}
			err = function.NewArgErrorf(0, "there is no file %q; paths are relative to the configuration folder%s", name, where)
		default:
			err = function.NewArgErrorf(0, "the file %q cannot be read: %s", name, reason(err))
		}
	}
	r.cache[full] = fileContent{data, err}
	return data, err
}

func (r *fileReader) text(name string) (string, error) {
	data, err := r.read(name)
	if err == nil && !utf8.Valid(data) {
		return "", function.NewArgErrorf(0, "the file %q is not UTF-8 text; save it as UTF-8, or use filebase64 for its bytes", name)
	}
	return string(data), err
}

func (r *fileReader) functions() map[string]function.Function {
	return map[string]function.Function{
		"file": r.one(r.text),
		"filebase64": r.one(func(name string) (string, error) {
			data, err := r.read(name)
			return base64.StdEncoding.EncodeToString(data), err
		}),
		"filesha256": r.one(func(name string) (string, error) {
			data, err := r.read(name)
			sum := sha256.Sum256(data)
			return hex.EncodeToString(sum[:]), err
		}),
		"fileexists": r.exists(),
		"fileset":    r.fileSet(),
	}
}

// one makes a function of a path.
func (r *fileReader) one(f func(name string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(s), nil
		},
	})
}

func (r *fileReader) exists() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			info, err := os.Stat(r.path(args[0].AsString()))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return cty.NilVal, function.NewArgErrorf(0, "it cannot be told whether %q exists: %s", args[0].AsString(), reason(err))
			}
			return cty.BoolVal(err == nil && info.Mode().IsRegular()), nil
		},
	})
}

// fileSet lists the files below a folder that match a pattern, with ** for any
// number of folders.
func (r *fileReader) fileSet() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Set(cty.String)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			root, pattern := r.path(args[0].AsString()), strings.Split(args[1].AsString(), "/")
			var names []cty.Value
			err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				rel, err := filepath.Rel(root, file)
				if err != nil || !entry.Type().IsRegular() {
					return err
				}
				rel = filepath.ToSlash(rel)
				matched, err := matchPath(pattern, strings.Split(rel, "/"))
				if matched {
					names = append(names, cty.StringVal(rel))
				}
				return err
			})
			switch {
			case errors.Is(err, path.ErrBadPattern):
				return cty.NilVal, function.NewArgErrorf(1, "%q is not a pattern; *, ?, [a-z] and ** have a meaning", args[1].AsString())
			case err != nil:
				return cty.NilVal, function.NewArgErrorf(0, "the folder %q cannot be read: %s", args[0].AsString(), reason(err))
			case len(names) == 0:
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(names), nil
		},
	})
}

// matchPath matches the parts of a path against the parts of a pattern.
func matchPath(pattern, parts []string) (bool, error) {
	if len(pattern) == 0 {
		return len(parts) == 0, nil
	}
	if pattern[0] == "**" {
		for skip := range len(parts) + 1 {
			if ok, err := matchPath(pattern[1:], parts[skip:]); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	}
	if len(parts) == 0 {
		return false, nil
	}
	ok, err := path.Match(pattern[0], parts[0])
	if !ok || err != nil {
		return false, err
	}
	return matchPath(pattern[1:], parts[1:])
}
