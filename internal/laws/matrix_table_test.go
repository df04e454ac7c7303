package laws

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/motimate"
)

// variant is one kind of server, and what a user of it has to write.
type variant struct {
	name       string
	behaviour  map[string]string
	settings   string // lines of the provider block
	people     int
	counted    bool         // it is held how many calls an empty plan costs
	otherKinds bool         // the user does not know what the levels are called
	fullReads  bool         // what lists do not carry is read only where it is asked for
	adapts     []func(*org) // what the user writes otherwise than in the story
	detaches   bool         // the edits take a group to the top
	long       bool         // the edits give somebody a very long name
	renumbers  bool         // the edits give somebody another employee number
	refuses    []refused
}

// refused is a clear refusal that is expected: the phase that ends with it, the
// exit code and the words that are said.
type refused struct {
	phase phase
	code  int
	says  []string
	// partial is set where the rest of the plan was carried out. Otherwise nothing
	// is changed.
	partial bool
	// then is what the user does about it, after which the phase has to end well.
	// Nil is for what nobody can do anything about: the story ends.
	then func(*bench)
	// luck is set where it need not be met.
	luck bool
	met  bool
}

// phase is a part of the story of an organisation.
type phase string

// The phases, in their order. There is a look after each of the others.
const (
	makes    phase = "make"
	looks    phase = "look"
	changes  phase = "change"
	drifts   phase = "drift"
	adopts   phase = "adopt"
	destroys phase = "destroy"
	anywhere phase = ""
)

// refusals is the whole list of what does not simply end as wanted.
func refusals() map[string][]refused {
	partly := func(how func(*org), says ...string) []refused {
		return []refused{{phase: changes, code: 6, partial: true, says: says, then: func(b *bench) { b.adapt(how) }}}
	}
	sets := func(at phase, code int, partial bool, setting string, says ...string) []refused {
		return []refused{{phase: at, code: code, partial: partial, says: says, then: func(b *bench) { b.variant.settings = setting; b.have(b.want) }}}
	}
	kinds := func(says string) []refused {
		return []refused{{phase: makes, code: 6, partial: true, says: []string{"motimate_group.acme", says}, then: func(b *bench) { b.variant.otherKinds = false; b.have(b.want) }}}
	}
	unseen := []refused{{phase: changes, code: 3, says: []string{"The lists do not say who is in a group", "-allow allow_unseen_members=0"},
		then: func(b *bench) { b.allow = []string{"-allow", "allow_unseen_members=0"} }}}
	return map[string][]refused{
		"list_ids=absent":       {{phase: makes, code: 1, says: []string{"a user in the list has no id"}}},
		"token_refused_after=1": {{phase: looks, code: 1, says: []string{"the client is no longer accepted", "Check client_id and client_secret"}}},

		"create_body=form without its setting":               sets(makes, 6, true, settingsFor["create_body=form"], "the body is not in the form that this call takes"),
		"grants=password without its setting":                sets(makes, 1, false, settingsFor["grants=password"], "there is no such grant", "username and password"),
		"role_names=participant,manager without its setting": sets(makes, 6, true, settingsFor["role_names=participant,manager"], `there is no role "member"`),

		"patch_employee_number=refused with its setting": partly(oldNumber, "motimate_user.p7", `there is no field "employee_number"`),
		"patch_employee_number=ignored with its setting": partly(oldNumber, "motimate_user.p7", "did not keep employee_number"),
		"patch_parent=refused":                           partly(unmoved, "motimate_group.east", `there is no field "parent_id"`),
		"patch_parent=ignored":                           partly(unmoved, "motimate_group.east", "did not keep parent"),
		"detach=refused":                                 partly(attached, "motimate_group.lund", "parent_id"),
		"detach=ignored":                                 partly(attached, "motimate_group.lund", "did not keep parent"),
		"unknown_kind=refused with other kinds":          kinds(`there is no kind "Organization"`),
		"unknown_kind=outside with other kinds": append(kinds("did not keep kind"),
			refused{phase: makes, code: 3, says: []string{`The level "Konsern" is called "Egne" now`, "-allow renamed_kind=1"}}),
		"long_texts=refused": partly(short, "motimate_user.p8", "first_name"),
		"long_texts=cut":     partly(short, "motimate_user.p8", "did not keep first_name"),
		"clear=null without its setting": {{phase: changes, code: 6, partial: true, says: []string{"motimate_user.p1", "phone_number is empty", "motimate_user.p3", "last_name is empty"},
			then: func(b *bench) { b.variant.settings = settingsFor["clear=null"]; b.have(b.want) }}},
		"patch_absent=cleared without its setting": {{phase: changes, code: 6, partial: true,
			says: []string{"motimate_user.p4", "email or phone_number is needed", "motimate_group.east", "name is missing"},
			then: func(b *bench) { b.wait(); b.variant.settings = settingsFor["patch_absent=cleared"]; b.have(b.want) }}},
		"names_required=yes": partly(named, "motimate_user.p3", "first_name and last_name are needed"),
		"phones=strict": {{phase: makes, code: 6, partial: true, says: []string{"motimate_user.p1", "phone_number is not a + and digits"},
			then: func(b *bench) { b.adapt(plainPhones) }}},
		"user_delete=reserved": {{phase: drifts, code: 6, partial: true, says: []string{"motimate_user.fresh", "has already been taken"},
			then: func(b *bench) { b.adapt(withoutFresh) }}},
		"user_delete=shown": {{phase: drifts, code: 6, partial: true, says: []string{"motimate_user.fresh", "there is no such user"},
			then: func(b *bench) { b.adapt(withoutFresh) }}},

		"posts=absent": {{phase: makes, code: 1, says: []string{"404", "paths"}, then: func(b *bench) { b.adapt(func(o *org) { o.media = nil }) }}},

		"list_memberships=absent": unseen,
		"membership_touches=yes":  unseen,
		"membership_touches=no":   unseen,
		"filters=work":            unseen,
		"filters=refused":         unseen,
		"filters=ignored":         unseen,
		"list_parents=absent":     {parents(adopts)},
	}
}

// parents is the refusal to guess which group is which.
func parents(at phase) refused {
	return refused{phase: at, code: 1, says: []string{"It cannot be told whether this group is there", "say so with \"espalier import 'motimate_group."}, then: (*bench).importGroups}
}

// unlucky are the refusals that several switches together can bring about.
func unlucky() map[string][]refused {
	again := func(*bench) {}
	return map[string][]refused{
		// Without the parents it cannot be told either which memberships came along
		// with others; a guard holds what would take those away.
		"list_parents=absent": {parents(anywhere), {phase: adopts, code: 3, says: []string{"Guard max_people_affected"}}},
		"order=unstable":      {{phase: anywhere, code: 1, says: []string{"the order of the pages is not stable", "Run again"}, then: again}},
		// The first page is of one world, and the second of another.
		"page_end=refused": {{phase: anywhere, code: 1, says: []string{"there is no such page"}, then: again}},
		// A reading that is up to date ends the wait for what was written, and a later
		// one is not; and a create without a usable answer is looked up in a list of
		// which a part is of before.
		"lag_jitter=replicas": {
			{phase: looks, code: 2, says: []string{"(changed outside)"}, then: (*bench).wait},
			{phase: anywhere, code: 6, says: []string{"has already been taken"}, partial: true, then: (*bench).wait},
			{phase: anywhere, code: 1, says: []string{"has already been taken"}, partial: true, then: (*bench).wait},
		},
	}
}

// settingsFor are what a user has to write in the provider block for a server
// of that kind. Without them it is refused, where that can be seen; see refusals.
var settingsFor = map[string]string{
	"create_body=form":               `create_body = "form"`,
	"clear=null":                     `clear = "null"`,
	"patch_absent=cleared":           `change_body = "whole"`,
	"relations=replace":              `relations = "replace"`,
	"grants=password":                `username = "admin@example.org"`,
	"role_names=participant,manager": "member_role = \"participant\"\n  lead_role = \"manager\"",
}

// samples are further values of switches that can have any.
var samples = map[string][]string{
	"faults": {"*17:500", "*23:502-after", "31:429", "*29:cut-after", "*29:cut-before", "*PATCH#5:cut-body", "*41:expire-tokens",
		"*POST#7:broken-json", "GET#9:broken-json GET#30:broken-json", "*POST#9:empty", "*19:slow=1ms", "GET#8:html GET#27:html"},
	"delay":       {"1ms"},
	"token_life":  {"40s"},
	"token_calls": {"11"},
	"levels":      {"Egne,Konsern,Land,Distrikt,Butikk"},
}

// beside are the switches without which another makes no difference.
var beside = map[string]map[string]string{
	"too_many":           {"faults": "31:429 67:429", "budget": "1200/10m"},
	"budget_header":      {"faults": "31:429", "budget": "1200/10m"},
	"expired_token":      {"token_calls": "15"},
	"lag_jitter":         {"lists_lag": "25 calls"},
	"filters":            {"list_memberships": "absent"},
	"membership_touches": {"list_memberships": "absent"},
	"patch_parent":       {"single_parent": "present"},
	"detach":             {"single_parent": "present"},
	"unknown_kind":       {"levels": "Egne,Konsern,Land,Distrikt,Butikk"},
}

// paged are the switches that matter where a list has several pages, with how many
// people that takes.
var paged = map[string]int{"order": 53, "default_per_page": 30, "per_page_over": 53, "page_cap": 30, "page_end": 53}

// levels are the live names of the four levels that are used, where they are not
// the usual ones.
func (v variant) levels() ([]string, bool) {
	names, ok := v.behaviour["levels"]
	return strings.Split(names, ",")[1:], ok
}

// newVariant makes the variant of a choice, with what a user has to write for it.
func newVariant(name string, chosen map[string]string) variant {
	v := variant{name: name, behaviour: maps.Clone(chosen), people: 10}
	_, v.detaches = chosen["detach"]
	v.detaches = v.detaches && (chosen["patch_parent"] == "" || chosen["patch_parent"] == "allowed")
	_, v.long = chosen["long_texts"]
	for _, one := range slices.Sorted(maps.Keys(chosen)) {
		v.people = max(v.people, paged[one])
		for other, value := range beside[one] {
			if _, set := v.behaviour[other]; !set {
				v.behaviour[other] = value
			}
		}
		if line, ok := settingsFor[one+"="+chosen[one]]; ok {
			v.settings += line + "\n"
		}
	}
	v.fullReads = v.behaviour["list_memberships"] == "absent" &&
		(chosen["filters"] == "refused" || chosen["filters"] == "ignored" || chosen["membership_touches"] == "no")
	return v
}

// switches are those of the server.
func switches(t fataler) []provider.Switch {
	s, err := motimate.NewSandbox(provider.SandboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.Switches()
}

// variants are all values of all switches, one at a time.
func variants(t fataler) []variant {
	out, known := []variant{newVariant("defaults", map[string]string{})}, refusals()
	for _, s := range switches(t) {
		for i, value := range slices.Concat(s.Values, samples[s.Name]) {
			if i == 0 && beside[s.Name] == nil && s.Name != "patch_employee_number" {
				continue // the default
			}
			name := s.Name + "=" + value
			v := newVariant(name, map[string]string{s.Name: value})
			v.refuses, v.counted = known[name], v.behaviour["faults"] == ""
			out = append(out, v)
			if s.Name == "page_end" {
				v.name, v.people = name+" after a full page", pageSize-1 // and the account itself
				out = append(out, v)
			}
			if v.settings != "" {
				v.name += " without its setting"
				v.settings, v.refuses = "", known[v.name]
				out = append(out, v)
			}
			if s.Name == "unknown_kind" {
				v.name, v.otherKinds = name+" with other kinds", true
				v.refuses = known[v.name]
				out = append(out, v)
			}
			if s.Name == "patch_employee_number" {
				v.name, v.settings, v.renumbers = name+" with its setting", "patch_employee_number = true", true
				v.refuses = known[v.name]
				out = append(out, v)
			}
		}
	}
	return out
}

// mixed draws values for some of the switches, but those that end the story.
func mixed(r *rand.Rand, all []provider.Switch) variant {
	known, luck := refusals(), unlucky()
	chosen, may := map[string]string{}, []refused(nil)
	for _, s := range all {
		if r.IntN(4) > 0 {
			continue
		}
		values := slices.DeleteFunc(slices.Concat(s.Values, samples[s.Name]), func(value string) bool {
			list := known[s.Name+"="+value]
			return len(list) > 0 && list[0].then == nil
		})
		value := values[r.IntN(len(values))]
		chosen[s.Name] = value
		may = append(append(may, known[s.Name+"="+value]...), luck[s.Name+"="+value]...)
	}
	if chosen["patch_parent"] == "ignored" || chosen["detach"] == "ignored" {
		// Else nobody can tell at once; see TestIgnoredInSilence.
		chosen["single_parent"], chosen["patch_answer"] = "present", "200"
	}
	if chosen["patch_employee_number"] == "allowed" {
		// A server that takes it in a change, and clears what a change leaves out, needs
		// both settings.
		delete(chosen, "patch_absent")
	}
	v := newVariant("mixed", chosen)
	for i := range may {
		may[i].luck = true
	}
	v.refuses = may
	return v
}
