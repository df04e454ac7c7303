package laws

import (
	"os"
	"sync"

	"github.com/espalier-dev/espalier/internal/contract"
	"github.com/espalier-dev/espalier/provider"
)

// described are the descriptions of the APIs, by vendor.
var described = map[string]func() (*contract.Contract, error){"motimate": describedBy("motimate"), "moxtra": describedBy("moxtra")}

func describedBy(vendor string) func() (*contract.Contract, error) {
	return sync.OnceValues(func() (*contract.Contract, error) {
		text, err := os.ReadFile("../../provider/" + vendor + "/openapi.yaml")
		if err != nil {
			return nil, err
		}
		return contract.Load(text)
	})
}

// asDescribed is what to observe a sandbox with, so that its exchanges are held
// against the description of the API. There are very many, so of those alike it
// takes samples.
func asDescribed(t fataler) func(provider.Exchange) { return asDescribedBy(t, "motimate") }

func asDescribedBy(t fataler, vendor string) func(provider.Exchange) {
	t.Helper()
	c, err := described[vendor]()
	if err != nil {
		t.Fatal(err)
	}
	return func(x provider.Exchange) {
		if err := c.Sample(x); err != nil {
			t.Errorf("request %d: %v", x.Number, err)
		}
	}
}
