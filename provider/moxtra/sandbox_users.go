package moxtra

import (
	"net/http"
	"strings"

	"github.com/espalier-dev/espalier/internal/sandbox"
)

// What a user is where nothing else is said [user].
const (
	sampleTimezone = "America/Los_Angeles"
	sampleLanguage = "en"
	samplePicture  = "https://www.moxtra.com/service/themes/images/default/avatar-single-360.png"
	sampleStatus   = "GROUP_MEMBER"
)

// sandboxUser is a user, and what the org knows of them.
type sandboxUser struct {
	ID         string       `json:"id"`
	Email      string       `json:"email,omitempty"`
	FirstName  string       `json:"first_name,omitempty"`
	LastName   string       `json:"last_name,omitempty"`
	UniqueID   string       `json:"unique_id,omitempty"`
	OrgID      string       `json:"org_id,omitempty"`
	PictureURI string       `json:"picture_uri,omitempty"`
	Timezone   string       `json:"timezone"`
	Language   string       `json:"language"`
	Phone      string       `json:"phone_number,omitempty"`
	Admin      bool         `json:"admin,omitempty"`
	Disabled   bool         `json:"disabled,omitempty"`
	Status     string       `json:"status,omitempty"`
	Tags       []sandboxTag `json:"tags,omitempty"`
	Revision   int64        `json:"revision,omitempty"`
	Created    int64        `json:"created_time"`
	Updated    int64        `json:"updated_time"`
}

type sandboxTag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// fullName is the first and the last name together.
func (u sandboxUser) fullName() string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// picture is the address of the user's picture, or of the one that all have who have
// none.
func (u sandboxUser) picture() string {
	if u.PictureURI == "" {
		return samplePicture
	}
	return u.PictureURI
}

// touch notes a change. No two changes of a user bear the same time.
func (s *Sandbox) touch(u *sandboxUser) {
	u.Revision++
	u.Updated = max(u.Updated+1, s.now().UnixMilli())
}

// addUser puts a new user into the store, with an id of its own.
func (s *Sandbox) addUser(tx *sandbox.Tx, u sandboxUser) (int64, error) {
	if u.Timezone == "" {
		u.Timezone = sampleTimezone
	}
	u.Language = sampleLanguage
	if u.OrgID != "" {
		u.Status = sampleStatus
	}
	u.Created = s.now().UnixMilli()
	u.Updated = u.Created
	id, err := sandbox.Add(tx, s.users, u)
	if err != nil {
		return 0, err
	}
	u.ID = sandboxID('U', id)
	return id, sandbox.Put(tx, s.users, id, u)
}

func (s *Sandbox) readUser(q *asked) (answer reply, err error) {
	s.store.ReadAs(sandbox.Singles, func(v sandbox.View) {
		var id int64
		var user sandboxUser
		if id, user, err = s.user(q, v, true); err == nil {
			answer.data = s.data(v, func(d *document) { s.describeUser(d, id, user) })
		}
	})
	return answer, err
}

// describeUser writes the user object, in the order of the vendor's sample.
func (s *Sandbox) describeUser(d *document, id int64, u sandboxUser) {
	d.text("id", u.ID)
	d.text("email", u.Email)
	d.text("name", u.fullName())
	d.text("first_name", u.FirstName)
	d.text("last_name", u.LastName)
	d.text("unique_id", u.UniqueID)
	d.text("picture_uri", u.picture())
	d.text("type", "USER_TYPE_NORMAL")
	d.text("timezone", u.Timezone)
	d.text("language", u.Language)
	d.text("org_id", u.OrgID)
	plan, status := "", ""
	if u.OrgID != "" {
		plan, status = "prouser", "GROUP_NORMAL_SUBSCRIPTION"
	}
	d.text("org_plan_code", plan)
	d.text("org_status", status)
	teams := s.teamsOf(id, d.view)
	d.list("teams", len(teams), func(i int) {
		d.text("id", teams[i].ID)
		d.text("name", teams[i].Name)
		d.times(teams[i].Created, teams[i].Updated)
	})
	d.times(u.Created, u.Updated)
}

// profileFields are those that a user is changed by [user].
func (s *Sandbox) profileFields() []string {
	return []string{"first_name", "last_name", "timezone", "language"}
}

func (s *Sandbox) writeUser(q *asked) (answer reply, err error) {
	fields, err := s.readFields(q.Request, s.profileFields()...)
	if err != nil {
		return reply{}, err
	}
	var id int64
	var user sandboxUser
	err = s.store.Write(func(tx *sandbox.Tx) error {
		if id, user, err = s.user(q, sandbox.Now, false); err != nil {
			return err
		}
		if err := s.change(&user, fields); err != nil {
			return err
		}
		s.touch(&user)
		return sandbox.Put(tx, s.users, id, user)
	})
	if err != nil || s.chosen.Is("update_answer", "bare") {
		return reply{}, err
	}
	s.store.Read(func() {
		answer.data = s.data(sandbox.Now, func(d *document) { s.describeUser(d, id, user) })
	})
	return answer, nil
}

// change writes the fields that were sent, and leaves the others as they are.
func (s *Sandbox) change(u *sandboxUser, fields map[string]string) error {
	to := map[string]*string{"first_name": &u.FirstName, "last_name": &u.LastName, "timezone": &u.Timezone, "language": &u.Language}
	for _, name := range s.profileFields() {
		value, ok := fields[name]
		if !ok {
			continue
		}
		if problem := s.problemWith(name, value); problem != "" {
			return &denial{http.StatusBadRequest, problem}
		}
		*to[name] = value
	}
	return nil
}
