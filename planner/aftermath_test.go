package planner

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestAftermath: what is known of an object after its step is what the answer showed,
// what was sent, and what was there before; of anything else nothing is made up, since
// it would be sent as nothing.
func TestAftermath(t *testing.T) {
	before := map[string]cty.Value{"a": cty.StringVal("before"), "b": cty.StringVal("before"), "c": cty.StringVal("before")}
	sent := map[string]cty.Value{"b": cty.StringVal("sent"), "c": cty.StringVal("sent")}
	answer := map[string]cty.Value{"c": cty.StringVal("answer"), "d": cty.NullVal(cty.String)}
	o := &aftermath{id: "17", layers: [...]map[string]cty.Value{before, sent, answer}}
	for name, want := range map[string]cty.Value{"id": cty.StringVal("17"), "a": cty.StringVal("before"), "b": cty.StringVal("sent"), "c": cty.StringVal("answer"), "d": cty.NullVal(cty.String)} {
		if got, ok := o.attr(name); !ok || !got.RawEquals(want) {
			t.Errorf("%s is %#v", name, got)
		}
	}
	if got, ok := o.attr("phone"); ok {
		t.Errorf("of what nobody told it says %#v", got)
	}
}
