package transport

import "time"

// Estimate is about how long so many further calls take, each lasting so long
// and so many under way at once, at the budget as it is now: what does not fit
// into the window waits for the next ones.
func (u Usage) Estimate(calls int, each time.Duration, parallelism int) time.Duration {
	busy := time.Duration(calls) * each / time.Duration(max(1, parallelism))
	if !u.Known || u.Limit <= 0 {
		return busy
	}
	reserve := u.Limit / 10
	over := calls - max(0, u.Remaining-reserve)
	if over <= 0 {
		return busy
	}
	// The first of them wait for the reset; every further full window for
	// another one, taken to be as long as what is left of this.
	windows := (over - 1) / max(1, u.Limit-reserve)
	return max(busy, u.Reset*time.Duration(1+windows))
}
