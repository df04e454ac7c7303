package render

import _ "embed"

// The JSON Schemas of what programs read: every field there is, and no other.
var (
	//go:embed schemas/plan.schema.json
	planSchema string
	//go:embed schemas/events.schema.json
	eventsSchema string
)

// schemaPages are the JSON Schemas among the reference pages.
func schemaPages() []Page {
	return []Page{{"plan.schema.json", planSchema}, {"events.schema.json", eventsSchema}}
}
