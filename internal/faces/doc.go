// Package faces holds the ways in which a plan is shown against each other and
// against the tools that read them. It has tests alone.
//
// Six organisations in testdata are planned as a user would, with every face asked
// for in the same run: a chain of cafés that moves stores, a hospital whose state was
// lost, a school whose list was cut short, a town hall where somebody changed things by
// hand, a choir of which nothing changes, and a club on two systems at once. What each face
// shows is kept beside them; all must say the same numbers; the JSON must be as the
// published schemas say, as Terraform's own library reads it, and as policies expect it.
//
// Start reading at organisation_test.go, then faces_test.go.
package faces
