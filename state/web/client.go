package web

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/espalier-dev/espalier/state"
)

// client sends requests, again where that may help.
type client struct {
	http           *http.Client
	user, password string
	tries          int // of one request
	least, most    time.Duration
	pause          func(ctx context.Context, d time.Duration) error
}

// answer is what a server says to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// most of an answer that is read; no state is larger.
const maxBody = 1 << 30

// patience is how long a single request may take.
const patience = time.Minute

func newHTTPClient(c *tls.Config) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = c
	return &http.Client{Transport: t, Timeout: patience, CheckRedirect: redirect}
}

// redirect follows what only reads, but not to where the way can be listened to. A
// write must arrive where it was sent to.
func redirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case first.Method != http.MethodGet, first.URL.Scheme == "https" && next.URL.Scheme != "https":
		return http.ErrUseLastResponse
	case len(via) > 5:
		return errors.New("it redirects again and again")
	}
	return nil
}

// do sends a request until it is answered with something other than a failure of the
// server, for as many tries as there are. A failure that stays is returned as it is:
// an answer, or an error if there was none.
func (c *client) do(ctx context.Context, method, address string, body []byte) (*answer, error) {
	for try := 1; ; try++ {
		a, err := c.once(ctx, method, address, body)
		if ctx.Err() != nil || err == nil && !a.failure() || try >= c.tries {
			return a, err
		}
		if c.pause(ctx, c.wait(try, a)) != nil && ctx.Err() != context.DeadlineExceeded {
			return nil, ctx.Err()
		}
	}
}

// wait is how long to wait after so many tries.
func (c *client) wait(try int, a *answer) time.Duration {
	d := min(c.least<<min(try-1, 10), c.most)
	if a != nil {
		if after, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil && after > 0 {
			d = min(max(d, time.Duration(after)*time.Second), c.most)
		}
	}
	return d
}

// failure reports whether another try may help.
func (a *answer) failure() bool { return a.status >= 500 && a.status != 501 || a.status == 429 }

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

func (c *client) once(ctx context.Context, method, address string, body []byte) (*answer, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return nil, err
	}
	if body != nil {
		sum := md5.Sum(body)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	if c.user != "" {
		r.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		var e *url.Error // it repeats the address, which may hold a secret
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("%s gave no answer: %w", shown(address), err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("the answer of %s broke off: %w", shown(address), err)
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: text}, nil
}

// refused says what an answer that is no success means.
func (c *client) refused(a *answer, address, what string) error {
	at := shown(address)
	switch {
	case a.status == http.StatusUnauthorized && c.user == "":
		return fmt.Errorf("%s wants to know who asks (401). Give username and password, or TF_HTTP_USERNAME and TF_HTTP_PASSWORD in the environment", at)
	case a.status == http.StatusUnauthorized:
		return fmt.Errorf("%s does not accept the user name and password (401). Check them; GitLab wants a token in the place of the password", at)
	case a.status == http.StatusForbidden:
		return fmt.Errorf("the account may not %s at %s (403). Use one that may; GitLab wants a Maintainer for writing and locking, or a job's token", what, at)
	case a.status >= 300 && a.status < 400:
		return fmt.Errorf("%s sends elsewhere (%d, to %s). Give the address that it sends to, if it is yours", at, a.status, shown(a.header.Get("Location")))
	}
	advice := ". Check the address, and what the server's log says of it"
	switch {
	case a.status == http.StatusRequestEntityTooLarge:
		advice = ". Raise what the server, or a proxy before it, takes as the size of a request"
	case a.failure():
		advice = ". See the server's log"
	}
	return fmt.Errorf("%s answered %d%s%s", at, a.status, excerpt(a.body), advice)
}

// excerpt is the beginning of an answer, for a message.
func excerpt(body []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), 400)]), "")), " ")
	if text == "" {
		return ""
	}
	if r := []rune(text); len(r) > 160 {
		text = string(r[:160]) + "..."
	}
	return ": " + strconv.Quote(text)
}

func tlsConfig(s state.Settings) (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: s.Bool("skip_cert_verification", false)}
	if text := s.Text("client_ca_certificate_pem"); text != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM([]byte(text)) {
			return nil, errors.New("the setting \"client_ca_certificate_pem\" of the state holds no certificate in PEM. Give the text of the file, such as file(\"ca.pem\")")
		}
		c.RootCAs = pool
	}
	certificate, key := s.Text("client_certificate_pem"), s.Text("client_private_key_pem")
	if certificate == "" && key == "" {
		return c, nil
	}
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		return nil, errors.New("the settings \"client_certificate_pem\" and \"client_private_key_pem\" of the state are not a certificate and its key in PEM. Give the texts of both files")
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}
