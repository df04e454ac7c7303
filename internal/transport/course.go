package transport

import "net/http"

// ending is how one try of a call ended.
type ending struct {
	resp *http.Response
	err  error
}

func (e ending) unsent() bool { return asUnsent(e.err) != nil }

func (e ending) held() bool {
	u := asUnsent(e.err)
	return u != nil && u.held
}

// mayHaveHappened reports whether the server may have carried out a call that is
// to be repeated.
func (e ending) mayHaveHappened() bool {
	if e.err != nil {
		return !e.unsent()
	}
	return e.resp != nil && e.resp.StatusCode != http.StatusTooManyRequests
}

// course is how the tries of one call went.
type course struct {
	last ending
	// happened is the last try before it that the server may have carried out.
	happened    ending
	unreachable bool // no try found a connection
}

// note takes in how a further try ended.
func (c *course) note(e ending) {
	if c.last.mayHaveHappened() {
		drain(c.happened.resp)
		c.happened = c.last
	}
	c.last = e
	u := asUnsent(e.err)
	c.unreachable = c.unreachable && u != nil && u.unreachable
}

// giveUp takes in that there will be no further try, and why. It is how a call
// ends that was never sent; one that was ends as it did.
func (c *course) giveUp(why error) {
	if c.last.unsent() {
		c.last.err = held(why)
	}
}

// end returns how the call ended: as the last try did, unless that was not sent
// and one before it may have been carried out.
func (c *course) end() (*http.Response, error) {
	u := asUnsent(c.last.err)
	if u != nil && c.happened.mayHaveHappened() {
		return c.happened.resp, c.happened.err
	}
	drain(c.happened.resp)
	if u != nil && u.unreachable && !c.unreachable {
		return nil, &UnsentError{Err: u.Err} // it was, at an earlier try
	}
	return c.last.resp, c.last.err
}
