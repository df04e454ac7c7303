package s3

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"
)

const (
	firstWait = 200 * time.Millisecond
	lastWait  = 5 * time.Second
	// silence is how long a server may take to begin its answer.
	silence = 30 * time.Second
	// anyRegion is what servers that know no regions are told.
	anyRegion = "us-east-1"
)

// connect finds the settings of the environment and the credentials, once.
func (p *Place) connect(ctx context.Context) (*bucket, error) {
	p.connecting.Lock()
	defer p.connecting.Unlock()
	if p.bucket != nil {
		return p.bucket, nil
	}
	s := p.settings
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}), // what it has to say comes as errors
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = silence })),
	}
	if s.region != "" {
		options = append(options, config.WithRegion(s.region))
	}
	if s.profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.profile))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, problem(fmt.Errorf("the settings of the AWS tools cannot be used: %w", err), "Correct the shared files or the AWS variables in the environment")
	}
	client := api.NewFromConfig(loaded, func(o *api.Options) {
		o.Retryer = aws.NopRetryer{} // bucket.try does that
		if s.endpoint != "" {
			o.BaseEndpoint = &s.endpoint
		}
		if o.BaseEndpoint != nil {
			o.Region = cmp.Or(o.Region, anyRegion)
		}
		o.UsePathStyle = o.BaseEndpoint != nil
		if s.pathStyle != nil {
			o.UsePathStyle = *s.pathStyle
		}
		// Many servers know no other checksums than those that are asked for.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	if client.Options().Region == "" {
		return nil, problem(fmt.Errorf("the region of the bucket %q is not known", s.bucket), "Give the setting region, or set AWS_REGION in the environment")
	}
	if err := present(ctx, loaded.Credentials); err != nil {
		return nil, err
	}
	p.bucket = newBucket(client, s)
	return p.bucket, nil
}

// present makes sure that there are credentials, since a request that lacks them is
// answered with less helpful words.
func present(ctx context.Context, credentials aws.CredentialsProvider) error {
	if _, err := credentials.Retrieve(ctx); err != nil {
		return problem(fmt.Errorf("no AWS credentials were found: %w", err),
			"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE in the environment, give the setting profile, or log in with \"aws sso login\"")
	}
	return nil
}

func newBucket(client *api.Client, s settings) *bucket {
	b := &bucket{
		client: client, name: s.bucket, first: firstWait, last: lastWait,
		foreign: client.Options().BaseEndpoint != nil,
	}
	switch {
	case s.kmsKey != "":
		b.encryption, b.kmsKey = types.ServerSideEncryptionAwsKms, &s.kmsKey
	case s.encrypt:
		b.encryption = types.ServerSideEncryptionAes256
	}
	// Two conditional writes that meet are both refused by some servers, for the moment.
	b.retries = retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = append(o.Retryables, retry.RetryableErrorCode{Codes: map[string]struct{}{
			"ConditionalRequestConflict": {}, "OperationAborted": {}, "InternalError": {}, "ServiceUnavailable": {},
		}})
	})
	return b
}
