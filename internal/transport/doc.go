// Package transport sends the calls of a vendor's client: it adds the token,
// keeps to the vendor's budget, repeats what is safe to repeat, and can show what
// went over the wire. It hands out an ordinary *http.Client, so a client of a
// vendor knows nothing of all this.
//
// The chain is put together in New, from outside to inside:
//
//	redirects  stays on the host it was sent to, and keeps the method
//	retry      repeats what is surely harmless; sees a call as its caller does
//	auth       adds the token to a call that the budget has let go; renews one that
//	           is refused, and repeats
//	budget     lets a call go when the budget allows; counts every one
//	wire       names the program, traces, and tells what was never sent
//	base       http.Transport
//
// Retry stands outside auth, so that a repeated call takes the token that holds
// by then. Auth asks the budget itself, because a token may end while a call waits
// for its turn. Budget stands inside both, because a repeated call and the one after a
// renewal each cost a call; and the token calls, which have a retry of their own,
// go through the same budget. Wire is the innermost: a trace shows each request
// that was really sent, once, without the time it waited for its turn.
//
// The package must not know any vendor, nor what the calls mean: a POST is a call
// that may have happened, and that is all. It imports nothing of ours.
//
// Start reading with New in options.go.
package transport
