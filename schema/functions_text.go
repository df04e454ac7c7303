package schema

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// textFunctions are functions of strings that give strings or truth values.
func textFunctions() map[string]function.Function {
	return map[string]function.Function{
		"endswith":     textTest("suffix", strings.HasSuffix),
		"startswith":   textTest("prefix", strings.HasPrefix),
		"strcontains":  textTest("substr", strings.Contains),
		"replace":      replaceFunction(),
		"regexreplace": regexReplaceFunction(),
		"base64encode": textMap(func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil }),
		"base64decode": textMap(decodeBase64),
		"urlencode":    textMap(func(s string) (string, error) { return url.QueryEscape(s), nil }),
		"md5":          textMap(func(s string) (string, error) { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]), nil }),
		"sha1":         textMap(func(s string) (string, error) { h := sha1.Sum([]byte(s)); return hex.EncodeToString(h[:]), nil }),
		"sha256":       textMap(func(s string) (string, error) { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]), nil }),
		"sha512":       textMap(func(s string) (string, error) { h := sha512.Sum512([]byte(s)); return hex.EncodeToString(h[:]), nil }),
	}
}

func decodeBase64(s string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", fmt.Errorf("this is not base64: %w", err)
	}
	if !utf8.Valid(raw) {
		return "", fmt.Errorf("what this base64 holds is not UTF-8 text")
	}
	return string(raw), nil
}

func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() }

// textMap makes a function of one string.
func textMap(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(s), nil
		},
	})
}

// textTest makes a test of a string against another.
func textTest(name string, f func(s, other string) bool) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}, {Name: name, Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

func threeTexts(second string, f func(s, old, new string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "text", Type: cty.String}, {Name: second, Type: cty.String}, {Name: "replacement", Type: cty.String},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString(), args[1].AsString(), args[2].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			return cty.StringVal(s), nil
		},
	})
}

// replaceFunction replaces a substring, or a regular expression between slashes.
func replaceFunction() function.Function {
	return threeTexts("substr", func(s, old, with string) (string, error) {
		if len(old) > 1 && strings.HasPrefix(old, "/") && strings.HasSuffix(old, "/") {
			return replaceRegex(s, old[1:len(old)-1], with)
		}
		return strings.ReplaceAll(s, old, with), nil
	})
}

func regexReplaceFunction() function.Function { return threeTexts("pattern", replaceRegex) }

func replaceRegex(s, pattern, with string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", fmt.Errorf("this is not a regular expression: %w", err)
	}
	return re.ReplaceAllString(s, with), nil
}
