package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/espalier-dev/espalier/provider"
)

const form = "application/x-www-form-urlencoded"

// somewhere is an extension of an operation: parameters that must be there, be it
// in the query or in the form.
const somewhere = "x-required-somewhere"

// onlyDescribed looks for what the library lets pass: parameters and fields of
// forms that are not described, and the extension somewhere.
func onlyDescribed(x provider.Exchange, route *routers.Route) error {
	query, err := url.ParseQuery(x.Query)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil &&
			route.PathItem.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			problems = append(problems, fmt.Errorf("parameter %q in query is not described", name))
		}
		if len(query[name]) > 1 {
			problems = append(problems, fmt.Errorf("parameter %q in query stands there %d times", name, len(query[name])))
		}
	}
	fields, err := formFields(x)
	if err != nil {
		return err
	}
	described := formSchema(route.Operation)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if described == nil || described.Properties[name] == nil {
			problems = append(problems, fmt.Errorf("field %q of the form is not described", name))
		}
	}
	required, err := requiredSomewhere(route.Operation)
	if err != nil {
		return err
	}
	for _, name := range required {
		if !query.Has(name) && !fields.Has(name) {
			problems = append(problems, fmt.Errorf("%q is neither in the query nor in the form", name))
		}
	}
	return errors.Join(problems...)
}

func formFields(x provider.Exchange) (url.Values, error) {
	if mediaType, _, _ := mime.ParseMediaType(x.Type); mediaType != form {
		return nil, nil
	}
	return url.ParseQuery(string(x.Body))
}

func formSchema(o *openapi3.Operation) *openapi3.Schema {
	if o.RequestBody == nil || o.RequestBody.Value.Content[form] == nil {
		return nil
	}
	return o.RequestBody.Value.Content[form].Schema.Value
}

func requiredSomewhere(o *openapi3.Operation) ([]string, error) {
	extension, ok := o.Extensions[somewhere]
	if !ok {
		return nil, nil
	}
	text, err := json.Marshal(extension)
	if err != nil {
		return nil, err
	}
	var names []string
	return names, json.Unmarshal(text, &names)
}

// onlyIfDescribed refuses an answer with a body where none is described.
func onlyIfDescribed(x provider.Exchange, route *routers.Route) error {
	response := route.Operation.Responses.Status(x.Status)
	if response == nil || len(response.Value.Content) > 0 || len(x.Answer) == 0 {
		return nil
	}
	return fmt.Errorf("a body of %d bytes stands where none is described", len(x.Answer))
}

// wholeParts ends a multipart body of which the beginning alone was kept, as that
// of a long upload.
func wholeParts(x provider.Exchange) []byte {
	_, parameters, err := mime.ParseMediaType(x.Type)
	if err != nil || !x.Partial || parameters["boundary"] == "" {
		return x.Body
	}
	return slices.Concat(x.Body, []byte("\r\n--"+parameters["boundary"]+"--\r\n"))
}
