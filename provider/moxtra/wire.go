package moxtra

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/internal/rest"
	"github.com/espalier-dev/espalier/schema"
)

// succeeded is the code of an answer that says yes [rest].
const succeeded = "RESPONSE_SUCCESS"

// statuses are what the codes of a no mean. The first four are [rest]; the others are
// inferred, and no more than words for statuses.
var statuses = map[string]int{
	"RESPONSE_ERROR_INVALID_REQUEST":     http.StatusBadRequest,
	"RESPONSE_ERROR_INVALID_TOKEN":       http.StatusUnauthorized,
	"RESPONSE_ERROR_PERMISSION":          http.StatusForbidden,
	"RESPONSE_ERROR_NOT_FOUND":           http.StatusNotFound,
	"RESPONSE_ERROR_CONFLICT":            http.StatusConflict,
	"RESPONSE_ERROR_PRECONDITION_FAILED": http.StatusPreconditionFailed,
	"RESPONSE_ERROR_TOO_MANY_REQUESTS":   http.StatusTooManyRequests,
	"RESPONSE_ERROR_FAILED":              http.StatusInternalServerError,
	"RESPONSE_ERROR_SERVICE_UNAVAILABLE": http.StatusServiceUnavailable,
}

// verdict is what the code in a body says: it counts beside the status [rest]. Without
// one, an error in its place says no; a body without either has nothing against the
// status.
func verdict(body []byte) int {
	var envelope record
	if err := json.Unmarshal(body, &envelope); err != nil {
		return http.StatusOK
	}
	var code rest.Text
	if raw, there := envelope["code"]; there && code.UnmarshalJSON(raw) != nil {
		return 0 // a code that cannot be read is not the one of a yes
	}
	switch {
	case code.Value == succeeded, code.Value == "" && !says(envelope["error"]):
		return http.StatusOK
	}
	return statuses[code.Value]
}

// says reports whether there is anything in a field that names an error.
func says(raw json.RawMessage) bool {
	return len(raw) > 0 && !slices.Contains([]string{"null", "false", `""`, "0", "{}", "[]"}, string(raw))
}

// remedies are what to do about statuses that mean something else here than elsewhere.
func remedies() map[int]string {
	return map[int]string{
		// A path that there is not is answered with 400 too [rest].
		http.StatusBadRequest: "This means one of two things: there is no such endpoint here, or a parameter is bad. Check base_url (with or without /v1) " +
			"and environment in the provider block; if other calls work, check the ids and the values of this one",
		http.StatusMethodNotAllowed: "There is such a path here, but not this call; check base_url and environment in the provider block",
	}
}

// readUser reads the one user of a body. In the answer to a write, which may have no
// data at all, an absent field is not known; in a reading it is not set, as a server
// may leave out what is empty. What only lists show is not known from either.
func readUser(body []byte, answer bool) (schema.Object, error) {
	data, err := dataOf(body, answer)
	if err != nil {
		return schema.Object{}, err
	}
	object, err := readMember(data, slices.Concat(personFields, ownFields, memberFields))
	if err == nil && !answer {
		complete(object.Attrs, personFields)
		complete(object.Attrs, ownFields)
	}
	return object, err
}

// emptiable returns what is under "data" of a reading that may find nothing, which some
// servers say with null.
func emptiable(body []byte) (record, error) {
	data, err := rest.Data[record](body)
	var envelope record
	if err != nil && json.Unmarshal(body, &envelope) == nil && string(envelope["code"]) == `"`+succeeded+`"` && string(envelope["data"]) == "null" {
		return record{}, nil
	}
	return data, err
}

// dataOf returns what is under "data". The answer to a write need not have it, and where
// it says well, anything else there tells no more.
func dataOf(body []byte, answer bool) (record, error) {
	data, err := rest.Data[record](body)
	if err == nil || !answer {
		return data, err
	}
	var envelope *struct {
		Code rest.Text       `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &envelope) == nil && (envelope == nil || len(envelope.Data) == 0 || string(envelope.Data) == "null" || envelope.Code.Value == succeeded) {
		return record{}, nil
	}
	return nil, err
}

// readMember reads an object with an id.
func readMember(object record, fields []field) (schema.Object, error) {
	attrs, err := readFields(object, fields)
	if err != nil {
		return schema.Object{}, err
	}
	id, err := idOf(object)
	if err != nil {
		return schema.Object{}, err
	}
	if id != "" {
		attrs["user_id"] = cty.StringVal(id)
	}
	return schema.Object{ID: id, Attrs: attrs}, nil
}

// idOf returns the id of an object; "" if there is none.
func idOf(object record) (string, error) {
	raw, there := object["id"]
	if !there {
		return "", nil
	}
	var text rest.Text
	if err := text.UnmarshalJSON(raw); err != nil {
		return "", err
	}
	return text.ID()
}

// updateUser writes the body of a change: what changes, and of that only what can.
func updateUser(_ string, change provider.Change) (*rest.Body, error) {
	fields := map[string]string{}
	for _, name := range written {
		if change.Has(name) {
			fields[name] = textOf(change.After[name])
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return &rest.Body{ContentType: "application/json", Data: data}, nil
}

// readOrgUsers reads a page of an org's users: the list, how many there are, and where
// the next page begins [user]. The data may also be the list itself (inferred); the
// two numbers then stand beside it.
func readOrgUsers(body []byte) (rest.Page, error) {
	page := rest.Page{Count: -1}
	var envelope record
	if err := json.Unmarshal(body, &envelope); err != nil {
		_, err := rest.Data[record](body)
		return page, err
	}
	about := envelope
	list, err := rest.Data[[]record](body)
	if err != nil {
		data, err := rest.Data[record](body)
		if err != nil {
			return page, err
		}
		about = data
		if _, there := data["users"]; !there {
			return page, errors.New(`there is nothing under "users" in "data"`)
		}
		if err := json.Unmarshal(data["users"], &list); err != nil {
			return page, errors.New(`"users" is no list of objects`)
		}
	}
	if page.Next, page.Count, err = position(about); err != nil {
		return page, err
	}
	page.Objects = make([]schema.Object, len(list))
	for i, one := range list {
		if page.Objects[i], err = readOrgUser(one); err != nil {
			return page, err
		}
	}
	return page, nil
}

// position says where the next page begins, and how many users there are.
func position(about record) (next string, count int, err error) {
	values, err := readFields(about, []field{{name: "count", shape: shapeNumber}, {name: "last_index", shape: shapeID}})
	if err != nil {
		return "", 0, err
	}
	count = -1
	if v, there := values["count"]; there && !v.IsNull() {
		n, _ := v.AsBigFloat().Int64()
		count = int(n)
	}
	if v, there := values["last_index"]; there && !v.IsNull() {
		if next = v.AsString(); strings.HasPrefix(next, "-") {
			next = "0" // no index is less than that, so it can only mean that there is none
		}
	}
	return next, count, nil
}

func readOrgUser(one record) (schema.Object, error) {
	user, err := readMember(one, slices.Concat(personFields, ownFields, memberFields))
	if err == nil && user.ID == "" {
		err = errors.New("a user in the list has no id")
	}
	if err != nil {
		return schema.Object{}, err
	}
	for _, name := range []string{"admin", "disabled"} { // false by default [user]
		if v, there := user.Attrs[name]; !there || v.IsNull() {
			user.Attrs[name] = cty.False
		}
	}
	return user, nil
}
