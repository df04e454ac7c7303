package render

import (
	"encoding/json"
	"fmt"
	"io"
)

// Account is whose token a provider configuration has, or why that is not known.
type Account struct {
	Provider string `json:"provider"` // its key: acme, or acme.north
	Tenant   string `json:"tenant"`
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	// RoleName is the attribute that says what the account may do, Role its value,
	// and AdminRole the value of an administrator. All are empty where the vendor
	// does not say.
	RoleName  string `json:"-"`
	Role      string `json:"role,omitempty"`
	AdminRole string `json:"-"`
	// Problem says why the account is not known; empty if it is.
	Problem string `json:"error,omitempty"`
}

// Accounts writes a line for each account that is known. An account that is no
// administrator's may be refused most changes, and the line says so.
func Accounts(w io.Writer, list []Account) error {
	for _, a := range list {
		if a.Problem != "" {
			continue
		}
		line := fmt.Sprintf("Provider %s: the token is good, for %s (id %s) at %s.", clean(a.Provider), clean(a.Name), clean(a.ID), clean(a.Tenant))
		if a.Role != "" && a.AdminRole != "" && a.Role != a.AdminRole {
			line += fmt.Sprintf(" Its %s is %s, not %s, so changes may be refused.", a.RoleName, quote(a.Role), quote(a.AdminRole))
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// AccountsJSON writes all accounts as one JSON document: format_version and
// accounts, of which those that are not known have an error.
func AccountsJSON(w io.Writer, list []Account) error {
	if list == nil {
		list = []Account{}
	}
	text, err := json.MarshalIndent(struct {
		FormatVersion string    `json:"format_version"`
		Accounts      []Account `json:"accounts"`
	}{"1.0", list}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
