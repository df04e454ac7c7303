package schema

import (
	"slices"
	"strconv"
	"strings"
)

// limit returns the limit that holds for files of a media type, or nil.
func (u *Upload) limit(media string) *UploadLimit {
	i := slices.IndexFunc(u.Limits, func(l UploadLimit) bool { return strings.HasPrefix(media, l.Media) })
	if i < 0 {
		return nil
	}
	return &u.Limits[i]
}

// taken lists what may be uploaded.
func (u *Upload) taken() string {
	var words []string
	for _, l := range u.Limits {
		words = append(words, withArticle(l.Noun)+" of up to "+sizeText(l.Most))
	}
	return sentence(words)
}

// derived names the attributes that are worked out of the file.
func (u *Upload) derived() []string {
	names := []string{u.Name, u.Size, u.Digest, u.MediaType}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// sizeText writes a number of bytes in the largest unit that fits, rounded up to
// a tenth, so that what is over a limit never reads like the limit.
func sizeText(n int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n < unit.bytes {
			continue
		}
		tenths := (n-1)/(unit.bytes/10) + 1
		text := strconv.FormatInt(tenths/10, 10)
		if tenths%10 != 0 {
			text += "." + strconv.FormatInt(tenths%10, 10)
		}
		return text + " " + unit.name
	}
	return plural(int(n), "byte", "bytes")
}

// withArticle puts a or an before a noun.
func withArticle(noun string) string {
	if noun != "" && strings.Contains("aeiou", noun[:1]) {
		return "an " + noun
	}
	return "a " + noun
}
