// Package laws holds the whole program to its laws, over random organisations
// and random edits of them: a plan after an apply is empty, a saved plan does
// what a direct apply does, one call at a time and ten end alike, a lost state
// costs no call, nothing that is not ours is touched, no secret comes out.
//
// It has tests alone. They drive the command line in the test's own process
// against the embedded server over real HTTP, and look at the server as somebody
// else would. They know nothing of how a plan is made.
//
// Start reading at org_test.go (what is drawn), then folder_test.go (how it is
// written down), then laws_test.go.
package laws
