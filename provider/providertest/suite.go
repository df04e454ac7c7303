package providertest

import (
	"context"
	"testing"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/schema"
)

// Subject is what the suite is run on: a client for an organisation that is
// empty but for the account that holds the token.
type Subject struct {
	Provider provider.Provider
	Client   provider.Client
	// Kinds are the names of tree levels that units can be made at, highest
	// first; at least three where the provider has units.
	Kinds []string
	// PageSize is the size of the pages that the server gives; 0 leaves the
	// number of calls unchecked.
	PageSize int
	// Standing are the ids of people who are there and may be changed, at least two,
	// where the provider has a type of people that cannot be made. They are listed.
	Standing []string
	// Alias is what stands for the account in such a type's look-up; empty for none.
	Alias string
	// Brief takes fewer random values: for servers that differ in one point from
	// one that was tested in full.
	Brief bool
	// KeepsUnnamed says that a create which was refused as a duplicate is told by
	// the keys of the type; servers that allow duplicates set it to false.
	RefusesDuplicates bool
}

// Run runs the suite. open is called for each part and gives it an organisation
// of its own.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	parts := []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"values survive", valuesSurvive},
		{"pages are all read", pagesAreRead},
		{"what is not there is not found", nothingIsNotFound},
		{"keys that are taken are refused", duplicatesAreRefused},
		{"memberships come and go", membershipsComeAndGo},
		{"units move", unitsMove},
		{"references come and go", referencesComeAndGo},
		{"listings are shared until a write", listingsAreShared},
		{"the account knows itself", selfIsKnown},
		{"a cancelled call says so", cancelledIsCancelled},
		{"an alias is the account", aliasIsTheAccount},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			part.run(t, &bench{Subject: open(t), open: open, ctx: context.Background(), dir: t.TempDir()})
		})
	}
}

// bench is a subject at work.
type bench struct {
	Subject
	open  func(t *testing.T) Subject
	ctx   context.Context
	count int    // makes keys unique
	grown int    // objects that grow has made
	dir   string // of the files that are uploaded
}

// typ returns the first type of a class, or nil.
func (b *bench) typ(class schema.Class) *schema.Type {
	for _, t := range b.Provider.Types() {
		if t.Class == class {
			return t
		}
	}
	return nil
}

func (b *bench) must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// fataler is what testing.T and rapid.T have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}
