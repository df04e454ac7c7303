package moxtra

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// sampleText is what the vendor's page shows in its samples. Where two of them
// contradict each other, as in the org of the account, one was taken.
//
//go:embed sandbox_samples.json
var sampleText []byte

// sandboxOrg is the one org, by its id on the vendor's page.
const sandboxOrg = "PuE0cDUJRkg98FG0FUwJqi4"

// sampleTime is when the org's users on the vendor's page were made.
const sampleTime = 1474162628929

// sandboxSample is the first content of a store: the account that tokens are for,
// which is the first user, and what surrounds it.
type sandboxSample struct {
	Users []sandboxUser
	Teams []sandboxTeam
	// Feeds and Todos are the account's. There is no call that changes them.
	Feeds []sandboxFeed
	Todos json.RawMessage
}

func readSample() (sample sandboxSample, err error) {
	if err = json.Unmarshal(sampleText, &sample); err != nil {
		err = fmt.Errorf("read the samples of the sandbox: %w", err)
	}
	return sample, err
}

// furnish puts the samples into a new store, and as many more users of the org as
// were asked for.
func (s *Sandbox) furnish() error {
	if s.users.Len() > 0 {
		return nil
	}
	return s.store.Furnish(func(tx *sandbox.Tx) error {
		for _, user := range s.sample.Users {
			if _, err := sandbox.Add(tx, s.users, user); err != nil {
				return err
			}
		}
		for n := len(s.sample.Users) + 1; n <= s.number("org_users"); n++ {
			if _, err := sandbox.Add(tx, s.users, plainUser(n)); err != nil {
				return err
			}
		}
		for _, team := range s.sample.Teams {
			if _, err := sandbox.Add(tx, s.teams, team); err != nil {
				return err
			}
		}
		return nil
	})
}

// plainUser is the n-th user of the org that is none of the samples.
func plainUser(n int) sandboxUser {
	return sandboxUser{ID: sandboxID('U', int64(n)), UniqueID: "sample-" + strconv.Itoa(n), FirstName: "User", LastName: strconv.Itoa(n),
		OrgID: sandboxOrg, Status: sampleStatus, Timezone: sampleTimezone, Language: sampleLanguage, Created: sampleTime, Updated: sampleTime}
}

// sandboxID is the id of what the server made itself: a letter for what it is, and
// 22 letters or digits.
func sandboxID(letter byte, n int64) string { return fmt.Sprintf("%c%022d", letter, n) }
