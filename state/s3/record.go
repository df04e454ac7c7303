package s3

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// record is what the lock says. It is never deleted, so that numbers never come twice.
type record struct {
	Format int `json:"format"`
	// Fence is the number of the holder, or of the last one.
	Fence uint64 `json:"fence"`
	Free  bool   `json:"free"`
	// Unfenced are the numbers of holders that may still write: those who did not give
	// the lock back. Whoever takes it shuts them out before reading anything.
	Unfenced []uint64       `json:"unfenced,omitempty"`
	Holder   state.LockInfo `json:"holder"`
	Run      string         `json:"run"` // random, since ids may be chosen
	Seconds  int            `json:"lease_seconds"`
	Beat     uint64         `json:"beat"` // counts renewals, so that no two texts are the same
}

const lockFormat = 1

func (r record) text() []byte {
	b, _ := json.MarshalIndent(r, "", "  ") // nothing in it can fail
	return append(b, '\n')
}

func parseRecord(text []byte) (record, error) {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return r, err
	}
	if r.Format != lockFormat {
		return r, fmt.Errorf("it has format %d, and this version of the program knows format %d only", r.Format, lockFormat)
	}
	return r, nil
}

func (r record) lease() time.Duration { return time.Duration(r.Seconds) * time.Second }

// freed is the lock after its holder. One that is not known to write nothing more, such
// as through a request that is still under way, must be shut out by the next.
func (r record) freed(mayWrite bool) record {
	r.Free = true
	r.Beat++
	if mayWrite {
		r.Unfenced = append(slices.Clone(r.Unfenced), r.Fence)
	}
	return r
}
