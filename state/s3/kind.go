package s3

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// settings are those of a state block, checked.
type settings struct {
	bucket, key, region, endpoint, profile string
	pathStyle                              *bool // nil if it is not given
	lease                                  time.Duration
	encrypt                                bool
	kmsKey                                 string
}

const (
	defaultLease = time.Minute
	// A lease is counted in whole seconds of the server, and renewed every third of it.
	shortestLease = 2 * time.Second
)

// Kind keeps a state in a bucket. The names of the settings are those of Terraform's
// s3 backend.
func Kind() state.Kind {
	text := func(name, doc string) schema.Attribute {
		return schema.Attribute{Name: name, Type: cty.String, Doc: doc}
	}
	needed := func(a schema.Attribute) schema.Attribute {
		a.Required = true
		return a
	}
	setting := func(a schema.Attribute, otherwise string) schema.Attribute {
		a.Default = otherwise
		return a
	}
	return state.Kind{
		Name: "s3",
		Doc: "An object in a bucket, at AWS or at a server that speaks the same protocol and honours `If-Match` and `If-None-Match` when objects are put; " +
			"one that does not is refused. Beside it are its lock, under the name ending in `.lock`, and the journal of an unfinished run, under `.journal/`. " +
			"The lock has a lease: that of a run that was killed ends by itself. Credentials are found as by every AWS tool: in the environment, " +
			"the shared files, or what the machine is given; they need `s3:ListBucket` on the bucket, and `s3:GetObject`, `s3:PutObject` and `s3:DeleteObject` on all objects " +
			"whose names begin with the key. Objects are put and deleted plainly: where the bucket keeps versions, the older ones stay, also those of the lock and the journal, " +
			"of which a run leaves many; a lifecycle rule for versions that are not current keeps them few.",
		Settings: []schema.Attribute{
			needed(text("bucket", "The name of the bucket, which must exist.")),
			needed(text("key", "The name of the object.")),
			setting(text("region", "The region of the bucket."), "AWS_REGION in the environment, or that of the profile"),
			setting(text("endpoint", "The address of a server other than AWS, such as \"https://minio.example.org:9000\"."), "AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL in the environment, or AWS"),
			{Name: "use_path_style", Type: cty.Bool, Default: "true where an endpoint is given", Doc: "Whether the bucket is named in the path of an address and not in its host."},
			setting(text("profile", "The profile of the shared files that gives credentials and region."), "AWS_PROFILE in the environment"),
			setting(text("lease", "How long the lock of a run that was killed lasts. A run at work renews it every third of that time."), "60s"),
			{Name: "encrypt", Type: cty.Bool, Default: "false", Doc: "Whether the server is told to encrypt what it stores. Many do so anyway; none of them keeps the text from those who may read the bucket."},
			text("kms_key_id", "The key of AWS KMS with which the server encrypts. It implies `encrypt`."),
		},
		Open: open,
	}
}

func open(s state.Settings, types func(string) *schema.Type, writer string, options ...state.Option) (state.Backend, []error) {
	p, errs := newPlace(s)
	if len(errs) > 0 {
		return nil, errs
	}
	return state.NewRemote(p, types, writer, options...), nil
}

// newPlace makes a place of the settings; all mistakes in them are returned.
func newPlace(s state.Settings) (*Place, []error) {
	var errs []error
	fail := func(name, format string, args ...any) {
		errs = append(errs, &state.SettingError{Name: name, Err: fmt.Errorf("the setting %q of the state "+format, append([]any{name}, args...)...)})
	}
	p := &Place{now: time.Now, settings: settings{
		bucket: s.Text("bucket"), key: s.Text("key"), region: s.Text("region"), endpoint: s.Text("endpoint"), profile: s.Text("profile"),
		lease:   defaultLease,
		encrypt: s.Bool("encrypt", false), kmsKey: s.Text("kms_key_id"),
	}}
	if s.Has("use_path_style") {
		style := s.Bool("use_path_style", false)
		p.settings.pathStyle = &style
	}
	if name := p.settings.bucket; name == "" || strings.ContainsAny(name, "/ ") {
		fail("bucket", "must be the name of a bucket, such as \"acme-org\", without a path; the path belongs into key")
	}
	if key := p.settings.key; key == "" || strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/") {
		fail("key", "must be the name of an object, such as \"org/espalier.state.json\", without a slash at its begin or end")
	}
	if text := s.Text("lease"); text != "" {
		d, err := time.ParseDuration(text)
		switch {
		case err != nil:
			fail("lease", "must be a duration, such as \"60s\" or \"2m\"; it is %q", text)
		case d < shortestLease || d%time.Second != 0:
			fail("lease", "must be whole seconds, and at least %s; it is %s", shortestLease, d)
		}
		p.settings.lease = d
	}
	if text := p.settings.endpoint; text != "" {
		u, err := url.Parse(text)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			fail("endpoint", "must be the address of a server, such as \"https://minio.example.org:9000\"")
		case u.User != nil:
			fail("endpoint", "must not hold a user or a password. Put the credentials into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment")
		}
	}
	return p, errs
}
