package contract

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/espalier-dev/espalier/provider"
)

// Watch returns the provider with every sandbox of it watched: an exchange that
// is not as described is an error of the test.
func (c *Contract) Watch(t testing.TB, p provider.Provider) provider.Provider {
	return watched{Provider: p, check: func(x provider.Exchange) {
		if err := c.Check(x); err != nil {
			t.Errorf("request %d: %v", x.Number, err)
		}
	}}
}

type watched struct {
	provider.Provider
	check func(provider.Exchange)
}

func (w watched) Sandbox(options provider.SandboxOptions) (provider.Sandbox, error) {
	options.Observe = both(w.check, options.Observe)
	return w.Provider.Sandbox(options)
}

func both(first, second func(provider.Exchange)) func(provider.Exchange) {
	if second == nil {
		return first
	}
	return func(x provider.Exchange) {
		first(x)
		second(x)
	}
}

// Sample is Check for tests that make very many exchanges alike. Of those that
// share the method, the path but for ids, the query, the status and the shape of
// the request's body, it looks at the first, the second, the fourth and so on.
func (c *Contract) Sample(x provider.Exchange) error {
	if !c.seen.due(x) {
		return nil
	}
	return c.Check(x)
}

// samples counts exchanges that are alike.
type samples struct {
	mu     sync.Mutex
	counts map[string]int
}

var numbers = regexp.MustCompile(`[0-9]+`)

func (s *samples) due(x provider.Exchange) bool {
	key := strings.Join([]string{x.Method, numbers.ReplaceAllString(x.Path, "0"), numbers.ReplaceAllString(x.Query, "0"),
		strconv.Itoa(x.Status), shapeOf(x)}, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[key]++
	n := s.counts[key]
	return n&(n-1) == 0
}

// shapeOf tells bodies apart by their fields and the types of these.
func shapeOf(x provider.Exchange) string {
	if len(x.Body) == 0 {
		return ""
	}
	var body any
	if json.Unmarshal(x.Body, &body) != nil {
		return x.Type
	}
	var b strings.Builder
	shape(&b, body)
	return b.String()
}

func shape(b *strings.Builder, value any) {
	switch v := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			b.WriteString("{" + name + ":")
			shape(b, v[name])
			b.WriteString("}")
		}
	case []any:
		b.WriteString("[")
		items := map[string]bool{}
		for _, item := range v {
			var one strings.Builder
			shape(&one, item)
			if !items[one.String()] {
				items[one.String()] = true
				b.WriteString(one.String())
			}
		}
		b.WriteString("]")
	case string:
		b.WriteString(strconv.FormatBool(v != ""))
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString("b")
	default:
		b.WriteString("0")
	}
}
