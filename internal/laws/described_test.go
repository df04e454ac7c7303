package laws

import (
	"os"
	"sync"

	"github.com/espalier-dev/espalier/internal/contract"
	"github.com/espalier-dev/espalier/provider"
)

var described = sync.OnceValues(func() (*contract.Contract, error) {
	text, err := os.ReadFile("../../provider/motimate/openapi.yaml")
	if err != nil {
		return nil, err
	}
	return contract.Load(text)
})

// asDescribed is what to observe a sandbox with, so that its exchanges are held
// against the description of the API. There are very many, so of those alike it
// takes samples.
func asDescribed(t fataler) func(provider.Exchange) {
	t.Helper()
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return func(x provider.Exchange) {
		if err := c.Sample(x); err != nil {
			t.Errorf("request %d: %v", x.Number, err)
		}
	}
}
