package web

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// note is who holds a lock, in the words of the protocol: the names of the fields are
// those of Terraform's lock info.
type note struct {
	ID        string
	Operation string
	Info      string
	Who       string
	Version   string
	Created   time.Time
	Path      string
}

const processInfo = "process %d"

// note writes who holds a lock.
func (p *Place) note(who state.LockInfo) []byte {
	text, err := json.Marshal(note{
		ID: who.ID, Operation: who.Command, Info: fmt.Sprintf(processInfo, who.PID), Who: who.Who, Version: p.writer, Created: who.Since, Path: "",
	})
	if err != nil {
		return []byte("{}") // only a time that no calendar has comes here
	}
	return text
}

// holderOf reads who holds a lock out of the answer that says that it is held. Servers
// differ in what they put there; what is not said stays empty.
func holderOf(a *answer) state.LockInfo {
	var n struct {
		note
		Created string // a time that cannot be read is no reason to know nothing
	}
	if json.Unmarshal(a.body, &n) != nil {
		return state.LockInfo{}
	}
	who := state.LockInfo{ID: n.ID, Who: n.Who, Command: n.Operation}
	_, _ = fmt.Sscanf(n.Info, processInfo, &who.PID)
	if at, err := time.Parse(time.RFC3339Nano, n.Created); err == nil {
		who.Since = at.UTC()
	}
	return who
}
