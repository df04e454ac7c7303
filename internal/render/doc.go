// Package render turns finished values into what people and programs read: the
// text plan, JSON documents and event streams, diagnostics, progress, reports,
// trees and graphs.
//
// Every exported function takes finished values, an [io.Writer] and [Options],
// and writes; [Events] and [Progress] do the same bit by bit while a run goes on.
// Nothing here decides anything, reads the environment, asks a terminal how wide
// it is, or looks at a clock; the caller passes all of that in. The package knows
// plans and types as data and no vendor by name, and must not import state,
// provider or transport.
//
// Three promises hold for every face. No sensitive value is ever written. Where people
// are not shown by name nobody is named, be it by a value, in a message, or by the key
// of an address (discreet.go; a face draws the plan that discreet_plan.go shades). And no
// value can forge output: control characters, line separators and the
// characters that turn the direction of writing are shown escaped, so one line
// of a value stays one line and column one belongs to this package. The faces
// for programs (JSON, raw outputs) keep values as they are, in the escaping of
// their format.
//
// Start reading at [Plan] in plan.go: sections are made by fold.go from steps,
// a step's lines by step.go from the parts that part.go makes of its changes.
// A [Tree] is chosen, laid out in rows and then written as text, picture or chart.
// The page of [HTML] is page/report.html filled by html_report.go; its scripts under page/
// draw the data that html_data.go describes, and are tested in a real browser.
// [Markdown] writes a plan as chapters that are left out from the end until they fit; what
// is foreign stands in it as code, by markdown_code.go.
// A [Reference] gives the pages under docs/reference, made of types and commands.
// text.go holds the escaping and measuring that everything goes through.
package render
