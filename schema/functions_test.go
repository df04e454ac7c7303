package schema

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// surroundings is what the expressions of the tests below can refer to.
const surroundings = `
variable "secret" {
  default   = "hush"
  sensitive = true
}
locals {
  list   = ["b", "a", "c"]
  map    = { x = 1, y = 2 }
  people = csvdecode(file("people.csv"))
}
resource "acme_group" "g" { name = "G" }
resource "acme_group" "unit" {
  for_each = toset(["k1", "k2"])
  name     = each.key
}
-- people.csv --
name,unit
Ann,a
"Bo ""B"" Ek",
-- files/a.txt --
hello
-- files/deep/b.txt --
deep
-- t.tpl --
%{ for p in people ~}${p}!%{ endfor ~}
`

func TestFunctions(t *testing.T) {
	s := open(t, surroundings, ScopeOptions{Environ: []string{"HOME_TOWN=Oslo=x", "EMPTY="}})
	for source, want := range map[string]string{
		`abs(-3)`: `3`, `ceil(1.2)`: `2`, `floor(1.8)`: `1`, `log(8, 2)`: `3`, `max(1, 5, 3)`: `5`, `min(4, 2)`: `2`,
		`parseint("ff", 16)`: `255`, `pow(2, 10)`: `1024`, `signum(-9)`: `-1`, `sum([1, 2.5])`: `3.5`,
		`chomp("a\n")`: `"a"`, `endswith("abc", "bc")`: `true`, `startswith("abc", "b")`: `false`, `strcontains("abc", "b")`: `true`,
		`format("%s-%03d", "a", 7)`: `"a-007"`, `formatlist("%s!", local.list)`: `["b!", "a!", "c!"]`, `indent(2, "a\nb")`: `"a\n  b"`,
		`join("-", local.list)`: `"b-a-c"`, `lower("ÆB")`: `"æb"`, `upper("æb")`: `"ÆB"`, `title("a b")`: `"A B"`,
		`regex("[a-z]+", "12ab")`: `"ab"`, `regexall("[0-9]", "1a2")`: `["1", "2"]`, `replace("a.b.c", ".", "-")`: `"a-b-c"`,
		`replace("a1b22", "/[0-9]+/", "#")`: `"a#b#"`, `replace("a/b", "/", "-")`: `"a-b"`, `regexreplace("a1", "[0-9]", "x")`: `"ax"`,
		`split(",", "a,b")`: `["a", "b"]`, `strrev("abc")`: `"cba"`, `substr("hello", 1, 3)`: `"ell"`,
		`trim("--a--", "-")`: `"a"`, `trimprefix("xa", "x")`: `"a"`, `trimsuffix("ax", "x")`: `"a"`, `trimspace(" a ")`: `"a"`,
		`alltrue([true, false])`: `false`, `alltrue([])`: `true`, `anytrue([false, true])`: `true`, `anytrue([])`: `false`,
		`chunklist(["a", "b", "c"], 2)`: `[["a", "b"], ["c"]]`, `coalesce(null, "", "x")`: `"x"`, `coalescelist([], ["a"])`: `["a"]`,
		`compact(["a", "", null])`: `["a"]`, `concat(["a"], ["b"])`: `["a", "b"]`, `contains(local.list, "a")`: `true`, `contains(toset(["x"]), "y")`: `false`,
		`distinct(["a", "a"])`: `["a"]`, `element(local.list, 4)`: `"a"`, `flatten([["a"], [["b"]]])`: `["a", "b"]`, `index(local.list, "c")`: `2`,
		`keys(local.map)`: `["x", "y"]`, `values(local.map)`: `[1, 2]`, `length("æ日")`: `2`, `length(local.list)`: `3`, `length(local.map)`: `2`, `length(toset(["a", "a"]))`: `1`,
		`lookup(local.map, "x")`: `1`, `lookup(local.map, "z", 9)`: `9`, `lookup(tomap({ a = "b" }), "a", "c")`: `"b"`, `lookup(local.map, "z", null)`: `null`,
		`matchkeys(["i1", "i2"], ["a", "b"], ["b"])`: `["i2"]`, `merge(local.map, { z = 3 })`: `{x = 1, y = 2, z = 3}`, `one([])`: `null`, `one(["a"])`: `"a"`,
		`range(3)`: `[0, 1, 2]`, `reverse(local.list)`: `["c", "a", "b"]`, `sort(local.list)`: `["a", "b", "c"]`, `slice(local.list, 1, 2)`: `["a"]`,
		`setintersection(["a", "b"], ["b"])`: `["b"]`, `setsubtract(["a", "b"], ["b"])`: `["a"]`, `setunion(["a"], ["b"])`: `["a", "b"]`,
		`setproduct(["a"], ["x", "y"])`: `[["a", "x"], ["a", "y"]]`, `transpose({ a = ["x"], b = ["x"] })`: `{x = ["a", "b"]}`, `zipmap(["a"], [1])`: `{a = 1}`,
		`base64encode("æ")`: `"w6Y="`, `base64decode("w6Y=")`: `"æ"`, `urlencode("a b&c")`: `"a+b%26c"`,
		`csvdecode("a;b\n1;", ";")`: `[{a = "1", b = ""}]`, "csvdecode(\"\ufeffa\\n1\")": `[{a = "1"}]`, `csvdecode("a,b\n")`: `[]`, `local.people[1].name`: `"Bo \"B\" Ek"`,
		`jsondecode("{\"a\":[1]}")`: `{a = [1]}`, `jsonencode({ a = [1, null] })`: `"{\"a\":[1,null]}"`,
		`yamldecode("a: [1, x]")`: `{a = [1, "x"]}`, `yamlencode({ a = 1 })`: `"\"a\": 1\n"`,
		`formatdate("YYYY-MM-DD", "2024-02-03T04:05:06Z")`: `"2024-02-03"`, `timeadd("2024-02-03T04:05:06Z", "1h")`: `"2024-02-03T05:05:06Z"`,
		`md5("a")`: `"0cc175b9c0f1b6a831c399e269772661"`, `sha1("a")`: `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`,
		`substr(sha256("a"), 0, 8)`: `"ca978112"`, `substr(sha512("a"), 0, 8)`: `"1f40fc92"`,
		`tobool("true")`: `true`, `tonumber("4")`: `4`, `tostring(4)`: `"4"`, `tolist(["a", 1])`: `["a", "1"]`, `toset(["b", "a", "b"])`: `["a", "b"]`, `tomap({ a = 1, b = "x" })`: `{a = "1", b = "x"}`,
		`type([1, "a"])`: `"tuple([number,string])"`, `nonsensitive(var.secret)`: `"hush"`,
		`try(local.map.nope, "fallback")`: `"fallback"`, `can(local.map.nope)`: `false`, `can(local.map.x)`: `true`,
		`file("files/a.txt")`: `"hello\n"`, `fileexists("files/a.txt")`: `true`, `fileexists("nope")`: `false`, `fileexists("files")`: `false`,
		`fileset("files", "**/*.txt")`: `["a.txt", "deep/b.txt"]`, `fileset("files", "*")`: `["a.txt"]`, `fileset(".", "nope/*")`: `[]`,
		`filebase64("files/a.txt")`: `"aGVsbG8K"`, `substr(filesha256("files/a.txt"), 0, 8)`: `"5891b5b5"`,
		`templatefile("t.tpl", { people = ["Ann", "Bo"] })`: `"Ann!Bo!"`,
		`env("HOME_TOWN")`: `"Oslo=x"`, `env("EMPTY")`: `""`, `env("NOPE", "d")`: `"d"`, `env("NOPE", null)`: `null`,
		`local.list[*]`: `["b", "a", "c"]`, `local.people[*].unit`: `["a", ""]`, `[for i, v in local.list : "${i}${v}" if v != "a"]`: `["0b", "2c"]`,
		`{ for p in local.people : p.unit => p.name... }`: `{ = ["Bo \"B\" Ek"], a = ["Ann"]}`,
		`acme_group.g.name`: `"G"`, `[for k, g in acme_group.unit : g.name]`: `["k1", "k2"]`, `length(acme_group.unit)`: `2`,
	} {
		got, diags := s.Eval(source)
		if diags.HasErrors() {
			t.Errorf("%s:\n%s", source, report(diags))
			continue
		}
		if text := valueText(got); text != want {
			t.Errorf("%s = %s, want %s", source, text, want)
		}
	}
}

// Every function of Terraform's that is promised is there, and none that gives
// another value each time.
func TestFunctionNames(t *testing.T) {
	have := Functions(".", nil)
	for name := range strings.FieldsSeq(`abs ceil floor log max min parseint pow signum chomp endswith format formatlist indent join lower
		regex regexall replace split startswith strcontains strrev substr title trim trimprefix trimspace trimsuffix upper alltrue anytrue chunklist
		coalesce coalescelist compact concat contains distinct element flatten index keys length lookup matchkeys merge one range reverse
		setintersection setproduct setsubtract setunion slice sort sum transpose values zipmap base64decode base64encode csvdecode jsondecode
		jsonencode urlencode yamldecode yamlencode formatdate timeadd md5 sha1 sha256 sha512 tobool tolist tomap tonumber toset tostring
		nonsensitive sensitive type try can file fileexists fileset filebase64 filesha256 templatefile env`) {
		if _, ok := have[name]; !ok {
			t.Errorf("no function %s", name)
		}
	}
	for _, name := range []string{"timestamp", "plantimestamp", "uuid", "bcrypt"} {
		if _, ok := have[name]; ok {
			t.Errorf("function %s gives another value at each call", name)
		}
	}
}

// The mark of what is sensitive goes wherever the value goes.
func TestSensitiveTravels(t *testing.T) {
	s := open(t, surroundings, ScopeOptions{})
	for _, source := range []string{
		`var.secret`, `upper(var.secret)`, `"x${var.secret}"`, `[var.secret]`, `{ a = var.secret }`, `var.secret == "x" ? 1 : 2`,
		`lookup({ a = var.secret }, "a")`, `contains([var.secret], "x")`, `[for x in [var.secret] : x]`, `jsonencode([var.secret])`,
		`sensitive("x")`, `element([var.secret], 0)`, `try(var.secret, 1)`, `acme_group.g.name == var.secret`, `merge({ a = 1 }, { b = var.secret })`,
		`acme_group.unit[var.secret == "hush" ? "k1" : "k2"].name`, `var.secret == "a" || local.list[0] == "b"`,
	} {
		v, diags := s.Eval(source)
		if diags.HasErrors() {
			t.Errorf("%s:\n%s", source, report(diags))
		} else if !IsSensitive(v) {
			t.Errorf("%s = %#v is not sensitive", source, v)
		}
	}
}

// What is not known yet is never compared as if it were.
func TestUnknownsAreNotCompared(t *testing.T) {
	s := open(t, surroundings, ScopeOptions{})
	for _, source := range []string{
		`acme_group.g.id == "17"`, `acme_group.g.id != ""`, `[acme_group.g.id] == ["17"]`, `contains(["17"], acme_group.g.id)`,
		`contains([acme_group.g.id], "17")`, `contains(toset([acme_group.g.id]), "17")`, `index(["17"], acme_group.g.id)`, `matchkeys(["a"], ["17"], [acme_group.g.id])`,
		`{ id = acme_group.g.id } == { id = "17" }`, `acme_group.g.id == acme_group.unit["k1"].id`, `length(acme_group.g.id) > 0`,
		`lookup({ a = 1 }, acme_group.g.id, 2)`, `setintersection([acme_group.g.id], ["17"])`, `distinct([acme_group.g.id, "17"])`, `jsondecode(acme_group.g.id)`,
		`startswith(acme_group.g.id, "1")`, `can(regex("x", acme_group.g.id))`, `[for x in ["17"] : x if x == acme_group.g.id]`, `coalesce(acme_group.g.note, "x")`,
	} {
		v, diags := s.Eval(source)
		if diags.HasErrors() {
			t.Errorf("%s:\n%s", source, report(diags))
		} else if v.IsWhollyKnown() {
			t.Errorf("%s = %#v, and cannot be known", source, v)
		}
	}
}

// No value that leaves the package carries an inner reference.
func TestEvalUntags(t *testing.T) {
	s := open(t, surroundings, ScopeOptions{})
	v, diags := s.Eval(`{ a = [acme_group.g.id], b = acme_group.unit }`)
	if diags.HasErrors() {
		t.Fatal(report(diags))
	}
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if isTagged(v) {
			t.Errorf("%#v is tagged", v)
		}
		return true, nil
	})
}
