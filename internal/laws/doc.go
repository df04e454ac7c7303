// Package laws holds the whole program to its laws, over random organisations
// and random edits of them: a plan after an apply is empty, a saved plan does
// what a direct apply does, one call at a time and ten end alike, a lost state
// costs no call, nothing that is not ours is touched, no secret comes out; and
// whatever goes wrong on the way, the same command again ends as wanted.
//
// Its tests drive the command line in the test's own process against the
// embedded server over real HTTP, and look at the server as somebody else would.
// They know nothing of how a plan is made.
//
// What is not a test is the Door: it stands before a server, lets requests go
// wrong, remembers all of them, and says what was sent that must never be. Tests
// elsewhere use it too; the program does not. It imports nothing of ours.
//
// The matrix tells one story, for each vendor its own, to servers of every kind: each
// value of each switch of the embedded server, and choices of several. Its table says
// what is refused, and what a user then does.
//
// Start reading at org_test.go (what is drawn), then folder_test.go (how it is
// written down), then laws_test.go; for what goes wrong at door.go, history.go,
// then faults_test.go; for the matrix at matrix_test.go, then matrix_table_test.go.
package laws
