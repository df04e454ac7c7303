// Package servertest starts real servers for tests: each on a free port of the
// loopback interface, with its data in a temporary folder, and ended by the process
// that started it, whatever becomes of that. A test whose server is not installed
// is skipped, with a line that says how to get it.
//
// It must not know what the tests use the servers for.
package servertest
