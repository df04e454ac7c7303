package web

import (
	"errors"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/state"
)

// NewPlace makes a place of settings.
func NewPlace(values map[string]cty.Value, writer string) (*Place, error) {
	p, errs := newPlace(state.Settings{Values: values}, writer)
	return p, errors.Join(errs...)
}
