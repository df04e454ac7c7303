package laws

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/moxtra"
)

// TestMoxtraMixed: under any choice of values for any of the switches the same holds as
// under each alone, but that a refusal of the table need not be met. The choices are the
// same each time; ESPALIER_SOAK multiplies them.
func TestMoxtraMixed(t *testing.T) {
	choices := 40
	if soak, err := strconv.Atoi(os.Getenv("ESPALIER_SOAK")); err == nil && soak > 1 {
		choices *= soak
	}
	server, err := moxtra.New().Sandbox(provider.SandboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for i := range choices {
		chosen, may := mixedProfile(rand.New(rand.NewPCG(uint64(i), 0)), server.Switches())
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			t.Log(chosen)
			newProfileSite(t, chosen).play(may...)
		})
	}
}

// mixedProfile draws values for a fourth of the switches, with what may then be said
// instead of ending well.
func mixedProfile(r *rand.Rand, all []provider.Switch) (chosen map[string]string, may []string) {
	known := moxtraRefusals()
	chosen = map[string]string{}
	for _, s := range all {
		if r.IntN(4) > 0 || slices.Contains([]string{"token_refused_after", "clear", "others"}, s.Name) {
			continue // under which the story soon ends
		}
		values := s.Values
		switch s.Name {
		case "faults":
			values = profileFaults()
		case "org_users":
			values = []string{"5", "100", "250"}
		}
		chosen[s.Name] = values[r.IntN(len(values))]
		if refusal := known[s.Name+"="+chosen[s.Name]]; refusal != "" {
			may = append(may, refusal)
		}
	}
	if chosen["timestamp"] == "5m" { // where lags are waited for, the server's clock runs ahead of ours
		delete(chosen, "lists_lag")
		delete(chosen, "singles_lag")
	}
	if strings.Contains(chosen["faults"], "expire-tokens") {
		delete(chosen, "token_params") // which may cost a call more for each token, by when that has expired again
		delete(chosen, "refresh")
	}
	if chosen["order"] == "unstable" || chosen["last_index"] == "own" || chosen["list_repeats"] == "yes" || chosen["list_skips"] == "yes" {
		// Whether and how it is told that a list may not be whole depends on the other choices.
		may = append(may, "repeats itself", "leaves some out", "fits no way of counting", "do not say where the next page begins")
	}
	return chosen, may
}
