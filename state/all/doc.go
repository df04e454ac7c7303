// Package all is the only list of the kinds of state: whoever adds one writes a line
// here.
//
// It must not know what any of them does.
package all
