package motimate

import (
	"errors"
	"sync"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// wire reads and writes the bodies of the API. Field names are [swagger] unless
// said otherwise. Every field is read as a text of its own kind, as the document
// calls ids integers in one place and strings in another, and level a string.
type wire struct {
	options *options
	live    map[string]string // the live level by our name
	stable  map[string]string // our name by the live level

	mu     sync.Mutex
	answer *shared // what answers about one user have in common
}

func newWire(o *options) *wire {
	w := &wire{options: o, live: map[string]string{}, stable: map[string]string{}, answer: newShared()}
	for _, level := range o.levels {
		w.live[level.Name], w.stable[level.Live] = level.Live, level.Name
	}
	return w
}

type wireUser struct {
	ID               rest.Text  `json:"id"`
	Email            rest.Text  `json:"email"`
	PhoneNumber      rest.Text  `json:"phone_number"`
	EmployeeNumber   rest.Text  `json:"employee_number"`
	FirstName        rest.Text  `json:"first_name"`
	LastName         rest.Text  `json:"last_name"`
	OrganizationRole rest.Text  `json:"organization_role"`
	Groups           []relation `json:"groups"`
	Positions        []relation `json:"positions"`
	// GroupRelations are documented for writing alone; where a server shows them
	// they may be the only place with the role.
	GroupRelations []relation `json:"group_relations"`
}

// texts are the attributes of a user that are plain text, with their fields.
func (u *wireUser) texts() [6]struct {
	name  string
	field *rest.Text
} {
	return [6]struct {
		name  string
		field *rest.Text
	}{
		{"email", &u.Email}, {"phone_number", &u.PhoneNumber}, {"employee_number", &u.EmployeeNumber},
		{"first_name", &u.FirstName}, {"last_name", &u.LastName}, {"organization_role", &u.OrganizationRole},
	}
}

// readUser reads the one user of a body. In the answer to a write an absent
// field is not known; in a reading it is not set, as a server may leave out what
// is empty.
func (w *wire) readUser(body []byte, answer bool) (schema.Object, error) {
	u, ok := plainUser(body)
	if !ok {
		var err error
		if u, err = anyUser(body); err != nil {
			return schema.Object{}, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answer.size() > mostShared {
		w.answer = newShared()
	}
	return w.user(&u, answer, w.answer)
}

// mostShared is how many values are kept for the answers to come.
const mostShared = 1 << 12

// readUsers makes the reader of one listing of people.
func (w *wire) readUsers() func([]byte) ([]schema.Object, error) {
	shared := newShared()
	return func(body []byte) ([]schema.Object, error) {
		page, err := rest.Data[[]wireUser](body)
		if err != nil {
			return nil, err
		}
		objects := make([]schema.Object, len(page))
		for i := range page {
			if objects[i], err = w.user(&page[i], false, shared); err != nil {
				return nil, err
			}
			if objects[i].ID == "" {
				return nil, &provider.Error{Kind: provider.Malformed,
					Err:    errors.New("a user in the list has no id, and there is no other documented way to reach a user"),
					Remedy: "The version of the API behind this address cannot be used; ask Motimate for one whose list of users carries ids"}
			}
		}
		return objects, nil
	}
}

func (w *wire) user(u *wireUser, answer bool, shared *shared) (schema.Object, error) {
	id, err := u.ID.ID()
	if err != nil {
		return schema.Object{}, err
	}
	attrs := emptyAttrs()
	for _, t := range u.texts() {
		if t.field.Present || !answer {
			attrs[t.name] = t.field.Cty()
		}
	}
	if u.OrganizationRole.Value != "" {
		attrs["organization_role"] = shared.text(u.OrganizationRole.Value)
	}
	if err := w.memberships(u, attrs, shared); err != nil {
		return schema.Object{}, err
	}
	return schema.Object{ID: id, Attrs: attrs}, nil
}
