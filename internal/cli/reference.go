package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/state/all"
	"github.com/espalier-dev/espalier/state/seal"
)

// reference is all that the reference pages are made of.
func (a *app) reference(root *cobra.Command) render.Reference {
	introductions := map[string]string{}
	for name, vendor := range a.vendors {
		introductions[name] = vendor.Manual().Introduction
	}
	return render.Reference{
		Library: a.library, Introductions: introductions,
		Example: func(provider, page string) string { return a.vendors[provider].Manual().Example(page) },
		States:  stateTexts(), Encryption: seal.Settings(), Program: describe(root), Codes: exitCodes(), Guards: guardTexts(), Signs: signTexts(),
	}
}

// stateTexts explains the kinds of state.
func stateTexts() []render.StateText {
	var texts []render.StateText
	for _, k := range all.Kinds() {
		texts = append(texts, render.StateText{Name: k.Name, Doc: k.Doc, Settings: k.Settings})
	}
	return texts
}

// describe turns a command and all below it into data.
func describe(cmd *cobra.Command) render.Command {
	c := render.Command{
		Path: cmd.CommandPath(), Usage: strings.TrimSuffix(cmd.UseLine(), " [flags]"),
		Short: cmd.Short, Long: cmd.Long, Flags: describeFlags(cmd.NonInheritedFlags()),
	}
	if !cmd.HasParent() {
		c.Flags = describeFlags(cmd.PersistentFlags())
		c.Usage = cmd.Name() + " [-chdir=DIR] COMMAND"
	}
	for _, sub := range cmd.Commands() {
		if byLibrary(sub) {
			if sub.Name() == "completion" {
				c.Commands = append(c.Commands, completion(sub))
			}
			continue
		}
		c.Commands = append(c.Commands, describe(sub))
	}
	return c
}

// byLibrary reports whether a command was not made here: the help, and what
// completes commands in shells.
func byLibrary(cmd *cobra.Command) bool {
	return cmd.Hidden || cmd.Name() == "help" || cmd.Name() == "completion"
}

// completion describes the commands that write scripts for shells as one.
func completion(cmd *cobra.Command) render.Command {
	var shells []string
	for _, sub := range cmd.Commands() {
		shells = append(shells, sub.Name())
	}
	return render.Command{
		Path: cmd.CommandPath(), Usage: cmd.CommandPath() + " " + strings.Join(shells, "|"),
		Short: "Write a script that completes commands and flags in a shell",
		Long:  "completion writes the script to standard output. Have the shell read it at its start; with -help behind\nthe name of the shell it says how.",
	}
}

func describeFlags(set *pflag.FlagSet) []render.Flag {
	var flags []render.Flag
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, meaning := pflag.UnquoteUsage(f)
		d := render.Flag{Name: f.Name, Value: value, Meaning: meaning}
		if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, f.DefValue) {
			d.Default = f.DefValue
		}
		flags = append(flags, d)
	})
	return flags
}

// exitCodes says what each exit code means.
func exitCodes() []render.ExitCode {
	return []render.ExitCode{
		{Code: ExitDone, Meaning: "done"},
		{Code: ExitError, Meaning: "error; if it was found before the first write, nothing was changed. After it: everything that was tried failed"},
		{Code: ExitChanges, Meaning: "changes are pending (`plan -detailed-exitcode`)"},
		{Code: ExitRefused, Meaning: "refused by a guard; nothing was sent. Of `fmt -check`: a file is not in the usual form"},
		{Code: ExitOutdated, Meaning: "the plan is out of date: what it was decided on has changed since, or it is not the one that `-plan-id` names"},
		{Code: ExitLocked, Meaning: "the state is locked by another run"},
		{Code: ExitPartial, Meaning: "applied in part, or not saved; the output says what is left, and running it again goes on from there"},
	}
}

// signTexts explains the signs of a plan.
func signTexts() []render.SignText {
	return []render.SignText{
		{Sign: "+", Meaning: "create"},
		{Sign: "&", Meaning: "adopt what is there already, and change what differs"},
		{Sign: "=", Meaning: "another address for the same object; no call"},
		{Sign: "~", Meaning: "update"},
		{Sign: ">", Meaning: "move to another parent, with all below it"},
		{Sign: "-/+", Meaning: "replace: make the new one, then delete the old one"},
		{Sign: "-", Meaning: "delete"},
		{Sign: ".", Meaning: "forget: the state gives it up; no call"},
	}
}

// guardTexts explains the guards, with the limits that hold where none is set.
func guardTexts() []render.GuardText {
	limits := planner.DefaultLimits()
	limit := func(l planner.Limit) string { return fmt.Sprintf("%s, from %d on", l, l.Floor) }
	texts := []render.GuardText{
		{Name: planner.GuardMaxDelete, Default: limit(limits.MaxDelete),
			Refuses: "more deletions than this share of the owned objects of a type"},
		{Name: planner.GuardMaxMissing, Default: limit(limits.MaxMissing),
			Refuses: "more owned objects than this share of a type that the live system no longer shows, as a token with fewer rights would cause"},
		{Name: planner.GuardMaxPeopleAffected, Default: limit(limits.MaxPeopleAffected),
			Refuses: "more people than this share who lose a group or a position, of those in one of them or of all who are owned; and more of whom one attribute is emptied"},
		{Name: planner.GuardUnseenMembers,
			Refuses: "deleting a unit that holds units or people the plan says nothing of"},
		{Name: planner.GuardUserRemoval,
			Refuses: "people gone from the configuration while the provider block does not say what that means"},
		{Name: planner.GuardRenamedKind,
			Refuses: "a level that was renamed live: one finding, with the line of the configuration to change"},
		{Name: planner.GuardOwnAccount, Refuses: "deleting, stripping or demoting the account that holds the token"},
		{Name: planner.GuardLastAdministrator, Refuses: "leaving nobody who administers the organisation, where somebody does"},
		{Name: planner.GuardBelowItself, Refuses: "a wanted tree that goes in a circle over ids that are written or looked up"},
		{Name: planner.GuardPreventDestroy, Refuses: "deleting an object whose `lifecycle` says so"},
		{Name: planner.GuardGone, Refuses: "leaving out what is described, was there, can only be managed and not made, and is gone; `-target` plans the rest alone"},
	}
	opens := map[string]string{
		planner.GuardUserRemoval: "deletes up to N of them", planner.GuardRenamedKind: "leaves up to N units as they are",
	}
	for i := range texts {
		switch t := &texts[i]; {
		case opens[t.Name] != "":
			t.Allow = opens[t.Name]
		case slices.Contains(planner.Allowable(), t.Name):
			t.Allow = "lets up to N through"
		}
	}
	return texts
}
