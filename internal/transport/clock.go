package transport

import (
	"context"
	"time"
)

// clock tells the time and waits.
type clock interface {
	Now() time.Time
	// Wait returns nil after d, or as soon as wake is closed, and the error of ctx
	// when that ends first. A negative d waits for the others alone.
	Wait(ctx context.Context, d time.Duration, wake <-chan struct{}) error
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Wait(ctx context.Context, d time.Duration, wake <-chan struct{}) error {
	var passed <-chan time.Time
	if d >= 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wake:
	case <-passed:
	}
	return nil
}
