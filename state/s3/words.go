package s3

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/espalier-dev/espalier/state"
)

// status is that of the answer behind an error, 0 if there was none.
func status(err error) int {
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && e.Response != nil {
		return e.HTTPStatusCode()
	}
	return 0
}

// code is the word for an error that the server gave, "" if it gave none.
func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// isMissing reports whether there is a bucket but no such object in it.
func isMissing(err error) bool {
	return err != nil && code(err) != "NoSuchBucket" && (errors.As(err, new(*types.NoSuchKey)) || status(err) == http.StatusNotFound)
}

// isRefused reports whether a condition did not hold.
func isRefused(err error) bool {
	return err != nil && (status(err) == http.StatusPreconditionFailed || code(err) == "PreconditionFailed")
}

// worded says what a failed request means and, where that is known, what to do.
func (b *bucket) worded(err error, what, key string) error {
	switch code(err) {
	case "NoSuchBucket":
		return problem(fmt.Errorf("there is no bucket %q", b.name), "Make the bucket, or correct the setting bucket")
	case "InvalidBucketName":
		return problem(fmt.Errorf("%q is no name for a bucket", b.name), "Correct the setting bucket")
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "MovedPermanently":
		return problem(fmt.Errorf("the bucket %q is in another region than %q%s", b.name, b.client.Options().Region, elsewhere(err)), "Correct the setting region, or AWS_REGION in the environment")
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "TokenRefreshRequired", "InvalidSecurity":
		return problem(fmt.Errorf("the credentials are not accepted (%s)", code(err)), "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in the environment, or the profile")
	case "ExpiredToken", "RequestExpired":
		return problem(errors.New("the credentials have expired"), "Get new ones, with \"aws sso login\" for instance, and run the command again")
	case "RequestTimeTooSkewed":
		return problem(errors.New("the clock of this machine differs too much from the server's"), "Set the clock")
	}
	switch status(err) {
	case http.StatusForbidden:
		return problem(fmt.Errorf("the credentials may not %s %s%s", what, key, said(err)),
			"They need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on all objects whose names begin with the key of the state; with a KMS key also kms:Decrypt and kms:GenerateDataKey")
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		return problem(fmt.Errorf("the bucket %q is in another region than %q%s", b.name, b.client.Options().Region, elsewhere(err)), "Correct the setting region, or AWS_REGION in the environment")
	}
	if what == "write" && (code(err) == "NotImplemented" || status(err) == http.StatusNotImplemented) {
		return unfit("it does not know conditional writes")
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("cannot %s %s: no answer from the server: %w", what, key, e.Err) // without the address, which repeats the key
	}
	if n := status(err); n != 0 {
		return fmt.Errorf("cannot %s %s: the server answered %d%s", what, key, n, said(err))
	}
	return fmt.Errorf("cannot %s %s: %w", what, key, err)
}

// said is the code and the message of an answer, as they go on in a sentence.
func said(err error) string {
	e, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
		return ""
	case e.ErrorMessage() == "":
		return " (" + e.ErrorCode() + ")"
	}
	return " (" + e.ErrorCode() + ": " + e.ErrorMessage() + ")"
}

// elsewhere is where a bucket is, if the answer tells.
func elsewhere(err error) string {
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && e.Response != nil && e.Response.Response != nil {
		if region := e.Response.Header.Get("X-Amz-Bucket-Region"); region != "" {
			return ": it is in " + region
		}
	}
	return ""
}

// advice is an error with what to do about it. Place.placed makes a *state.Error of it;
// where a run must still be saved elsewhere it stays as it is.
type advice struct {
	problem string
	err     error
	remedy  string
}

func (a *advice) Error() string { return a.err.Error() + ". " + a.remedy }
func (a *advice) Unwrap() error { return a.err }

func problem(err error, remedy string) error {
	return &advice{problem: "cannot be reached", err: err, remedy: remedy}
}

// unfit says that a server cannot keep a state safely.
func unfit(why string) error {
	return &advice{
		problem: "is at a server that cannot keep it safely", err: errors.New(why + ", so two runs could overwrite each other"),
		remedy: "Use AWS, or a server or a version of it that honours If-Match and If-None-Match when objects are put",
	}
}

// placed makes an error that a command shows.
func (p *Place) placed(err error) error {
	if a, ok := errors.AsType[*advice](err); ok {
		return &state.Error{Where: p.Where(), Problem: a.problem, Err: a.err, Remedy: a.remedy}
	}
	return err
}
