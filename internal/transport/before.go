package transport

import "context"

type beforeSendKey struct{}

// BeforeSend has f called each time that a call made with the context is about to
// be sent, when it has waited for all it had to wait for. If f fails the call is
// not sent, and ends in an UnsentError that wraps its error. Token calls do not
// count.
func BeforeSend(ctx context.Context, f func() error) context.Context {
	return context.WithValue(ctx, beforeSendKey{}, f)
}

// beforeSend calls what BeforeSend was given.
func beforeSend(ctx context.Context) error {
	if f, ok := ctx.Value(beforeSendKey{}).(func() error); ok && tokenCallOf(ctx) == nil {
		return f()
	}
	return nil
}
