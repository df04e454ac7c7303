package moxtra

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the list are looked up in it where the system has none

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// TestZonesAreThere looks up each name of the list.
func TestZonesAreThere(t *testing.T) {
	names := strings.Fields(zones)
	if len(names) < 500 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%d names, which are to be sorted, and each there once", len(names))
	}
	for _, name := range names {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"America/Los_Angeles", "Asia/Shanghai", "Europe/Oslo", "UTC"} {
		if _, found := slices.BinarySearch(names, name); !found {
			t.Errorf("%s is not among them", name)
		}
	}
}

// TestTheModel holds what the engine concludes from the types.
func TestTheModel(t *testing.T) {
	user, picture := New().Types()[0], New().Types()[1]
	if !user.Standing || user.Lookup != "user_id" || user.Class != schema.ClassPerson || len(user.Keys)+len(user.Content) > 0 {
		t.Errorf("%+v", user)
	}
	if picture.Standing || picture.Lookup != "user_id" || len(picture.Keys)+len(picture.Content) > 0 || picture.Attribute("sha256").Forces {
		t.Errorf("%+v", picture)
	}
	var settable []string
	for _, a := range user.Attributes {
		if !a.Computed {
			settable = append(settable, a.Name)
		}
	}
	if slices.Sort(settable); !slices.Equal(settable, []string{"first_name", "language", "last_name", "timezone", "user_id"}) {
		t.Errorf("%v can be written", settable)
	}
	if codes := user.Attribute("language").Enum; len(codes) != 23 || !slices.Contains(codes, "zh-tw") {
		t.Errorf("languages are %v", codes)
	}
	team := cty.Object(map[string]cty.Type{"id": cty.String, "name": cty.String, "created_time": cty.Number, "created_at": cty.String, "updated_time": cty.Number, "updated_at": cty.String})
	for name, want := range map[string]cty.Type{
		"teams": cty.List(team), "tags": cty.List(cty.Object(map[string]cty.Type{"name": cty.String, "value": cty.String})),
		"created_time": cty.Number, "created_at": cty.String, "admin": cty.Bool, "disabled": cty.Bool, "status": cty.String, "phone_number": cty.String, "org_status": cty.String,
	} {
		if a := user.Attribute(name); a == nil || !a.Type.Equals(want) || !a.Computed {
			t.Errorf("%s is %+v, want a computed %#v", name, a, want)
		}
	}
}
