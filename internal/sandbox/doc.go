// Package sandbox is the core of the embedded servers: a small store that
// survives its process, tokens, paging, a budget of calls, faults on request,
// and a server on loopback.
//
// It knows no vendor. Paths, bodies, rules and error shapes are the vendor's own
// server's, which stands beside that vendor's client and shares nothing with it.
// Nor does it know plans, clients or the state: to them it is a server like any.
//
// Start reading at Store and Table, then Front, which stands before a vendor's
// handler; Switch is how behaviours are declared and chosen.
package sandbox
