// Package all is the only list of the vendors that are built in. A new vendor is
// one line in it. It must know nothing of what a vendor does. Start reading at
// all.go.
package all
