package schema

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// FuzzTemplate: whatever is read as a template is written and read again the
// same, and nothing panics.
func FuzzTemplate(f *testing.F) {
	f.Add([]byte(`"text"`))
	f.Add([]byte(`{"value":{"type":["set","string"],"value":["a"]}}`))
	f.Add([]byte(`{"value":{"type":["object",{"a":"number"}],"value":{"a":1.5},"sensitive":[[{"attr":"a"}]]}}`))
	f.Add([]byte(`{"pending":{"type":"string","ref":{"address":"a.b[\"c\"]","attr":"id"}}}`))
	f.Add([]byte(`{"pending":{"type":["list","dynamic"],"list":["a",{"pending":{"text":["x"]}}],"sensitive":true}}`))
	f.Add([]byte(`{"pending":{"expr":{"source":"upper(a.b.id)","range":{"file":"f","start":[1,2,3],"end":[4,5,6]},"vars":{"each":{"type":"string","value":"k"}},"uses":["a.b"]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var first Template
		if json.Unmarshal(data, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		var second Template
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if diff := cmp.Diff(first, second, ctyEqual); diff != "" {
			t.Errorf("(-first +second)\n%s", diff)
		}
		first.Refs()
		first.Uses()
		first.Resolve(Resolver{
			Look: func(Ref) (cty.Value, bool) { return cty.StringVal("x"), true },
			Object: func(Address) (map[string]cty.Value, bool) {
				return map[string]cty.Value{"id": cty.StringVal("x")}, true
			},
		})
	})
}

// FuzzConfigJSON: a JSON configuration is read into a tree without a panic, with
// every error placed.
func FuzzConfigJSON(f *testing.F) {
	f.Add([]byte(`{"resource":{"acme_group":{"a":{"name":"A","group":{"b":{"name":"${upper(\"x\")}"}}}}}}`))
	f.Add([]byte(`{"locals":[{"a":1},{"b":[true,null,"\u0041\n${local.a}"]}],"//":"x"}`))
	f.Add([]byte(`{"moved":{"from":"a.b","to":"a.c"},"variable":{"x":{"type":"list(string)"}}}`))
	shape := configShape(testLibrary())
	f.Fuzz(func(t *testing.T, data []byte) {
		body, diags := parseJSON(data, "fuzz.org.json", shape)
		for _, d := range diags {
			if d.Subject == nil {
				t.Errorf("an error without a place: %s", report(diags))
			}
		}
		if !diags.HasErrors() {
			for _, a := range body.Attributes {
				hclsyntax.Variables(a.Expr)
			}
		}
	})
}

// FuzzVariables: files of variables in both syntaxes.
func FuzzVariables(f *testing.F) {
	f.Add([]byte("a = 1\nb = [\"x\"]\n"))
	f.Add([]byte(`{"a": {"b": [1, null]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"x.orgvars", "x.orgvars.json"} {
			list, _ := parseVariables(data, name)
			for _, s := range list {
				s.expr.Value(nil)
			}
		}
	})
}

// FuzzFormat: formatting twice changes nothing more, and what parsed still does.
func FuzzFormat(f *testing.F) {
	f.Add([]byte("a=1\n"))
	f.Add([]byte("b   \"x\"   {\n c=[1,\n2]\n}\n"))
	f.Add([]byte("x = <<E\n ${ a }\nE\n"))
	f.Fuzz(formattedTwice)
}

func formattedTwice(t *testing.T, src []byte) {
	once, diags := Format(src, "x.org.hcl")
	if diags.HasErrors() {
		if !bytes.Equal(once, src) {
			t.Error("a file with errors was changed")
		}
		return
	}
	twice, diags := Format(once, "x.org.hcl")
	if diags.HasErrors() || !bytes.Equal(once, twice) {
		t.Errorf("not the same twice\n%q\n%q\n%s", once, twice, report(diags))
	}
}

func TestFormatTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{
			"a=1\n", "longer_name   =  [1,2]\n", "resource \"acme_group\" \"x\" {\n", "}\n", "\n", "# note\n", "b={a=1,\nb=2}\n",
			"c = <<-EOT\n   ${ upper(\"x\") }\n  EOT\n", "d=x?y:z\n", "e=[for a in b:a if a!=1]\n", "/* x */\n", "f=-1\n", "g = !true\n",
		})).Draw(rt, "pieces")
		var src []byte
		for _, piece := range pieces {
			src = append(src, piece...)
		}
		formattedTwice(t, src)
	})
}

// FuzzCSV: tables of any content and delimiter.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,2\n", ",")
	f.Add("\ufeffa;b\n\"x\"\"y\";\n", ";")
	decode := csvDecode()
	f.Fuzz(func(t *testing.T, text, delimiter string) {
		v, err := decode.Call([]cty.Value{cty.StringVal(text), cty.StringVal(delimiter)})
		if err == nil && !v.IsWhollyKnown() {
			t.Errorf("%q gives %#v", text, v)
		}
	})
}

// FuzzEvaluate: no configuration makes the evaluation panic or gives values that
// do not survive a saved plan.
func FuzzEvaluate(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if filepath.Ext(part.Name) == ".hcl" {
				f.Add(part.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c := newConfig(".", testLibrary())
		body, diags := parseSource(src, "fuzz.org.hcl", true, nil)
		if diags.HasErrors() {
			return
		}
		c.read(body)
		c.checkProviders()
		s, _ := c.Scope(ScopeOptions{ReadData: readTestData})
		s.State()
		s.Guards()
		s.Providers()
		list, diags := s.Instances()
		s.Outputs()
		if diags.HasErrors() {
			return
		}
		for _, in := range list {
			for _, v := range in.Values {
				roundTrip(t, v)
			}
		}
	})
}
