package schema

import (
	"regexp"

	"github.com/zclconf/go-cty/cty"
)

// Class says what kind of thing a type is, so that the engine can count
// people and know trees without a vendor's word.
type Class uint8

// The classes a type can have.
const (
	ClassOther  Class = iota // neither of the below: files, posts
	ClassPerson              // a person; removals are counted and guarded
	ClassUnit                // a unit of the organisation tree
	ClassRole                // something people hold: a position
)

// Purpose says what the engine may conclude from an attribute.
type Purpose uint8

// The purposes an attribute can have.
const (
	PurposeNone       Purpose = iota
	PurposeName               // the display name; unique among siblings of a unit
	PurposeMembership         // set of ids the person belongs to (units) or holds (roles)
	PurposeLead               // set of ids of the units the person leads; a role of the membership
	PurposeParent             // id of the parent unit; null is a top unit, and managed
	PurposeLevel              // name of the tree level (a kind)
	PurposeMode               // "exact" or "include": how memberships are managed; never sent
	PurposeAdmin              // the role in the organisation as a whole
	PurposeSource             // path of a local file whose content the object is; see Upload
)

// Compare says when two values of a string attribute are the same.
type Compare uint8

// The comparisons an attribute can have.
const (
	CompareExact Compare = iota // byte for byte
	CompareFold                 // case-folded: e-mail addresses
	ComparePhone                // digits and a leading plus
	CompareNone                 // never: a difference is no change
)

// Attribute is one attribute of a resource type, a data source or a provider
// block, as data.
type Attribute struct {
	Name string
	// Type is the cty type a configured value is converted to. Ids are strings.
	Type cty.Type
	// Required attributes must be set. Computed ones are known from the live
	// object alone and cannot be set. An attribute may be neither (optional).
	Required, Computed bool
	// Derived attributes cannot be set either, but are known before anything is
	// planned: the language works them out of others, such as the checksum of a
	// local file. From then on they are wanted like written ones.
	Derived bool
	// Sensitive values are never shown, and are kept in the state as digests.
	Sensitive bool
	// CreateOnly attributes are sent on create and never after; a later
	// difference is a warning.
	CreateOnly bool
	// Of names the attributes that the server makes a computed one of. Where one of them
	// is sensitive, so is this.
	Of []string
	// Forces marks an attribute whose change replaces the object.
	Forces bool
	// Ordered marks a provider setting written as a literal object whose order
	// counts; its value is a list of objects {name, live}.
	Ordered bool
	// Env is the environment variable that stands in for a provider setting
	// that is left out; empty for none.
	Env     string
	Purpose Purpose
	// Refers names the type whose ids the attribute holds; empty for none.
	Refers string
	// IDs names, of the objects in the list that a data source gives, the
	// attributes that hold ids.
	IDs     []string
	Compare Compare
	// Enum lists the values that may be written; empty allows all. Where they are
	// very many they are not all shown.
	Enum []string
	// Form is what a text that may be written looks like; nil allows all.
	Form *Form
	// Admin is the value of a PurposeAdmin attribute that makes an
	// administrator of the whole organisation.
	Admin string
	// Default is what holds where the attribute is left out, as it would be
	// written; empty where nothing does. The provider applies it; here it is text
	// for the reference page.
	Default string
	// Doc is one or two sentences for the reference page.
	Doc string
}

// Form is what the texts of an attribute look like, with the words for one that does
// not. A text that is known only after an apply is not held against it.
type Form struct {
	// Matches finds something in every text that may be written, and in no other.
	Matches *regexp.Regexp
	// Noun is the word for such a text: "id of a user".
	Noun string
	// Remedy is a sentence that says what to write.
	Remedy string
}

// Nesting lets a type be nested in itself: blocks named Block inside a
// resource block become resources of the same type whose Parent attribute is
// the enclosing block's id.
type Nesting struct {
	Block  string // "group"
	Parent string // the attribute that holds the parent's id
	Level  string // the attribute whose default is one level below the parent's
}

// Upload says what is worked out of the local file that an object is made of.
// Name, Size, Digest and MediaType name derived attributes, empty for none: the
// last part of the file's path; its length in bytes, a number; its SHA-256 in lower-case
// hexadecimal; and its media type without parameters, found from its content.
type Upload struct {
	Source                        string // the attribute with the path
	Name, Size, Digest, MediaType string
	// Limits are looked through in order; the first whose media types include the
	// file's holds. A file that none includes is refused.
	Limits []UploadLimit
}

// UploadLimit bounds the files of some media types.
type UploadLimit struct {
	Media string // how the media type begins, such as "image/"; empty includes all
	Noun  string // the word for such a file: image
	Most  int64  // bytes
}

// Type is a resource type or a data source as data. It is the only thing the
// engine knows of a vendor's model.
type Type struct {
	Name string // "acme_group"
	// Provider is the name of the provider block that serves the type.
	Provider string
	Class    Class
	// Noun is the word for one and for many: {"group", "groups"}.
	Noun [2]string
	// Attributes stand in the order of the reference page.
	Attributes []Attribute
	// Keys are the natural keys, tried in order; each names the attributes that
	// together identify an object. Empty for a type without one.
	Keys [][]string
	// Standing says that objects of the type are there before anybody wants them, and
	// cannot be made or deleted: creating one adopts it, and what is no longer wanted
	// is let go of.
	Standing bool
	// Lookup is the attribute that says which object is meant, by its id or by an
	// alias that the client can read; empty for types that are found by their keys.
	// What a list does not show of such a type is read by it.
	Lookup string
	// Label are the attributes by which people know an object of a type without a name
	// or natural keys: the first of these sets of which one is not empty.
	Label [][]string
	// Content names the attributes by which an object of a type without natural
	// keys is known again. It is unique to nothing: two live objects may share it.
	// One that no reading tells is left out of the comparison if it is optional.
	Content []string
	// Upload is nil for a type whose objects are not made of local files.
	Upload *Upload
	// Elsewhere are names that the type has no attribute to set for, but that people may
	// look for in it, each with a sentence that says where it is.
	Elsewhere map[string]string
	// AnyOf lists sets of attributes of which at least one must be set.
	AnyOf [][]string
	// Nest is nil for a type that cannot be nested.
	Nest *Nesting
	// Doc is the first paragraph of the reference page.
	Doc string

	index map[string]int
}

// Attribute returns the attribute of that name, or nil. The result must not be
// changed.
func (t *Type) Attribute(name string) *Attribute {
	if t.index == nil {
		for i := range t.Attributes {
			if t.Attributes[i].Name == name {
				return &t.Attributes[i]
			}
		}
		return nil
	}
	if i, ok := t.index[name]; ok {
		return &t.Attributes[i]
	}
	return nil
}

// Index makes look-ups of attributes by name a hash access. It is called once,
// when a type is made, and returns t.
func (t *Type) Index() *Type {
	t.index = make(map[string]int, len(t.Attributes))
	for i := range t.Attributes {
		t.index[t.Attributes[i].Name] = i
	}
	return t
}

// ByPurpose returns the names of the attributes of that purpose, in order.
func (t *Type) ByPurpose(p Purpose) []string {
	var names []string
	for i := range t.Attributes {
		if t.Attributes[i].Purpose == p {
			names = append(names, t.Attributes[i].Name)
		}
	}
	return names
}

// Library is everything the language needs to know of the providers that are
// built in. It is data; nothing in it reaches a network.
type Library struct {
	// Providers maps a provider's name to its settings.
	Providers map[string][]Attribute
	// Resources and Data map type names to types.
	Resources, Data map[string]*Type
}
