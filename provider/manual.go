package provider

import "io/fs"

// Manual is what a vendor adds to the reference pages, which are otherwise made
// of its settings and types.
type Manual struct {
	// Introduction is Markdown for the top of the vendor's page: what it is, and
	// which facts about its API are documented and which are inferred.
	Introduction string
	// Examples holds at its top, as far as there is an example for a page,
	// provider.org.hcl and, for each type, resource_TYPE.org.hcl and
	// data_TYPE.org.hcl; beside them are the files that these read. Each file is
	// a configuration of its own that needs no other.
	Examples fs.FS
}

// Example returns the text of the example for a page, such as "provider" or
// "resource_acme_group"; empty if there is none.
func (m Manual) Example(page string) string {
	if m.Examples == nil {
		return ""
	}
	text, err := fs.ReadFile(m.Examples, page+".org.hcl")
	if err != nil {
		return ""
	}
	return string(text)
}
