package motimate

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// userTexts are the attributes of a user that are sent under their own name.
var userTexts = []string{"email", "phone_number", "employee_number", "first_name", "last_name", "organization_role"}

func (w *wire) createUser(values map[string]cty.Value) (*rest.Body, error) {
	fields := texts(values, userTexts...)
	groups := w.groupRelations(nil, values)
	if len(groups) > 0 {
		fields = append(fields, field{"group_relations", groups})
	}
	if positions := positionRelations(nil, values); len(positions) > 0 {
		fields = append(fields, field{"position_relations", positions})
	}
	return w.createBody(fields), nil
}

func (w *wire) updateUser(id string, c provider.Change) (*rest.Body, error) {
	fields := w.changedTexts(c, userTexts...)
	if c.Has("groups") || c.Has("leads") {
		if err := w.mayReplace(id, c); err != nil {
			return nil, err
		}
		fields = append(fields, field{"group_relations", w.groupRelations(c.Before, c.After)})
	}
	if c.Has("positions") {
		fields = append(fields, field{"position_relations", positionRelations(c.Before, c.After)})
	}
	if len(fields) == 0 {
		return nil, nil
	}
	return jsonBody(w.withTheRest(fields, c, userTexts...)), nil
}

// groupRelations is the whole wanted set of memberships, and with _delete those
// that go: so one request ends right on a server that merges and on one that
// replaces, which is documented nowhere. A role that is not known is left out,
// except that a new membership without a role is that of a member. Where it is
// not known who led before, others than those named may lead, and keep it.
func (w *wire) groupRelations(before, after map[string]cty.Value) [][]field {
	leads, rolesKnown := ids(after, "leads")
	groups, managed := ids(after, "groups")
	if _, known := ids(before, "leads"); !known {
		rolesKnown = false
	}
	old := memberships(before)
	wanted := union(groups, leads)
	if !managed {
		wanted = union(wanted, old) // roles alone change
	}

	list := make([][]field, 0, len(wanted))
	for _, id := range wanted {
		element := []field{{"group_id", idValue(id)}}
		switch {
		case slices.Contains(leads, id):
			element = append(element, field{"role", w.options.leadRole})
		case rolesKnown || !slices.Contains(old, id):
			element = append(element, field{"role", w.options.memberRole})
		}
		list = append(list, element)
	}
	return append(list, removed("group_id", old, wanted)...)
}

// memberships are all groups somebody is in, led or not.
func memberships(values map[string]cty.Value) []string {
	groups, _ := ids(values, "groups")
	leads, _ := ids(values, "leads")
	return union(groups, leads)
}

func positionRelations(before, after map[string]cty.Value) [][]field {
	wanted, _ := ids(after, "positions")
	old, _ := ids(before, "positions")
	list := make([][]field, 0, len(wanted))
	for _, id := range wanted {
		list = append(list, []field{{"position_id", idValue(id)}})
	}
	return append(list, removed("position_id", old, wanted)...)
}

func removed(key string, old, wanted []string) [][]field {
	var list [][]field
	for _, id := range old {
		if !slices.Contains(wanted, id) {
			list = append(list, []field{{key, idValue(id)}, {"_delete", true}})
		}
	}
	return list
}

// mayReplace refuses a change that could demote somebody: where the server
// replaces the memberships by what is sent, one sent without its role may come
// back as that of a member.
func (w *wire) mayReplace(id string, c provider.Change) error {
	if !w.options.replaces {
		return nil
	}
	refuse := func(problem, remedy string) error {
		return &provider.Error{Kind: provider.Refused, Op: "update user " + id, Err: fmt.Errorf("%s", problem), Remedy: remedy}
	}
	old, oldKnown := ids(c.Before, "groups")
	kept, known := ids(c.After, "groups")
	if !known {
		kept, known = old, oldKnown
	}
	if !known {
		return refuse(`the server replaces memberships by what is sent (relations = "replace"), and those the person has are not known, so they would be lost; nothing was sent`,
			`Say groups as well as leads, or set relations = "merge" if the server merges`)
	}
	leads, roles := ids(c.After, "leads")
	if _, before := ids(c.Before, "leads"); roles && before {
		return nil
	}
	for _, group := range kept {
		if slices.Contains(old, group) && !slices.Contains(leads, group) {
			return refuse(fmt.Sprintf(`the server replaces memberships by what is sent (relations = "replace"), and the role the person has in group %s cannot be read, so a lead might become a member; nothing was sent`, group),
				`Say leads as well as groups (leads = [] for none), without assignments = "include", or set relations = "merge" if the server merges`)
		}
	}
	return nil
}

// texts adds the texts that are set.
func texts(values map[string]cty.Value, names ...string) []field {
	var fields []field
	for _, name := range names {
		if v := nullable(values[name]); !v.IsNull() {
			fields = append(fields, textField(name, v))
		}
	}
	return fields
}

// nullable is v without marks, or null where there is none.
func nullable(v cty.Value) cty.Value {
	if v == cty.NilVal {
		return cty.NullVal(cty.String)
	}
	v, _ = v.Unmark()
	return v
}

// ids returns a set of ids, sorted; known is false if the attribute is absent or
// null.
func ids(values map[string]cty.Value, name string) (list []string, known bool) {
	v := nullable(values[name])
	if v.IsNull() {
		return nil, false
	}
	if schema.Marked(v) {
		v, _ = v.UnmarkDeep()
	}
	if v.LengthInt() == 0 {
		return nil, true
	}
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		list = append(list, element.AsString())
	}
	slices.SortFunc(list, rest.CompareIDs)
	return list, true
}

func union(a, b []string) []string {
	if len(b) == 0 {
		return slices.Compact(a) // in order already
	}
	list := slices.Concat(a, b)
	slices.SortFunc(list, rest.CompareIDs)
	return slices.Compact(list)
}
