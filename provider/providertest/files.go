package providertest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// addFile makes the file that an object is made of, each with a content of its own.
func (b *bench) addFile(t fataler, typ *schema.Type, values map[string]cty.Value, text string) {
	t.Helper()
	up := typ.Upload
	b.count++
	name, media, head := fmt.Sprintf("Åre-%d.txt", b.count), "text/plain", ""
	if !takes(up, media) {
		name, media, head = fmt.Sprintf("Åre-%d.png", b.count), "image/png", "\x89PNG\r\n\x1a\n"
	}
	path := filepath.Join(b.dir, name)
	content := fmt.Appendf(nil, "%s%s\r\n--not a boundary--\r\n%d\r\n", head, text, b.count)
	b.must(t, os.WriteFile(path, content, 0o600))
	sum := sha256.Sum256(content)
	for attr, v := range map[string]cty.Value{
		up.Source: cty.StringVal(path), up.Name: cty.StringVal(name), up.Size: cty.NumberIntVal(int64(len(content))),
		up.Digest: cty.StringVal(hex.EncodeToString(sum[:])), up.MediaType: cty.StringVal(media),
	} {
		if attr != "" {
			values[attr] = v
		}
	}
}

// takes reports whether files of a media type may be uploaded.
func takes(up *schema.Upload, media string) bool {
	return slices.ContainsFunc(up.Limits, func(l schema.UploadLimit) bool { return strings.HasPrefix(media, l.Media) })
}

// referencesComeAndGo gives objects that are no people references to others, and
// takes them away.
func referencesComeAndGo(t *testing.T, b *bench) {
	for _, typ := range b.Provider.Types() {
		for _, a := range typ.Attributes {
			if a.Computed || a.Purpose != schema.PurposeNone || a.Refers == "" || !a.Type.IsSetType() {
				continue
			}
			made := b.make(t, b.named(a.Refers), 3)
			values := b.plain(t, typ, "refers")
			values[a.Name] = ids(made[:1]...)
			object, err := b.Client.Create(b.ctx, typ.Name, values)
			b.must(t, err)
			b.isEverywhere(t, typ, object.ID, values)
			for _, list := range [][]string{made, made[1:], nil, made[2:]} {
				change := provider.Change{Before: values, After: maps.Clone(values), Changed: []string{a.Name}}
				change.After[a.Name] = ids(list...)
				answer, err := b.Client.Update(b.ctx, typ.Name, object.ID, change)
				b.must(t, err)
				b.holds(t, typ, "update", answer, change.After, false)
				values = change.After
				b.isEverywhere(t, typ, object.ID, values)
			}
			b.refusesUnknown(t, typ, a, made[0])
		}
	}
}

// refusesUnknown refers to an object that is gone.
func (b *bench) refusesUnknown(t *testing.T, typ *schema.Type, a schema.Attribute, id string) {
	t.Helper()
	b.must(t, b.Client.Delete(b.ctx, a.Refers, id))
	values := b.plain(t, typ, "lost")
	values[a.Name] = ids(id)
	if _, err := b.Client.Create(b.ctx, typ.Name, values); provider.KindOf(err) != provider.Refused {
		t.Errorf("create %s with %s that are gone: %v, want a refusal", typ.Name, a.Name, err)
	}
}

// named returns the type of that name.
func (b *bench) named(name string) *schema.Type {
	for _, typ := range b.Provider.Types() {
		if typ.Name == name {
			return typ
		}
	}
	return nil
}
