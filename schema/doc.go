// Package schema is the language: files of HCL and JSON in, wanted objects with
// source positions out.
//
// Load reads a folder and checks everything that can be checked without a
// value. Config.Scope adds the variables and evaluates the rest: settings,
// providers, data sources, resource instances and outputs. What is not known
// before an apply stays in the result as a Template, plain data that a saved
// plan can hold.
//
// Evaluation is lazy and per instance. A reference in an expression is compiled
// to a node that asks the Scope for the one thing it names (compile.go,
// node.go), which evaluates that thing once, notes who depends on it
// (evaluator.go) and finds cycles between instances, not between blocks
// (order.go). A for_each is evaluated once per block, and what does not change
// from one instance to the next is evaluated once.
//
// The package must not know a vendor, a network, a state or a plan. It learns
// what types there are from a Library, and what is live from callbacks.
//
// Start reading at load.go, then scope.go and instances.go.
package schema
