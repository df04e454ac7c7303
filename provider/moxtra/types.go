package moxtra

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// The names of the resource types.
const (
	typeUser    = "moxtra_user"
	typePicture = "moxtra_user_picture"
)

// me stands in a path for the account that holds the token [user].
const me = "me"

// zones are the names of the TZ database, one in a line.
//
//go:embed zones.txt
var zones string

// languages are the codes that the vendor lists [user].
var languages = []string{"da", "de", "en", "es", "fi", "fr", "id", "it", "ja", "ko", "lt", "nb", "nl", "nn", "no", "pt", "ru", "sv", "th", "tr", "vi", "zh", "zh-tw"}

// written are the attributes of a user that can be changed [user].
var written = []string{"first_name", "last_name", "timezone", "language"}

// resourceTypes returns the model, each type after those it refers to.
func resourceTypes() []*schema.Type { return []*schema.Type{userType(), pictureType()} }

func userType() *schema.Type {
	t := &schema.Type{
		Name: typeUser, Provider: providerName, Class: schema.ClassPerson,
		Noun: [2]string{"user", "users"}, Standing: true, Lookup: "user_id",
		Label: [][]string{{"email"}, {"name"}, {"first_name", "last_name"}},
		Doc: "The profile of a user who is there already. Describing a user adopts it, and what is no longer described is left as it is: " +
			"the API has no call that makes or deletes one. Only the first name, the last name, the time zone and the language are ever written.",
		Elsewhere: pictureElsewhere(),
		Attributes: []schema.Attribute{{Name: "user_id", Type: cty.String, Required: true, Compare: schema.CompareNone, Form: userIDs(),
			Doc: "Which user: an id that begins with U, or `me` for the account that holds the token."}},
	}
	enums := map[string][]string{"language": languages, "timezone": strings.Fields(zones)}
	defaults := map[string]string{"language": "en", "timezone": "America/Los_Angeles"}
	var computed []schema.Attribute
	for _, f := range slices.Concat(personFields, ownFields, memberFields) {
		if !slices.Contains(written, f.name) {
			computed = append(computed, f.computed()...)
			continue
		}
		doc := f.doc
		if by := defaults[f.name]; by != "" {
			doc += " A user for whom it was never set has `" + by + "`."
		}
		t.Attributes = append(t.Attributes, schema.Attribute{Name: f.name, Type: f.typ(), Enum: enums[f.name], Doc: doc})
	}
	t.Attributes = append(append(t.Attributes, computedID("user")), computed...)
	return t.Index()
}

// userIDs are the texts that can stand for a user in a path. Ids of all kinds stand at
// the same place there, and the first letter tells them apart [rest].
func userIDs() *schema.Form {
	return &schema.Form{Matches: userID, Noun: "id of a user",
		Remedy: `Write me for the account that holds the token, or an id of letters and digits that begins with U; data "moxtra_org_users" shows those of an org.`}
}

var userID = regexp.MustCompile(`^(?:` + me + `|U[0-9A-Za-z]+)$`)

// pictureElsewhere says where the picture is to those who look for it in the user.
func pictureElsewhere() map[string]string {
	where := map[string]string{}
	for _, name := range []string{"picture", "avatar", "image", "photo", "picture_uri"} {
		where[name] = `The picture of a user is a resource of its own: resource "` + typePicture + `" with user_id and source.`
	}
	return where
}

// million is the smaller of what a megabyte can mean: the vendor says neither which it
// takes nor how large a picture may be, so the limit is ours.
const million = 1_000_000

func pictureType() *schema.Type {
	t := &schema.Type{
		Name: typePicture, Provider: providerName, Class: schema.ClassOther,
		Noun: [2]string{"picture of a user", "pictures of users"}, Lookup: "user_id", Label: [][]string{{"source"}},
		Doc: "The picture of a user, uploaded from this machine. It is compared by its content: the live one is downloaded for that, " +
			"and not again for as long as its address and the time of the user's last change stay the same.",
		Attributes: []schema.Attribute{
			{Name: "user_id", Type: cty.String, Required: true, Forces: true, Refers: typeUser, Form: userIDs(),
				Doc: "Whose picture: the id of a user, or `me` for the account that holds the token."},
			{Name: "source", Type: cty.String, Required: true, Purpose: schema.PurposeSource, Compare: schema.CompareNone,
				Doc: "The path of the image, relative to the folder of the configuration. It may have 20 MB."},
			{Name: "sha256", Type: cty.String, Derived: true, Doc: "The SHA-256 of the content in hexadecimal."},
			{Name: "content_type", Type: cty.String, Derived: true, Compare: schema.CompareNone,
				Doc: "The media type, found from the content, such as image/png."},
			computedID("user whose picture it is"),
			{Name: "picture_uri", Type: cty.String, Computed: true, Doc: "The address of the picture, as it was when the content was downloaded."},
			{Name: "user_updated_time", Type: cty.Number, Computed: true, Doc: "When the user had been changed last, in milliseconds since 1970, as it was when the content was downloaded or uploaded."},
			{Name: "revision", Type: cty.Number, Computed: true, Doc: "The number that the upload was answered with."},
		},
		Upload: &schema.Upload{
			Source: "source", Digest: "sha256", MediaType: "content_type",
			Limits: []schema.UploadLimit{{Media: "image/", Noun: "image", Most: 20 * million}},
		},
	}
	return t.Index()
}

func computedID(of string) schema.Attribute {
	return schema.Attribute{Name: "id", Type: cty.String, Computed: true, Doc: "The live id of the " + of + "."}
}

// computed is the field as attributes that are only read.
func (f field) computed() []schema.Attribute {
	list := []schema.Attribute{{Name: f.name, Type: f.typ(), Computed: true, Of: f.from, Doc: f.doc}}
	if twin := f.twin(); twin != "" {
		list = append(list, schema.Attribute{Name: twin, Type: f.twinType(), Computed: true, Doc: "The same as " + f.name + ", in RFC 3339."})
	}
	return list
}
