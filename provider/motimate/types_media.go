package motimate

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The names of the resource types for posts on the wall.
const (
	typeFile = "motimate_file"
	typePost = "motimate_post"
)

// million is the smaller of what a megabyte can mean: the vendor does not say
// which it takes, and what fits this fits both.
const million = 1_000_000

func fileType() *schema.Type {
	t := &schema.Type{
		Name: typeFile, Provider: providerName, Class: schema.ClassOther,
		Noun: [2]string{"file", "files"},
		Doc: "A file that posts use, uploaded from this machine. A file cannot be changed: another content or name makes a new one, " +
			"which goes into the posts before the old one is deleted. " + unpublished("files"),
		Attributes: []schema.Attribute{
			{Name: "source", Type: cty.String, Required: true, Purpose: schema.PurposeSource, Compare: schema.CompareNone,
				Doc: "The path of the file, relative to the folder of the configuration. Images may have 40 MB, videos and documents 100 MB."},
			{Name: "name", Type: cty.String, Derived: true, Forces: true,
				Doc: "The last part of the path, under which the file is uploaded."},
			{Name: "size", Type: cty.Number, Derived: true, Forces: true,
				Doc: "The length of the file in bytes."},
			{Name: "sha256", Type: cty.String, Derived: true, Forces: true,
				Doc: "The SHA-256 of the content in hexadecimal. It is compared with the live file's where the server tells it."},
			{Name: "content_type", Type: cty.String, Derived: true, Compare: schema.CompareNone,
				Doc: "The media type, found from the content, such as image/png."},
			computedID("file"),
		},
		Content: []string{"name", "size", "sha256"},
		Upload: &schema.Upload{
			Source: "source", Name: "name", Size: "size", Digest: "sha256", MediaType: "content_type",
			Limits: []schema.UploadLimit{
				{Media: "image/", Noun: "image", Most: 40 * million},
				{Media: "video/", Noun: "video", Most: 100 * million},
				{Media: "", Noun: "document", Most: 100 * million},
			},
		},
	}
	return t.Index()
}

func postType() *schema.Type {
	t := &schema.Type{
		Name: typePost, Provider: providerName, Class: schema.ClassOther,
		Noun: [2]string{"post", "posts"},
		Doc: "A post on the wall of groups. A post has no key: without a state it is known again by an equal title and body and equal groups. " +
			unpublished("posts"),
		Attributes: []schema.Attribute{
			{Name: "title", Type: cty.String, Required: true, Doc: "The title."},
			{Name: "body", Type: cty.String, Required: true, Doc: "The text."},
			{Name: "files", Type: idSet, Refers: typeFile, Doc: "The ids of the files that are shown with it."},
			{Name: "groups", Type: idSet, Refers: typeGroup, Doc: "The ids of the groups on whose wall it stands."},
			computedID("post"),
		},
		Content: []string{"title", "body", "groups"},
	}
	return t.Index()
}

// unpublished says on whose word the type rests.
func unpublished(what string) string {
	return fmt.Sprintf("The vendor publishes neither the paths nor the field names of %s: those used here are inferred from the rest of its API. "+
		"The path can be overridden with paths in the provider block.", what)
}
