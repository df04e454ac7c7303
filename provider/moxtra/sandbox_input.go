package moxtra

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // for machines that have no TZ database of their own
)

// readObject takes a body apart, which has to be a JSON object.
func (s *Sandbox) readObject(r *http.Request, to any) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return refuse("the body is not application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	if err != nil {
		return &denial{http.StatusRequestEntityTooLarge, "the body is too large or ends early"}
	}
	if text := strings.TrimSpace(string(body)); !strings.HasPrefix(text, "{") || json.Unmarshal(body, to) != nil {
		return refuse("the body is not a JSON object of such fields")
	}
	return nil
}

// readFields reads a body of texts that have these names. Others are refused: of a
// server that passes over them we would not learn that they are of no use.
func (s *Sandbox) readFields(r *http.Request, known ...string) (map[string]string, error) {
	raw := map[string]any{}
	if err := s.readObject(r, &raw); err != nil {
		return nil, err
	}
	fields := map[string]string{}
	var problems []string
	for name, value := range raw {
		text, ok := value.(string)
		switch {
		case !slices.Contains(known, name):
			problems = append(problems, fmt.Sprintf("there is no field %q", name))
		case !ok:
			problems = append(problems, name+" is not a string")
		}
		fields[name] = text
	}
	if len(problems) > 0 {
		slices.Sort(problems)
		return nil, refuse("%s", strings.Join(problems, "; "))
	}
	return fields, nil
}

// problemWith says why a user's field cannot have a value; "" is nothing.
func (s *Sandbox) problemWith(name, value string) string {
	switch {
	case value == "" && s.chosen.Is("clear", "refused"):
		return name + " is empty"
	case name == "language" && s.chosen.Is("languages", "checked") && !slices.Contains(sandboxLanguages(), value):
		return fmt.Sprintf("there is no language %q", value)
	case name == "timezone" && s.chosen.Is("timezones", "checked") && !isTimezone(value):
		return fmt.Sprintf("there is no timezone %q", value)
	}
	return ""
}

// sandboxLanguages are those of the vendor's page [user].
func sandboxLanguages() []string {
	return strings.Fields("da de en es fi fr id it ja ko lt nb nl nn no pt ru sv th tr vi zh zh-tw")
}

// isTimezone reports whether the TZ database has a name.
func isTimezone(name string) bool {
	if name == "" || name == "Local" {
		return false // Go's own names
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
