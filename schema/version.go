package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/mod/semver"
)

// CheckVersion reports whether this version of the program may work on the
// configuration: espalier { required_version = ">= 0.1.0, < 2" }. A version that
// is no number, as a build from source has, passes.
func (c *Config) CheckVersion(version string) hcl.Diagnostics {
	if c.Settings.RequiredVersion == "" {
		return nil
	}
	have := canonical(version)
	var diags hcl.Diagnostics
	for term := range strings.SplitSeq(c.Settings.RequiredVersion, ",") {
		operator, want, ok := parseConstraint(term)
		if !ok {
			return hcl.Diagnostics{problem(c.Settings.RequiredVersionRange, "Unreadable version constraint",
				`%q is not a constraint. Write an operator (=, !=, >, >=, <, <=, ~>) and a version, several of them with commas between: ">= 0.1.0, < 2".`,
				strings.TrimSpace(term))}
		}
		if have != "" && !satisfies(have, operator, want) {
			diags = append(diags, problem(c.Settings.RequiredVersionRange, "Another version of the program is required",
				"This is version %s, and the configuration asks for %s. Use a version that fits, or change required_version if the configuration is known to work with this one.",
				version, strings.TrimSpace(term)))
		}
	}
	return diags
}

// canonical returns the version in the form of package semver, or "".
func canonical(version string) string {
	v := "v" + strings.TrimPrefix(strings.TrimSpace(version), "v")
	if !semver.IsValid(v) {
		return ""
	}
	return v
}

func parseConstraint(term string) (operator, version string, ok bool) {
	term = strings.TrimSpace(term)
	operator = "="
	for _, op := range []string{"!=", ">=", "<=", "~>", "=", ">", "<"} {
		if rest, found := strings.CutPrefix(term, op); found {
			operator, term = op, rest
			break
		}
	}
	version = canonical(term)
	return operator, version, version != ""
}

func satisfies(have, operator, want string) bool {
	order := semver.Compare(have, want)
	switch operator {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	}
	// "~> 1.2.3" allows the last given part to grow: 1.2.4, and not 1.3.
	if order < 0 {
		return false
	}
	parts := strings.Split(strings.TrimPrefix(want, "v"), ".")
	switch {
	case len(parts) >= 3:
		return semver.MajorMinor(have) == semver.MajorMinor(want)
	default:
		return semver.Major(have) == semver.Major(want)
	}
}
