// Package postgres keeps states in a PostgreSQL database: the snapshot, its journal,
// its lock and a few former versions, in tables of a schema of their own.
//
// The row of the lock decides everything. It carries a fencing number that rises
// whenever the lock changes hands, and every statement that writes names the number it
// was given, in one transaction with what it writes; so a run that has lost its lock,
// whatever it believes, can write nothing. Who holds the lock renews a lease, by the
// server's clock, and keeps an advisory lock and a session: when that session is gone
// the lock is free at once, and otherwise when the lease has run out. Behind a proxy that
// hands sessions around only the lease counts.
//
// Everything that writes is one statement, so nothing is left half done, and no row
// stays locked, when a connection is cut. A statement whose answer never came is sent
// again, and knows its own traces.
//
// It must not know what the texts say that it keeps.
//
// Start reading with place.
package postgres
