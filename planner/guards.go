package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espalier-dev/espalier/schema"
)

// guard holds the rules against the plan. A refusal stops nothing from being
// shown; it stops it from being applied.
func (m *Match) guard() {
	m.guardMaxDelete()
	m.guardMaxMissing()
	if len(m.plan.Steps) > 0 {
		t := m.tally()
		t.guardPeople()
		t.guardUnseen()
		t.warnEmptied()
	}
	m.guardRemoval()
	m.guardOwnAccount()
	m.guardLastAdministrator()
	m.guardPreventDestroy()
	m.guardBelowItself()
	m.guardGone()
	m.guardRenamedKinds()
}

// refusal adds one, unless -allow lets that many through.
func (m *Match) refusal(r Refusal) {
	if slices.Contains(Allowable(), r.Guard) {
		if n, ok := m.in.Allow[r.Guard]; ok && r.Count <= n {
			return
		}
		r.Allow = fmt.Sprintf("-allow %s=%d", r.Guard, r.Count)
	}
	m.plan.Refusals = append(m.plan.Refusals, r)
}

// owned counts, for each type, the objects owned before the plan.
func (m *Match) owned() map[string]int {
	out := map[string]int{}
	for addr := range m.records {
		out[addr.Type]++
	}
	return out
}

func (m *Match) guardMaxDelete() {
	names := map[string][]string{}
	for i := range m.plan.Steps {
		if s := &m.plan.Steps[i]; s.Action == Delete && !s.Replaced { // a new one has taken the place of what was replaced
			names[s.Address.Type] = append(names[s.Address.Type], s.Label)
		}
	}
	m.guardCount(GuardMaxDelete, m.in.Guards.MaxDelete, names, "Too many %s would be deleted",
		"would be deleted", "If a file was cut short or a block slipped out, put it back. If it is meant, let exactly this through once.")
}

func (m *Match) guardMaxMissing() {
	names := map[string][]string{}
	for _, addr := range sortedAddresses(m.records) {
		rec := m.records[addr]
		if t := m.table(rec.Provider, addr.Type); t != nil {
			if _, ok := t.byID[rec.ID]; !ok {
				names[addr.Type] = append(names[addr.Type], label(t.typ, attrsGetter(rec.Attrs), rec.ID))
			}
		}
	}
	m.guardCount(GuardMaxMissing, m.in.Guards.MaxMissing, names, "Too many %s are missing",
		"were not in the server's list", "An empty or shortened answer, or a token with fewer rights, looks just like this, and making them again could make people twice. Check the token and the vendor's own pages first.")
}

// guardCount refuses each type of which more objects are affected than a limit
// lets through. names are those of the objects, by type.
func (m *Match) guardCount(guard string, limit Limit, names map[string][]string, summary, what, remedy string) {
	owned := m.owned()
	for _, typ := range sortedNames(names, owned) {
		affected, base, noun := names[typ], owned[typ], m.in.Types[typ].Noun[1]
		if !limit.exceeded(len(affected), base) {
			continue
		}
		m.refusal(Refusal{Guard: guard, Count: len(affected), Base: base, Names: firstTen(affected),
			Summary: fmt.Sprintf(summary, noun),
			Detail:  fmt.Sprintf("%d of the %d %s that are managed %s; %s is %s. %s", len(affected), base, noun, what, guard, limit, remedy)})
	}
}

// guardRemoval refuses to remove people where nothing says what removal means.
func (m *Match) guardRemoval() {
	byProvider := map[string][]string{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if s.Class == schema.ClassPerson && s.Action == Delete && m.in.Providers[s.Provider].Removal == RemovalRefuse {
			byProvider[s.Provider] = append(byProvider[s.Provider], s.Label)
		}
	}
	for _, provider := range sortedNames(byProvider, m.in.Providers) {
		names := byProvider[provider]
		if len(names) == 0 {
			continue
		}
		owned := 0
		for addr, rec := range m.records {
			if rec.Provider == provider && m.in.Types[addr.Type].Class == schema.ClassPerson {
				owned++
			}
		}
		m.refusal(Refusal{Guard: GuardUserRemoval, Count: len(names), Base: owned, Names: firstTen(names),
			Summary: "People would be removed",
			Detail: fmt.Sprintf("%s no longer wanted, and provider %q does not say what that means for a person. Set user_removal there: \"strip\" takes them out of every group and position and leaves the account, \"forget\" leaves them as they are, \"delete\" deletes the accounts with all their data. The flag below deletes exactly these, once.",
				isAre(len(names), "person is", "people are"), provider)})
	}
}

// guardOwnAccount never lets the account that holds the token be removed or
// lose its rights.
func (m *Match) guardOwnAccount() {
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		self := m.in.Providers[s.Provider].Self
		if self == "" || s.Class != schema.ClassPerson || s.ID != self {
			continue
		}
		what := ""
		switch {
		case s.Action == Delete:
			what = "deleted"
		case s.Release && s.Calls > 0:
			what = "taken out of its groups and positions"
		case m.demotes(s):
			what = "demoted"
		default:
			continue
		}
		m.refusal(Refusal{Guard: GuardOwnAccount, Count: 1, Base: 1, Names: []string{s.Label}, File: s.File, Line: s.Line,
			Summary: "The run would saw off its own branch",
			Detail: fmt.Sprintf("%s (%s) is the account that holds the token, and it would be %s. Use a token of another administrator, or leave this account as it is (\"espalier state rm '%s'\" lets go of it).",
				s.Address, s.Label, what, s.Address)})
	}
}

// demotes reports whether the step takes an administrator's role away.
func (m *Match) demotes(s *Step) bool {
	typ := m.in.Types[s.Address.Type]
	for _, c := range s.Changes {
		attr := typ.Attribute(c.Attr)
		if attr.Purpose != schema.PurposeAdmin || !c.After.IsKnown() {
			continue
		}
		had, _ := text(c.Before)
		has, _ := text(c.After.Value)
		if had == attr.Admin && has != attr.Admin {
			return true
		}
	}
	return false
}

func (m *Match) guardPreventDestroy() {
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if s.Replaced || s.Action != Delete && s.Action != Replace && !(s.Release && s.Calls > 0) {
			continue
		}
		b := m.in.Blocks[s.Address.Resource()]
		if b == nil || !b.PreventDestroy {
			continue
		}
		m.refusal(Refusal{Guard: GuardPreventDestroy, Count: 1, Base: 1, Names: []string{s.Label}, File: b.Range.Filename, Line: b.Range.Start.Line,
			Summary: fmt.Sprintf("%s must not be destroyed", s.Address),
			Detail:  fmt.Sprintf("The plan would take %s away, and its block says prevent_destroy = true. Keep it in the configuration, or take that line out first.", s.Address)})
	}
}

func firstTen(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return out[:min(len(out), 10)]
}

func isAre(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, strings.TrimSpace(many))
}
