package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/espalier-dev/espalier/state"
)

// bucket sends requests, again where that may help.
type bucket struct {
	client *api.Client
	name   string
	// encryption is what every object is written with; kmsKey is set for one of the kinds.
	encryption types.ServerSideEncryption
	kmsKey     *string
	retries    aws.Retryer // tells what may be mended by another attempt
	// first and last bound the wait between two attempts.
	first, last time.Duration
	// foreign says that the server may be another than AWS.
	foreign bool
}

// object is what a key holds, or, with no etag, that it holds nothing.
type object struct {
	text []byte
	etag string
	// folded is up to which segment the journal is in this state.
	folded spot
	// modified and served are by the server's clock, zero where it does not say.
	modified, served time.Time
}

func (o object) exists() bool { return o.etag != "" }

// foldedKey names the one thing that is kept as metadata of an object.
const foldedKey = "espalier-folded"

// patience is how long a request is tried again where its context has no end of its own.
const patience = 30 * time.Second

// refusedError says that a conditional write found something else than it should.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return "it is another by now" }
func (e *refusedError) Unwrap() error { return e.err }

// try repeats do until it succeeds, or fails in a way that no other attempt mends, or the
// context ends.
func (b *bucket) try(ctx context.Context, what, key string, do func(context.Context) error) error {
	_, bounded := ctx.Deadline()
	began := time.Now()
	var last error
	for wait := b.first; ; wait = min(2*wait, b.last) {
		err := do(ctx)
		switch {
		case err == nil || errors.As(err, new(*refusedError)):
			return err
		case ctx.Err() != nil && last != nil:
			return fmt.Errorf("%w (given up: %w)", last, ctx.Err())
		case ctx.Err() != nil:
			return ctx.Err()
		}
		last = b.worded(err, what, key)
		if !b.mayHelp(err) || !bounded && time.Since(began) > patience || state.Pause(ctx, wait/2+rand.N(wait)) != nil {
			return last
		}
	}
}

// mayHelp reports whether another attempt may mend an error.
func (b *bucket) mayHelp(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || b.retries.IsErrorRetryable(err)
}

// get reads an object.
func (b *bucket) get(ctx context.Context, key string) (object, error) {
	var got object
	err := b.try(ctx, "read", key, func(ctx context.Context) error {
		for again := 2; ; again-- {
			o, whole, err := b.getOnce(ctx, key)
			if err != nil || whole || again == 0 {
				got = o
				return err
			}
		}
	})
	return got, err
}

// getOnce also tells whether the text fits its ETag. A server that replaces an object
// while it reads it out may give parts of two; one whose ETags are no checksums gives
// the same again.
func (b *bucket) getOnce(ctx context.Context, key string) (o object, whole bool, err error) {
	out, err := b.client.GetObject(ctx, &api.GetObjectInput{Bucket: &b.name, Key: &key})
	if isMissing(err) {
		return object{}, true, nil
	}
	if err != nil {
		return object{}, false, err
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	switch {
	case err != nil:
		return object{}, false, err
	case aws.ToString(out.ETag) == "":
		return object{}, false, errors.New("the server gives no ETag")
	}
	o = object{text: text, etag: *out.ETag, modified: aws.ToTime(out.LastModified)}
	o.served, _ = middleware.GetServerTime(out.ResultMetadata)
	o.folded, _ = parseSpot(out.Metadata[foldedKey])
	tag := strings.Trim(o.etag, `"`)
	if len(tag) != 2*md5.Size || out.ServerSideEncryption == types.ServerSideEncryptionAwsKms {
		return o, true, nil
	}
	sum := md5.Sum(text)
	return o, strings.EqualFold(tag, hex.EncodeToString(sum[:])), nil
}

// put writes an object in the place of was, with a condition that no other one is there.
func (b *bucket) put(ctx context.Context, key string, was object, next object) (object, error) {
	in := &api.PutObjectInput{
		Bucket: &b.name, Key: &key, ContentType: aws.String("application/json"),
		ServerSideEncryption: b.encryption, SSEKMSKeyId: b.kmsKey,
	}
	if was.exists() {
		in.IfMatch = &was.etag
	} else {
		in.IfNoneMatch = aws.String("*")
	}
	if next.folded != (spot{}) {
		in.Metadata = map[string]string{foldedKey: next.folded.String()}
	}
	err := b.try(ctx, "write", key, func(ctx context.Context) error {
		in.Body = bytes.NewReader(next.text)
		out, err := b.client.PutObject(ctx, in)
		switch {
		case isRefused(err) || was.exists() && isMissing(err):
			return &refusedError{err: err}
		case err == nil:
			next.etag = aws.ToString(out.ETag)
			next.served, _ = middleware.GetServerTime(out.ResultMetadata)
		}
		return err
	})
	return next, err
}

// conflictError says that somebody else has written to an object, and what.
type conflictError struct{ now object }

func (e *conflictError) Error() string { return "it was written by somebody else" }

// swap puts next in the place of was. When an answer was lost, what is there decides:
// it is ours, or still the old one, or a *conflictError.
func (b *bucket) swap(ctx context.Context, key string, was, next object) (object, error) {
	for {
		written, err := b.put(ctx, key, was, next)
		if !errors.As(err, new(*refusedError)) {
			return written, err
		}
		now, err := b.get(ctx, key)
		switch {
		case err != nil:
			return now, err
		case now.exists() && bytes.Equal(now.text, next.text) && now.folded == next.folded:
			return now, nil
		case !now.exists() && !was.exists():
		case now.exists() && was.exists() && now.etag != was.etag && bytes.Equal(now.text, was.text):
			was.etag = now.etag
		default:
			return now, &conflictError{now: now}
		}
	}
}

// remove deletes an object; one that is not there is as good.
func (b *bucket) remove(ctx context.Context, key string) error {
	return b.try(ctx, "delete", key, func(ctx context.Context) error {
		_, err := b.client.DeleteObject(ctx, &api.DeleteObjectInput{Bucket: &b.name, Key: &key})
		if isMissing(err) {
			return nil
		}
		return err
	})
}

// entry is one key of a list.
type entry struct {
	key      string
	modified time.Time
	size     int64
}

// list returns the keys that begin with prefix, in the order of their bytes.
func (b *bucket) list(ctx context.Context, prefix string) ([]entry, error) {
	var entries []entry
	pages := api.NewListObjectsV2Paginator(b.client, &api.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
	for pages.HasMorePages() {
		err := b.try(ctx, "list", prefix, func(ctx context.Context) error {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, o := range page.Contents {
				entries = append(entries, entry{key: aws.ToString(o.Key), modified: aws.ToTime(o.LastModified), size: aws.ToInt64(o.Size)})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}
