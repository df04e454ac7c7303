package render

import (
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// resourceJSON is a resource change or drift in the JSON document: the fields that
// Terraform has for it, and ours apart from them.
type resourceJSON struct {
	Address         string     `json:"address"`
	PreviousAddress string     `json:"previous_address,omitempty"`
	Mode            string     `json:"mode"`
	Type            string     `json:"type"`
	Name            string     `json:"name"`
	Index           any        `json:"index,omitempty"`
	Provider        string     `json:"provider_name"`
	Deposed         string     `json:"deposed,omitempty"`
	Change          changeJSON `json:"change"`
	Reason          string     `json:"action_reason,omitempty"`
	Own             ownJSON    `json:"espalier"`
}

// ownJSON is what the planner says of a step beside what Terraform would.
type ownJSON struct {
	Action   string        `json:"action"`
	Reason   string        `json:"reason,omitempty"`
	Provider string        `json:"provider,omitempty"`
	Label    string        `json:"label,omitempty"`
	ID       string        `json:"id,omitempty"`
	Changes  []elementwise `json:"changes,omitempty"`
	Needs    []string      `json:"needs,omitempty"`
	Last     bool          `json:"last,omitempty"`
	Release  bool          `json:"release,omitempty"`
	Calls    int           `json:"calls"`
	File     string        `json:"file,omitempty"`
	Line     int           `json:"line,omitempty"`
	*passageJSON
}

// passageJSON is what a move says beside its attributes.
type passageJSON struct {
	From    []string `json:"from_path"`
	To      []string `json:"to_path"`
	Groups  int      `json:"groups"`
	People  int      `json:"people"`
	AtLeast bool     `json:"people_at_least,omitempty"`
}

// changeJSON is one change as Terraform writes it. Before and After are null,
// an object of attributes, or an output's value.
type changeJSON struct {
	Actions         []string      `json:"actions"`
	Before          any           `json:"before"`
	After           any           `json:"after"`
	AfterUnknown    any           `json:"after_unknown"`
	BeforeSensitive any           `json:"before_sensitive"`
	AfterSensitive  any           `json:"after_sensitive"`
	Importing       *importedJSON `json:"importing,omitempty"`
	ReplacePaths    [][]string    `json:"replace_paths,omitempty"`
}

type importedJSON struct {
	ID string `json:"id"`
}

// elementwise is one attribute of a change; sets say who comes and goes.
type elementwise struct {
	Attribute string       `json:"attribute"`
	Added     []memberJSON `json:"added,omitempty"`
	Removed   []memberJSON `json:"removed,omitempty"`
	Before    any          `json:"before,omitempty"`
	After     any          `json:"after,omitempty"`
	Pending   string       `json:"pending,omitempty"`
	Sensitive bool         `json:"sensitive,omitempty"`
	Hidden    bool         `json:"not_shown,omitempty"`
	Drift     bool         `json:"changed_outside,omitempty"`
	Refers    string       `json:"refers,omitempty"`
}

type memberJSON struct {
	ID      string `json:"id,omitempty"`
	Label   string `json:"label,omitempty"`
	Address string `json:"address,omitempty"`
}

// indexOf returns an instance key as JSON has it; nil for none.
func indexOf(k schema.InstanceKey) any {
	switch k.Kind {
	case schema.StringKey:
		return k.Text
	case schema.IntKey:
		return k.Num
	}
	return nil
}

func (o Options) bareResource(a schema.Address) resourceJSON {
	return resourceJSON{Address: a.String(), Mode: "managed", Type: a.Type, Name: a.Name, Index: indexOf(a.Key), Provider: o.vendor(a.Type)}
}

// vendor is the name of the provider of a type.
func (o Options) vendor(typ string) string {
	if t := o.Library.Resources[typ]; t != nil {
		return t.Provider
	}
	name, _, _ := strings.Cut(typ, "_")
	return name
}
