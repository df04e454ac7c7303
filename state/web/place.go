package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"github.com/espalier-dev/espalier/state"
)

// Place is a state on a server. It implements state.Place; its holds cannot append.
type Place struct {
	client                              *client
	address, lockAddress, unlockAddress string
	update, lock, unlock                string // methods
	locks                               bool   // whether to lock at all
	lockGiven                           bool   // whether lockAddress was configured
	writer                              string
}

// Where implements state.Place.
func (p *Place) Where() string { return shown(p.address) }

// Read implements state.Place.
func (p *Place) Read(ctx context.Context) (state.Texts, error) {
	a, err := p.client.do(ctx, http.MethodGet, p.address, nil)
	switch {
	case err != nil:
		return state.Texts{}, err
	case a.status == http.StatusNotFound, a.status == http.StatusNoContent:
		return state.Texts{}, nil
	case !a.ok():
		return state.Texts{}, p.client.refused(a, p.address, "read the state")
	case len(bytes.TrimSpace(a.body)) == 0:
		return state.Texts{}, nil
	}
	return state.Texts{State: a.body}, p.looksRight(a.body)
}

// looksRight fails for what is certainly not a state of ours, so that nobody looks for
// damage in it.
func (p *Place) looksRight(text []byte) error {
	text = bytes.TrimSpace(text)
	if text[0] != '{' {
		return fmt.Errorf("what %s answered is no state%s. Check the address, and whether something stands between, such as a page to log in", p.Where(), excerpt(text))
	}
	var other struct {
		Version *string `json:"terraform_version"`
		Lineage *string
	}
	switch err := json.Unmarshal(text, &other); {
	case err != nil:
	case other.Version != nil:
		return fmt.Errorf("at %s is a state of Terraform or OpenTofu (version %s). Give this one an address of its own", p.Where(), *other.Version)
	case other.Lineage != nil && !bytes.HasPrefix(text, []byte("{\n  \"format\": ")):
		return p.changesTexts()
	}
	return nil
}

// changesTexts says that a server does not give back what it was given. A state has a
// checksum over its bytes, so it could not be told from a damaged one.
func (p *Place) changesTexts() error {
	return &state.Error{
		Where: p.Where(), Problem: "is at a server that changes the text of what it is given",
		Err:    errors.New("what it gives back says the same as JSON, but in other bytes, so its checksum does not fit any more"),
		Remedy: "No call is made. Have the server keep the text as it is, in a column of text or of bytes, not of jsonb; or keep the state elsewhere",
	}
}

// sameJSON reports whether two texts say the same as JSON.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// Lock implements state.Place.
func (p *Place) Lock(ctx context.Context, who state.LockInfo) (state.Hold, error) {
	h := &hold{place: p, who: who}
	if !p.locks {
		return h, nil
	}
	a, err := p.client.do(ctx, p.lock, p.lockAddress, p.note(who))
	if err != nil {
		return nil, err
	}
	switch {
	case a.ok():
		return h, nil
	case a.status == http.StatusLocked || a.status == http.StatusConflict:
		holder := holderOf(a)
		if holder.ID == who.ID { // an earlier try has got it, and its answer was lost
			return h, nil
		}
		return nil, &state.LockedError{Where: p.Where(), Holder: holder}
	case a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotImplemented:
		return nil, p.cannotLock(a)
	}
	return nil, p.client.refused(a, p.lockAddress, "lock the state")
}

func (p *Place) cannotLock(a *answer) error {
	e := &state.Error{Where: p.Where(), Problem: "cannot be locked", Err: fmt.Errorf("%s does not know the method %s (%d)", shown(p.lockAddress), p.lock, a.status)}
	e.Remedy = "Give the address of the lock as lock_address, with lock_method and unlock_method (GitLab and Gitea: the state's address with /lock, POST and DELETE). " +
		"If the server cannot lock and something else keeps runs apart, set lock = false"
	if p.lockGiven {
		e.Remedy = "Check lock_address and lock_method (GitLab and Gitea: the state's address with /lock, POST and DELETE). " +
			"If the server cannot lock and something else keeps runs apart, set lock = false"
	}
	return e
}

// Unlock implements state.Place. The lock is tried first: its holder is told only to
// those who want it too, and some servers unlock whatever id they are given.
func (p *Place) Unlock(ctx context.Context, id string) error {
	if !p.locks {
		return &state.Error{Where: p.Where(), Problem: "is never locked, since lock = false", Remedy: "There is nothing to remove"}
	}
	mine := state.LockInfo{Command: "force-unlock"}.Filled()
	h, err := p.Lock(ctx, mine)
	if err == nil {
		err = h.Release(ctx)
		return errors.Join(&state.Error{Where: p.Where(), Problem: "has no lock to remove", Remedy: "Just run the command again"}, err)
	}
	locked, ok := errors.AsType[*state.LockedError](err)
	switch {
	case !ok:
		return err
	case locked.Holder.ID != "" && locked.Holder.ID != id:
		return p.otherLock(id, locked.Holder)
	}
	holder := locked.Holder
	holder.ID = id
	a, err := p.client.do(ctx, p.unlock, withID(p.unlockAddress, id), p.note(holder))
	switch {
	case err != nil:
		return err
	case a.status == http.StatusLocked || a.status == http.StatusConflict:
		return p.otherLock(id, holderOf(a))
	case !a.ok():
		return p.client.refused(a, p.unlockAddress, "unlock the state")
	}
	return nil
}

// otherLock says that the lock has another id than the one that was given.
func (p *Place) otherLock(id string, holder state.LockInfo) error {
	remedy := fmt.Sprintf("The one there is belongs to %s", holder)
	if holder.ID == "" {
		remedy = "The server does not tell the right id. If the run that locked it still shows it, give that; else remove the lock with the server's own means"
	}
	return &state.Error{Where: p.Where(), Problem: fmt.Sprintf("has no lock %q", id), Remedy: remedy}
}

// withID is an address with the id of a lock, as a server wants it with each write.
func withID(address, id string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Set("ID", id)
	u.RawQuery = q.Encode()
	return u.String()
}
