package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// Kind keeps a state on a server. The names of the settings, the variables that stand
// in for them and what holds without either are those of Terraform's http backend,
// but for the lock: it is taken at the state's own address unless another is given.
func Kind() state.Kind {
	text := func(name, env, doc string) schema.Attribute {
		return schema.Attribute{Name: name, Type: cty.String, Env: env, Doc: doc}
	}
	setting := func(a schema.Attribute, otherwise string) schema.Attribute {
		a.Default = otherwise
		return a
	}
	secret := func(a schema.Attribute) schema.Attribute {
		a.Sensitive = true
		return a
	}
	address := text("address", "TF_HTTP_ADDRESS", "The address of the state.")
	address.Required = true
	number := func(name, env, otherwise, doc string) schema.Attribute {
		return schema.Attribute{Name: name, Type: cty.Number, Env: env, Default: otherwise, Doc: doc}
	}
	return state.Kind{
		Name: "http",
		Doc: "A server that speaks the protocol of Terraform's http backend, such as GitLab's managed state. It is written whole, before the first call of a run, " +
			"then every 10 seconds, and at the end. Its lock lasts until it is given back: that of a run that was killed is removed with `force-unlock`.",
		Settings: []schema.Attribute{
			address,
			setting(text("update_method", "TF_HTTP_UPDATE_METHOD", "The method with which the state is written."), "POST"),
			setting(text("lock_address", "TF_HTTP_LOCK_ADDRESS", "The address of the lock."), "that of the state"),
			setting(text("lock_method", "TF_HTTP_LOCK_METHOD", "The method with which the lock is taken."), "LOCK"),
			setting(text("unlock_address", "TF_HTTP_UNLOCK_ADDRESS", "The address at which the lock is given back."), "that of the lock"),
			setting(text("unlock_method", "TF_HTTP_UNLOCK_METHOD", "The method with which the lock is given back."), "UNLOCK"),
			{Name: "lock", Type: cty.Bool, Default: "true", Doc: "Whether to lock at all. With `false` two runs at once lose what one of them did, and nobody notices: it is for servers that cannot lock, where something else keeps runs apart."},
			text("username", "TF_HTTP_USERNAME", "The user name of basic authentication."),
			secret(text("password", "TF_HTTP_PASSWORD", "The password of basic authentication.")),
			number("retry_max", "TF_HTTP_RETRY_MAX", "2", "How often a request is repeated when there is no connection or the server fails."),
			number("retry_wait_min", "TF_HTTP_RETRY_WAIT_MIN", "1", "The shortest time between two tries, in seconds."),
			number("retry_wait_max", "TF_HTTP_RETRY_WAIT_MAX", "30", "The longest time between two tries, in seconds."),
			{Name: "skip_cert_verification", Type: cty.Bool, Default: "false", Doc: "Whether to talk to a server whose certificate cannot be verified."},
			text("client_ca_certificate_pem", "TF_HTTP_CLIENT_CA_CERTIFICATE_PEM", "The certificates of authorities that are trusted besides the system's, as PEM."),
			text("client_certificate_pem", "TF_HTTP_CLIENT_CERTIFICATE_PEM", "The certificate that this client shows, as PEM."),
			secret(text("client_private_key_pem", "TF_HTTP_CLIENT_PRIVATE_KEY_PEM", "The key of that certificate, as PEM.")),
		},
		Open: open,
	}
}

func open(s state.Settings, types func(string) *schema.Type, writer string, options ...state.Option) (state.Backend, []error) {
	p, errs := newPlace(s, writer)
	if len(errs) > 0 {
		return nil, errs
	}
	return state.NewRemote(p, types, writer, options...), nil
}

// newPlace makes a place of the settings; all mistakes in them are returned.
func newPlace(s state.Settings, writer string) (*Place, []error) {
	var errs []error
	fail := func(name, format string, args ...any) {
		errs = append(errs, &state.SettingError{Name: name, Err: fmt.Errorf("the setting %q of the state "+format, append([]any{name}, args...)...)})
	}
	p := &Place{
		locks: s.Bool("lock", true), writer: writer,
		update: method(s, "update_method", http.MethodPost), lock: method(s, "lock_method", "LOCK"), unlock: method(s, "unlock_method", "UNLOCK"),
	}
	p.address = address(s, "address", "", fail)
	p.lockAddress = address(s, "lock_address", p.address, fail)
	p.unlockAddress = address(s, "unlock_address", p.lockAddress, fail)
	p.lockGiven = s.Has("lock_address")
	c := &client{
		user: s.Text("username"), password: s.Text("password"), tries: 1 + s.Int("retry_max", 2), pause: state.Pause,
		least: seconds(s, "retry_wait_min", 1), most: seconds(s, "retry_wait_max", 30),
	}
	switch {
	case c.tries < 1:
		fail("retry_max", "must not be negative")
	case c.least < 0 || c.most < c.least:
		fail("retry_wait_max", "must not be less than retry_wait_min, nor either of them negative")
	case c.password != "" && c.user == "":
		fail("username", "is missing, though there is a password")
	}
	tls, err := tlsConfig(s)
	if err != nil {
		errs = append(errs, err)
	}
	c.http = newHTTPClient(tls)
	p.client = c
	for _, at := range []string{p.address, p.lockAddress, p.unlockAddress} {
		if c.password != "" && bare(at) {
			fail("password", "would be sent unencrypted to %s. Give an https:// address", shown(at))
			break
		}
	}
	return p, errs
}

func method(s state.Settings, name, otherwise string) string {
	if text := strings.ToUpper(s.Text(name)); text != "" {
		return text
	}
	return otherwise
}

func seconds(s state.Settings, name string, otherwise int) time.Duration {
	return time.Duration(s.Int(name, otherwise)) * time.Second
}

// address returns a setting that is an address, or otherwise.
func address(s state.Settings, name, otherwise string, fail func(name, format string, args ...any)) string {
	text := s.Text(name)
	if text == "" {
		return otherwise
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		fail(name, "is not an address: write one such as https://gitlab.example.com/api/v4/projects/17/terraform/state/organisation")
	case u.User != nil:
		fail(name, "holds a user name or a password. Give them as username and password, or as TF_HTTP_USERNAME and TF_HTTP_PASSWORD in the environment")
	}
	return text
}

// bare reports whether what is sent to an address can be read on the way.
func bare(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return !strings.EqualFold(u.Hostname(), "localhost") && (ip == nil || !ip.IsLoopback())
}

// shown is an address without what may be secret in it.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "its address"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment = nil, "", false, ""
	return u.String()
}
