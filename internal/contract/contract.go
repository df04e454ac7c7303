package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/espalier-dev/espalier/provider"
)

// Contract is a description that exchanges are held against. Its methods may be
// called from many goroutines.
type Contract struct {
	router  routers.Router
	options *openapi3filter.Options
	seen    samples
}

// Load reads a description in YAML or JSON. One that is not valid in itself is an
// error.
func Load(description []byte) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	options := &openapi3filter.Options{
		MultiError: true, IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	options.WithCustomSchemaErrorFunc(func(e *openapi3.SchemaError) string {
		return fmt.Sprintf("at /%s: %s", strings.Join(e.JSONPointer(), "/"), e.Reason)
	})
	return &Contract{router: router, options: options, seen: samples{counts: map[string]int{}}}, nil
}

// Check returns what is wrong with an exchange, nil for nothing. What a fault made
// of the answer on its way does not count, and a request that its client cut off
// is not looked at.
func (c *Contract) Check(x provider.Exchange) error {
	if x.Status == 0 && x.Fate == "" {
		return nil
	}
	input, err := c.find(x)
	if err != nil {
		return breach(x, "request", err)
	}
	problems := openapi3filter.ValidateRequest(context.Background(), input)
	if problems = errors.Join(problems, onlyDescribed(x, input.Route)); problems != nil {
		return breach(x, "request", problems)
	}
	return c.checkAnswer(x, input)
}

// CheckAnswer is Check for requests that are wrong on purpose: it looks at the
// answer alone, and at none to a request that is not described at all.
func (c *Contract) CheckAnswer(x provider.Exchange) error {
	input, err := c.find(x)
	if err != nil {
		return nil
	}
	return c.checkAnswer(x, input)
}

// find looks up what the description says of a request.
func (c *Contract) find(x provider.Exchange) (*openapi3filter.RequestValidationInput, error) {
	request, err := httpRequest(x)
	if err != nil {
		return nil, err
	}
	route, parameters, err := c.router.FindRoute(request)
	if err != nil {
		return nil, fmt.Errorf("it is not described: %w", err)
	}
	return &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route, Options: c.options}, nil
}

func (c *Contract) checkAnswer(x provider.Exchange, input *openapi3filter.RequestValidationInput) error {
	if x.Status == 0 {
		return nil
	}
	answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: x.Status, Options: c.options,
		Header: http.Header{"Content-Type": {x.AnswerType}}, Body: io.NopCloser(bytes.NewReader(x.Answer))}
	problems := openapi3filter.ValidateResponse(context.Background(), answer)
	if problems = errors.Join(problems, onlyIfDescribed(x, input.Route)); problems != nil {
		return breach(x, fmt.Sprintf("answer (status %d)", x.Status), problems)
	}
	return nil
}

// breach says what is wrong with which part of an exchange. The message quotes
// bodies: it is for tests, whose people do not exist.
func breach(x provider.Exchange, part string, err error) error {
	body := x.Body
	if part != "request" {
		body = x.Answer
	}
	if len(body) > 2000 {
		body = body[:2000]
	}
	return fmt.Errorf("%s %s: the %s is not as described: %w\nquery: %s\n%s", x.Method, x.Path, part, err, x.Query, body)
}

// httpRequest makes the request anew.
func httpRequest(x provider.Exchange) (*http.Request, error) {
	target := x.Path
	if x.Query != "" {
		target += "?" + x.Query
	}
	r, err := http.NewRequest(x.Method, target, bytes.NewReader(wholeParts(x)))
	if err != nil {
		return nil, err
	}
	if x.Type != "" {
		r.Header.Set("Content-Type", x.Type)
	}
	return r, nil
}
