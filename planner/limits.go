package planner

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// Limit is what a counting guard lets through: a share of the base, or a number.
type Limit struct {
	// Share is a fraction from 0 to 1; it binds only from Floor on.
	Share float64
	Floor int
	// Number is a plain number, used instead of Share where Absolute is set.
	Number   int
	Absolute bool
}

// Limits are the guards' settings.
type Limits struct {
	MaxDelete         Limit
	MaxMissing        Limit
	MaxPeopleAffected Limit
}

// DefaultLimits are those that hold where a configuration says nothing.
func DefaultLimits() Limits {
	return Limits{MaxDelete: Limit{Share: 0.10, Floor: 5}, MaxMissing: Limit{Share: 0.10, Floor: 5}, MaxPeopleAffected: Limit{Share: 0.10, Floor: 20}}
}

// exceeded reports whether a count is more than the limit lets through.
func (l Limit) exceeded(count, base int) bool {
	if l.Absolute {
		return count > l.Number
	}
	// 29% of 100 are 29, also where 0.29*100 comes out a little less.
	const rounding = 1e-9
	return count >= l.Floor && float64(count) > l.Share*float64(base)+rounding
}

// String says the limit as it is written.
func (l Limit) String() string {
	if l.Absolute {
		return strconv.Itoa(l.Number)
	}
	return strconv.FormatFloat(l.Share*100, 'f', -1, 64) + "%"
}

// The names of the guards, as a guard block and -allow know them.
const (
	GuardMaxDelete         = "max_delete"
	GuardMaxMissing        = "max_missing"
	GuardMaxPeopleAffected = "max_people_affected"
	GuardUserRemoval       = "user_removal"
	GuardUnseenMembers     = "allow_unseen_members"
	GuardRenamedKind       = "renamed_kind"
	GuardOwnAccount        = "own_account"
	GuardLastAdministrator = "last_administrator"
	GuardBelowItself       = "below_itself"
	GuardPreventDestroy    = "prevent_destroy"
	GuardGone              = "gone"
)

// Allowable are the guards that -allow can open once.
func Allowable() []string {
	return []string{GuardMaxDelete, GuardMaxMissing, GuardUserRemoval, GuardMaxPeopleAffected, GuardUnseenMembers, GuardRenamedKind}
}

// ReadLimits takes the limits from a guard block: "10%" or a whole number.
func ReadLimits(block schema.GuardBlock) (Limits, hcl.Diagnostics) {
	limits := DefaultLimits()
	settings := map[string]*Limit{GuardMaxDelete: &limits.MaxDelete, GuardMaxMissing: &limits.MaxMissing, GuardMaxPeopleAffected: &limits.MaxPeopleAffected}
	var diags hcl.Diagnostics
	for name, v := range block.Values {
		l, known := settings[name]
		if !known {
			names := []string{GuardMaxDelete, GuardMaxMissing, GuardMaxPeopleAffected}
			diags = append(diags, problem("Unknown guard", fmt.Sprintf("There is no guard %q that takes a limit. %sThere are: %s.", name, didYouMean(name, names), quoted(names)), block.Ranges[name]))
			continue
		}
		if err := l.set(v); err != nil {
			diags = append(diags, problem("Invalid limit", fmt.Sprintf("%s: %s. Write a share such as \"10%%\", or a whole number of objects such as 25.", name, err), block.Ranges[name]))
		}
	}
	return limits, diags
}

func (l *Limit) set(v cty.Value) error {
	v = plain(v)
	if v.IsNull() {
		return nil
	}
	if !v.IsKnown() {
		return fmt.Errorf("the value is not known yet")
	}
	if v.Type() == cty.Number {
		n, acc := v.AsBigFloat().Int64()
		if acc != big.Exact || n < 0 {
			return fmt.Errorf("%s is not a whole number of at least 0", v.AsBigFloat().Text('g', -1))
		}
		l.Number, l.Absolute = int(n), true
		return nil
	}
	if v.Type() != cty.String {
		return fmt.Errorf("a %s is no limit", v.Type().FriendlyName())
	}
	s := v.AsString()
	if share, ok := strings.CutSuffix(s, "%"); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || !(f >= 0 && f <= 100) { // so that NaN is none either
			return fmt.Errorf("%q is not a share from 0%% to 100%%", s)
		}
		l.Share, l.Absolute = f/100, false
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is neither a share nor a whole number", s)
	}
	l.Number, l.Absolute = n, true
	return nil
}
