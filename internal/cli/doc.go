// Package cli is the composition root: it puts language, judgement, world and
// memory together, one file a command. It knows everyone and nobody knows it;
// it decides nothing itself.
//
// Start reading at main.go, then project.go (what a command works with),
// survey.go (reading the live system) and planning.go; apply.go is the main
// command.
package cli
