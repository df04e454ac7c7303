// Package planner is the judgement: it decides what has to happen so that the
// live organisation becomes the wanted one, holds that decision as plain data,
// and carries it out.
//
// It gets finished values: wanted instances from schema, records of what is
// owned, tables of what is live. It must not know vendors, HTTP, or files; what
// it may conclude from an attribute is said by schema.Purpose. It reaches the
// world through two interfaces of its own, Target and Journal.
//
// Start reading at plan.go (what a plan is), then decide.go (the table), match.go
// (who is who), make.go (the plan put together) and apply.go (the loop). The tree as
// people are shown it, with head counts, is in forest.go.
package planner
