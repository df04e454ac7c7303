package planner

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/espalier-dev/espalier/schema"
)

// Input is everything a decision is made from.
type Input struct {
	Types map[string]*schema.Type
	// Instances are what is wanted, each after all it needs.
	Instances []*schema.Instance
	// Blocks are the resource blocks by their address without a key, those
	// without an instance included.
	Blocks  map[schema.Address]*schema.Block
	Moved   []schema.Move
	Outputs []schema.OutputValue
	State   State
	// Live holds the tables of live objects by provider configuration and type.
	Live map[string]map[string]*Table
	// Providers tells, by key, what the engine may know of each configuration.
	Providers map[string]Provider
	Guards    Limits
	// Allow lets exactly up to so many through a guard, by its name.
	Allow   map[string]int
	Destroy bool
	// Full takes fields that no answer has confirmed as they are read.
	Full bool
	// RefreshOnly plans nothing and reports drift alone.
	RefreshOnly bool
	// Targets limit the plan; empty is everything.
	Targets []schema.Address
	// Functions are the language's, for values computed from ids.
	Functions map[string]function.Function
	Now       time.Time
}

// State is what the record says.
type State struct {
	Lineage string
	Serial  uint64
	Records map[schema.Address]*Record
	Outputs map[string]cty.Value
	// Hidden names the outputs that are sensitive. Kept holds their values, without
	// their marks, where the state keeps them; nil says that it keeps none.
	Hidden map[string]bool
	Kept   map[string]cty.Value
	// Intents are the calls that earlier runs began and never learned the end of.
	Intents []Intent
	// Deleted are ids, by provider configuration and type, that we deleted, and
	// when.
	Deleted map[ObjectID]time.Time
	// Digest gives the digest under which a sensitive value is recorded.
	Digest func(cty.Value) string
}

// ObjectID names a live object.
type ObjectID struct{ Provider, Type, ID string }

// Record is one owned object as the state knows it.
type Record struct {
	Address  schema.Address
	Provider string
	ID       string
	Attrs    map[string]cty.Value
	Digests  map[string]string
	Writes   map[string]Write
	Needs    []schema.Address
	// Deposed are the ids of objects that this one has replaced and that are still
	// to be deleted.
	Deposed []string
	// Read is when the attributes were last read in full, Written when we last
	// wrote to the object.
	Read, Written time.Time
}

// Write is one value we sent and what came of it.
type Write struct {
	// Before is cty.NilVal once a reading has shown another value: what is read
	// is believed then.
	Before, Sent, Answer cty.Value
	At                   time.Time
	// Earlier are the values from before earlier writes of ours, which a lagging
	// read may still show.
	Earlier []Former
}

// Former is a value an attribute had until a write of ours, and when that was.
type Former struct {
	Value cty.Value
	At    time.Time
}

// Provider is what the engine may know of a provider configuration.
type Provider struct {
	// Tenant tells the tenant that the configuration reaches from any other.
	Tenant string
	// Levels are the names of the tree levels, highest first; empty if the
	// configuration does not name them.
	Levels []string
	// LevelNames says by level what it is called live; empty like Levels.
	LevelNames map[string]LevelName
	// Removal is what happens to a person gone from the configuration.
	Removal string
	// Self is the id of the account that holds the token; empty if unknown.
	Self string
	// Mutable names, by type, create-only attributes that this configuration may
	// change all the same.
	Mutable map[string][]string
	// ReadLag is how long a read may be behind a write.
	ReadLag time.Duration
}

// Removals a provider configuration can ask for.
const (
	RemovalRefuse = "refuse"
	RemovalStrip  = "strip"
	RemovalForget = "forget"
	RemovalDelete = "delete"
)

// problem makes an error diagnostic.
func problem(summary, detail string, at hcl.Range) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
	if at.Filename != "" {
		d.Subject = &at
	}
	return d
}
